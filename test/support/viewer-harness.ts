import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { writeNifti } from '#imaging';
import type { Volume } from '#imaging';
import { phantomCase, PHANTOM_GRIDS, phantomGeometry } from '../../apps/web/src/viewer/harness/phantom.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** The policy that the product's pages are served with, or stricter. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; worker-src 'self'; object-src 'none'; base-uri 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

export interface ViewerHarness {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Builds the viewer's harness as the product is built and serves it, with phantoms on several grids, on loopback.
 *
 * @param further files by path, for instance `/data/<grid>/image.nii.gz` of a case of one's own
 */
export async function serveViewerHarness(further: ReadonlyMap<string, Uint8Array> = new Map()): Promise<ViewerHarness> {
  const folder = await mkdtemp(join(tmpdir(), 'voxelmark-viewer-'));
  await buildHarness(folder);
  const data = new Map([...(await phantomFiles()), ...further]);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    answer(folder, data, pathname).then(
      ({ status: found, type, bytes: all }) => {
        const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
        const bytes = range ? all.subarray(Number(range[1]), Number(range[2]) + 1) : all;
        const status = range && found === 200 ? 206 : found;
        response.writeHead(status, {
          'content-type': type,
          'content-length': bytes.length,
          'content-security-policy': CONTENT_SECURITY_POLICY,
          'x-content-type-options': 'nosniff',
        });
        response.end(bytes);
      },
      (error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await closed(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** With the configuration of the product; in a process of its own, as the product is built. */
async function buildHarness(outDir: string): Promise<void> {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const harness = join(ROOT, 'apps/web/src/viewer/harness');
  const config = join(ROOT, 'apps/web/vite.config.ts');
  const args = [vite, 'build', harness, '--config', config, '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: '' } });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done, fail) => server.close((error) => (error ? fail(error) : done())));
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly bytes: Uint8Array;
}

async function answer(folder: string, data: ReadonlyMap<string, Uint8Array>, pathname: string): Promise<Answer> {
  const found = data.get(pathname);
  if (found) return { status: 200, type: 'application/gzip', bytes: found };
  if (pathname.startsWith('/data/')) {
    const problem = JSON.stringify({
      status: 404,
      code: 'not-found',
      detail: 'There is no such file, or you may not see it.',
    });
    return { status: 404, type: 'application/problem+json', bytes: Buffer.from(problem) };
  }
  const file = resolve(folder, `.${pathname === '/' ? '/index.html' : pathname}`);
  if (!file.startsWith(folder + sep)) return { status: 404, type: 'text/plain', bytes: Buffer.from('not found') };
  try {
    return { status: 200, type: TYPES[extname(file)] ?? 'application/octet-stream', bytes: await readFile(file) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { status: 404, type: 'text/plain', bytes: Buffer.from('not found') };
  }
}

/** `/data/<grid>/<name>.nii.gz` for each grid; `other-grid` is a prediction that does not belong to the image. */
async function phantomFiles(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const straight = phantomGeometry('straight');
  const elsewhere = {
    ...straight,
    originLps: [straight.originLps[0] + 30, straight.originLps[1], straight.originLps[2]] as const,
  };
  const otherGrid = await written({ geometry: elsewhere, data: phantomCase(elsewhere).prediction.data });
  for (const grid of PHANTOM_GRIDS) {
    const { image, reference, prediction } = phantomCase(phantomGeometry(grid));
    const imageBytes = await written(image);
    const contents: Readonly<Record<string, Uint8Array>> = {
      image: imageBytes,
      reference: await written(reference),
      prediction: await written(prediction),
      'other-grid': otherGrid,
      undeclared: await written({ ...prediction, data: prediction.data.map((label) => (label === 3 ? 9 : label)) }),
      damaged: imageBytes.subarray(0, 5000),
    };
    for (const [name, bytes] of Object.entries(contents)) files.set(`/data/${grid}/${name}.nii.gz`, bytes);
  }
  return files;
}

const written = (volume: Volume): Promise<Uint8Array> => writeNifti(volume, { gzip: true });
