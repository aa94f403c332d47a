import { readFile } from 'node:fs/promises';
import { parentPort, type Transferable } from 'node:worker_threads';
import { readNifti, type Volume } from '#imaging';
import { prepareImage, type Manifest, type Prepared } from '#pipeline';
import { classify, type Failure } from './classify.js';
import { collectGarbage } from './garbage.js';

/** What the thread is asked: first the manifest, then cases. */
export type LightTableRequest =
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  | { readonly kind: 'prepare'; readonly case: number; readonly images: readonly string[] };

export type LightTableReply =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'prepared';
      readonly case: number;
      readonly prepared: Prepared;
      readonly readMs: number;
      readonly prepareMs: number;
    }
  | { readonly kind: 'failed'; readonly case: number; readonly failure: Failure };

// A thread of the process that runs models: reads and prepares the next case while the network is busy with another.
// No model is ever loaded here.

let manifest: Manifest | null = null;

async function prepare(images: readonly string[]): Promise<{ prepared: Prepared; readMs: number; prepareMs: number }> {
  if (!manifest) throw new Error('asked to prepare a case before a manifest was given');
  const start = performance.now();
  const volumes: Volume[] = [];
  for (const path of images) volumes.push(await readNifti(await readFile(path)));
  const read = performance.now();
  const prepared = prepareImage(volumes, manifest);
  return { prepared, readMs: read - start, prepareMs: performance.now() - read };
}

function reply(message: LightTableReply, transfer: readonly Transferable[] = []): void {
  parentPort!.postMessage(message, transfer);
}

parentPort!.on('message', (request: LightTableRequest) => {
  if (request.kind === 'manifest') {
    manifest = request.manifest;
    return;
  }
  prepare(request.images).then(
    (done) => {
      reply({ kind: 'prepared', case: request.case, ...done }, [done.prepared.data.buffer as ArrayBuffer]);
      collectGarbage();
    },
    (error: unknown) => {
      reply({ kind: 'failed', case: request.case, failure: classify(error) });
      collectGarbage();
    },
  );
});
reply({ kind: 'ready' });
