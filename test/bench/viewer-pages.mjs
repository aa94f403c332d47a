import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { root, temporaryFolder } from './platform.mjs';
import { later } from './undo.mjs';

/** Where the page of the prototype may be; it is no part of the product. */
const PROTOTYPE = resolve(root, '../shared/spikes/viewer');

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' };

/** Builds the page that holds nothing but the viewer, as the product is built. */
export async function buildViewerPage() {
  const folder = await temporaryFolder('viewer');
  const page = join(root, 'apps/web/src/viewer/harness/bench');
  await vite([page, '--config', join(root, 'apps/web/vite.config.ts'), '--outDir', folder, '--emptyOutDir']);
  return folder;
}

/** Builds the page of the prototype from its sources and our packages; null where it is not to be had. */
export async function buildPrototype() {
  if (!existsSync(join(PROTOTYPE, 'viewer.ts'))) return null;
  const folder = await temporaryFolder('prototype');
  const source = join(folder, 'page');
  await mkdir(join(source, 'src'), { recursive: true });
  await cp(join(PROTOTYPE, 'index.html'), join(source, 'index.html'));
  for (const name of ['main.tsx', 'viewer.ts']) await cp(join(PROTOTYPE, name), join(source, 'src', name));
  // Found as if the page lay in this checkout; the DICOM loader and the XML writer are not needed by what is measured.
  const config = `
    import { createRequire } from 'node:module';
    const require = createRequire(${JSON.stringify(join(root, 'package.json'))});
    const react = (await import(require.resolve('@vitejs/plugin-react'))).default;
    export default {
      root: import.meta.dirname,
      plugins: [react(), {
        name: 'packages-of-the-checkout',
        enforce: 'pre',
        resolveId(id, importer) {
          if (id === 'xmlbuilder2') return ${JSON.stringify(join(root, 'apps/web/src/viewer/no-xml.ts'))};
          if (id === '@cornerstonejs/dicom-image-loader') return '\\0absent';
          if (importer?.startsWith(import.meta.dirname) && !/^[./\\0]/.test(id)) return this.resolve(id, ${JSON.stringify(join(root, 'apps/web/src/main.tsx'))}, { skipSelf: true });
        },
        load: (id) => (id === '\\0absent' ? 'export {};' : undefined),
      }],
      worker: { format: 'es' },
      build: { outDir: '../site', emptyOutDir: true, target: 'es2022' },
    };`;
  await writeFile(join(source, 'vite.config.mjs'), config);
  await vite([source, '--config', join(source, 'vite.config.mjs')]);
  return join(folder, 'site');
}

async function vite(args) {
  const program = join(root, 'node_modules/vite/bin/vite.js');
  const building = spawn(process.execPath, [program, 'build', ...args, '--logLevel', 'error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const [code, signal] = await once(building, 'close');
  if (code !== 0) throw new Error(`vite build of ${args[0]} ended with ${signal ?? code}`);
}

/**
 * Serves a folder and what `answers` has on loopback; nothing is compressed on the way that is not stored so.
 *
 * @param answers bytes and headers by path and query
 * @returns its address
 */
export async function serve(folder, answers) {
  const server = createServer((request, response) => {
    answer(folder, answers, request.url).then(
      ({ status, headers, bytes }) => {
        const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
        const part = range && status === 200 ? bytes.subarray(Number(range[1]), Number(range[2]) + 1) : bytes;
        response.writeHead(range && status === 200 ? 206 : status, {
          ...headers,
          'content-length': part.length,
          ...(part !== bytes && { 'content-range': `bytes ${range[1]}-${range[2]}/${bytes.length}` }),
        });
        response.end(part);
      },
      (error) => response.destroy(error),
    );
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  later(() => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });
  return `http://127.0.0.1:${server.address().port}`;
}

async function answer(folder, answers, url) {
  const found = answers.get(url);
  if (found) return { status: 200, headers: found.headers, bytes: found.bytes };
  const { pathname } = new URL(url, 'http://localhost');
  if (pathname === '/favicon.ico') return { status: 204, headers: {}, bytes: Buffer.alloc(0) };
  const file = resolve(folder, `.${pathname === '/' ? '/index.html' : pathname}`);
  if (!file.startsWith(folder + sep) || !existsSync(file)) return { status: 404, headers: {}, bytes: Buffer.alloc(0) };
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  return { status: 200, headers: { 'content-type': type }, bytes: await readFile(file) };
}
