import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

/**
 * Who may import whom. A library is imported by its name (`#metrics`); outside packages are listed where they are allowed.
 * Changing this list is a design decision: it comes with a note in docs/adr.
 */
const KERNELS = ['#imaging', '#statistics', '#metrics', '#ranking', '#pipeline'];
const RING_2 = [...KERNELS, '#domain', '#datasets', '#contracts', '#evaluation'];
const ALL = [...RING_2, '#codecs', '#deidentification', '#inference', '#persistence', '#storage', '#queue', '#platform'];
const NODE = 'node:*';
const NEST = '@nestjs/*';

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'libs/imaging': [],
  'libs/statistics': [],
  'libs/metrics': ['#imaging'],
  'libs/ranking': ['#statistics', '#metrics'],
  'libs/pipeline': ['#imaging'],
  'libs/deidentification': ['#imaging', 'zod'],
  'libs/domain': KERNELS,
  'libs/datasets': ['#imaging', '#domain'],
  'libs/contracts': ['#domain', '#pipeline', 'zod'],
  'libs/evaluation': [...KERNELS, '#domain', '#datasets', '#contracts', 'node:crypto'],
  'libs/codecs': ['#imaging', '@cornerstonejs/*'],
  'libs/inference': [...RING_2, NODE, 'onnxruntime-node'],
  'libs/persistence': [...RING_2, NODE, 'typeorm', 'pg', 'reflect-metadata'],
  'libs/storage': [...RING_2, NODE, '@aws-sdk/client-s3', '@aws-sdk/lib-storage'],
  'libs/queue': [...RING_2, NODE, 'bullmq', 'ioredis', 'pg'],
  'libs/platform': [...ALL, NODE, NEST, 'zod', '@node-rs/argon2', 'reflect-metadata', 'nodemailer'],
  'apps/api': [...RING_2, '#platform', '#codecs', '#deidentification', NODE, NEST, 'fastify', '@fastify/*', 'fflate', 'zod', 'rxjs', 'nodemailer', 'reflect-metadata'],
  'apps/worker': [...RING_2, '#platform', '#inference', NODE, NEST, 'reflect-metadata'],
  'apps/cli': [...RING_2, '#platform', '#persistence', '#inference', '#codecs', '#deidentification', '#phantoms', NODE, 'reflect-metadata', 'zod'],
  'apps/web': [
    ...KERNELS,
    '#domain',
    '#datasets',
    '#contracts',
    '#codecs',
    'zod',
    'react',
    'react/*',
    'react-dom',
    'react-dom/*',
    '@tanstack/*',
    '@cornerstonejs/*',
    '@observablehq/plot',
  ],
  'datasets/phantoms': [...KERNELS],
};

/** Tools beside the generator, run by people who make the demo data: free to use what the product uses. */
const TOOL_FOLDERS = ['datasets/phantoms/tools'];

const root = resolve(import.meta.dirname, '..');

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !/\.(spec|integration|e2e|bench|config)\.tsx?$/.test(file))
    .filter((file) => !/(^|\/)(harness|test-support)\//.test(file))
    .filter((file) => !TOOL_FOLDERS.some((tools) => file.startsWith(`${tools}/`)));
}

function matches(specifier: string, rule: string): boolean {
  if (rule.endsWith('*')) return specifier.startsWith(rule.slice(0, -1));
  return specifier === rule || specifier.startsWith(`${rule}/`);
}

/** Sentences about imports of one source text that its room does not allow. */
export function violations(room: string, file: string, text: string): string[] {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.flatMap(({ fileName: specifier }) => {
    if (specifier.startsWith('.')) {
      const target = relative(root, resolve(root, dirname(file), specifier)).split(sep).join('/');
      return target.startsWith(`${room}/`) ? [] : [`${file} reaches out of its room by a relative path: ${specifier}`];
    }
    if (specifier === `#${room.split('/').pop()}`) return [`${file} imports its own library by name: ${specifier}`];
    return ALLOWED[room].some((rule) => matches(specifier, rule)) ? [] : [`${file} may not import ${specifier}`];
  });
}

describe('import boundaries', () => {
  it.each(Object.keys(ALLOWED))('%s imports only what its ring allows', (room) => {
    const found = sourcesBelow(room).flatMap((file) => violations(room, file, readFileSync(join(root, file), 'utf8')));
    expect(found).toEqual([]);
  });

  it('has a rule for every library and app', () => {
    const rooms = ['libs', 'apps'].flatMap((ring) =>
      readdirSync(join(root, ring), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${ring}/${entry.name}`),
    );
    expect(rooms.filter((room) => !(room in ALLOWED))).toEqual([]);
  });

  it('kernels know no clock, no chance and no process', () => {
    const forbidden = /\bMath\.random\b|\bDate\b|\bprocess\.|\brequire\(|\bglobalThis\.process\b/;
    const found = ['imaging', 'statistics', 'metrics', 'ranking', 'pipeline', 'deidentification'].flatMap((kernel) =>
      // tables of names from standards hold words like "Date"
      sourcesBelow(`libs/${kernel}`).filter((file) => !file.includes('/src/tables/') &&
        forbidden.test(readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')),
      ),
    );
    expect(found).toEqual([]);
  });

  it('catches what it should: planted imports', () => {
    const planted = "import fs from 'node:fs';\nimport { x } from '@nestjs/common';\nimport { dice } from '#metrics';\nimport y from '../../domain/src/run.js';";
    expect(violations('libs/metrics', 'libs/metrics/src/planted.ts', planted)).toHaveLength(4);
  });
});
