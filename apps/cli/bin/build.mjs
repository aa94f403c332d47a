#!/usr/bin/env node
/**
 * Builds everything into dist: TypeScript by swc (dist mirrors the source tree), the web pages by Vite. Each half has a
 * stamp with a digest of what it was made from, so that a build with nothing to do takes a tenth of a second.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const dist = join(root, 'dist');

const HALVES = {
  server: {
    folders: ['apps/api', 'apps/worker', 'apps/cli', 'libs', 'datasets'],
    files: ['package-lock.json', '.swcrc', 'apps/cli/bin/build.mjs'],
    build: buildServer,
  },
  web: {
    folders: ['apps/web', 'libs/imaging', 'libs/statistics', 'libs/metrics', 'libs/ranking', 'libs/pipeline', 'libs/domain', 'libs/datasets', 'libs/codecs', 'libs/contracts'],
    files: ['package-lock.json', 'apps/cli/bin/build.mjs'],
    build: buildWeb,
  },
};

const isTest = (path) => /\.(spec|integration|e2e|bench)\.tsx?$/.test(path) || /[\\/](test-support|testing|harness)[\\/]/.test(path);

function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

function digestOf({ folders, files }) {
  const hash = createHash('sha256');
  for (const path of [...folders.flatMap(filesBelow), ...files]) {
    if (isTest(path) || !/\.(tsx?|mjs|css|html|svg|json|swcrc)$/.test(path)) continue;
    hash.update(path).update('\0').update(readFileSync(join(root, path))).update('\0');
  }
  return hash.digest('hex');
}

const stampOf = (name) => join(dist, `.stamp-${name}`);

/** Names of the halves that are missing or older than their sources. */
export function staleHalves() {
  return Object.keys(HALVES).filter(
    (name) => !existsSync(stampOf(name)) || readFileSync(stampOf(name), 'utf8') !== digestOf(HALVES[name]),
  );
}

/** Builds what is stale. @param say is told what happens */
export async function build(say = () => undefined) {
  for (const name of staleHalves()) {
    const started = performance.now();
    const digest = digestOf(HALVES[name]);
    rmSync(stampOf(name), { force: true });
    say(`building ${name} …`);
    await HALVES[name].build();
    mkdirSync(dist, { recursive: true });
    writeFileSync(stampOf(name), digest);
    say(`built ${name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
}

async function buildServer() {
  const { transformFile } = await import('@swc/core');
  for (const folder of HALVES.server.folders) rmSync(join(dist, folder), { recursive: true, force: true });
  const sources = HALVES.server.folders.flatMap(filesBelow).filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !isTest(path));
  await Promise.all(
    sources.map(async (path) => {
      const target = join(dist, path.replace(/\.ts$/, '.js'));
      const { code, map } = await transformFile(join(root, path), {
        configFile: join(root, '.swcrc'),
        sourceFileName: relative(dirname(target), join(root, path)),
      });
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, `${code}//# sourceMappingURL=${target.split(/[\\/]/).pop()}.map\n`);
      writeFileSync(`${target}.map`, map);
    }),
  );
}

async function buildWeb() {
  const { build: viteBuild } = await import('vite');
  await viteBuild({ root: join(root, 'apps/web'), configFile: join(root, 'apps/web/vite.config.ts'), logLevel: 'warn' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build((sentence) => process.stderr.write(`${sentence}\n`));
}
