import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelFailure } from '#domain';
import type { ModelInspector } from '#evaluation';
import type { Manifest } from '#pipeline';
import { readEmbeddedManifest } from './inspect/embedded-manifest.js';
import { failureCodeOf } from './inspect/findings.js';
import { inspectModelFile, type Inspection } from './inspect/inspect-model.js';
import { WireError } from './inspect/wire.js';
import { MAX_DETAIL } from './protocol.js';
import { makeScratchFolder } from './scratch.js';

/**
 * Looks at an uploaded model in the process that received it: a bounded walk of the file, no ONNX Runtime. A copy is made
 * below `scratchDir` and removed again.
 */
export function createModelInspector({ scratchDir }: { readonly scratchDir: string }): ModelInspector {
  const withCopy = async <T>(copyTo: (path: string) => Promise<void>, look: (path: string) => T): Promise<T> => {
    const folder = await makeScratchFolder(scratchDir);
    try {
      const path = join(folder, 'model.onnx');
      await copyTo(path);
      return look(path);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  const report = (copyTo: (path: string) => Promise<void>, manifest: Manifest): Promise<Inspection> =>
    withCopy(copyTo, (path) => inspectModelFile(path, manifest));
  return {
    report,
    async inspect(copyTo, manifest) {
      const found = await report(copyTo, manifest);
      throwRefusals(found);
      return found;
    },
    embeddedManifest: (copyTo) => withCopy(copyTo, embeddedManifest),
  };
}

function embeddedManifest(path: string): string | null {
  try {
    return readEmbeddedManifest(path);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new ModelFailure(failureCodeOf(error.code), error.message, { cause: error });
  }
}

/** The failure carries the first refusal's code and the sentences of all. */
function throwRefusals({ findings }: Inspection): void {
  const refusals = findings.filter(({ severity }) => severity === 'refusal');
  if (refusals.length === 0) return;
  const code = failureCodeOf(refusals[0].code);
  const sentences = refusals.map(({ code: own, message, node }) => {
    const sentence = node === null ? message : `node "${node}" ${message}`;
    return own === code ? sentence : `${own}: ${sentence}`;
  });
  throw new ModelFailure(code, sentences.slice(0, 10).join('; ').slice(0, MAX_DETAIL));
}
