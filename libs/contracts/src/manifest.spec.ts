import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { manifestProblems } from '#pipeline';
import { manifest, manifestJsonSchema, readManifestText } from './manifest.js';

const minimal = {
  manifestVersion: 1,
  name: 'Organ finder',
  version: '1.0.0',
  inputs: [{ tensor: 'image', channels: [{ name: 'CT' }] }],
  output: { tensor: 'logits', meaning: 'logits' },
  preprocess: [{ op: 'orient', axes: 'RAS' }],
  inference: { mode: 'full' },
  postprocess: [{ op: 'invert' }, { op: 'argmax' }],
  labels: [
    { value: 0, name: 'background' },
    { value: 1, name: 'liver' },
  ],
};

describe('voxelmark.json', () => {
  it('fills in what may be left out', () => {
    expect(manifest.parse(minimal)).toMatchObject({
      task: 'semantic',
      inputs: [{ layout: 'NCXYZ', dtype: 'float32' }],
      output: { layout: 'NCXYZ' },
      inference: { mode: 'full', divisor: [1, 1, 1], pad: { mode: 'constant', value: 0, align: 'end' } },
      postprocess: [{ op: 'invert', order: 1 }, { op: 'argmax' }],
    });
    expect(manifest.parse({ ...minimal, inference: { mode: 'sliding', patch: [64, 64, 32] } }).inference).toEqual({
      mode: 'sliding',
      patch: [64, 64, 32],
      overlap: 0.5,
      tiling: 'fixedStep',
      blend: 'constant',
      sigma: 0.125,
      pad: { mode: 'constant', value: 0, align: 'center' },
      mirror: [],
      accumulate: 'logits',
      batch: 1,
      precision: 'auto',
    });
  });

  it('keeps statistics of slices, and says nothing of them where an author does not', () => {
    const preprocess = [
      { op: 'minmax', perSlice: 0 },
      { op: 'zscore' },
      { op: 'clip', percentiles: [1, 99], perSlice: 2 },
    ];
    const [first, second, third] = manifest.parse({ ...minimal, preprocess }).preprocess;
    expect(first).toMatchObject({ op: 'minmax', perSlice: 0 });
    expect(second).not.toHaveProperty('perSlice'); // the digests of manifests from before stay as they are
    expect(third).toMatchObject({ op: 'clip', perSlice: 2 });
  });

  it('means the same when it is read again', () => {
    const once = manifest.parse(minimal);
    expect(manifest.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it.each<[string, object]>([
    ['another manifest version', { manifestVersion: 2 }],
    ['an unknown key', { script: 'x' }],
    ['an unknown key deep inside', { output: { tensor: 'y', meaning: 'logits', script: 'x' } }],
    ['axes named twice', { preprocess: [{ op: 'orient', axes: 'RLS' }] }],
    ['axes in small letters', { preprocess: [{ op: 'orient', axes: 'ras' }] }],
    ['an operation that does not exist', { preprocess: [{ op: 'eval', code: '1' }] }],
    ['slices across a fourth axis', { preprocess: [{ op: 'zscore', perSlice: 3 }] }],
    ['slices of limits that are given', { preprocess: [{ op: 'clip', lo: 0, hi: 1, perSlice: 0 }] }],
    ['no spacing at all', { preprocess: [{ op: 'resample', spacing: [0, 1, 1] }] }],
    ['a negative spacing', { preprocess: [{ op: 'resample', spacing: [-1, 1, 1] }] }],
    ['infinite windows', { preprocess: [{ op: 'window', in: [0, Number.POSITIVE_INFINITY], out: [0, 1] }] }],
    ['overlap of a whole tile', { inference: { mode: 'sliding', patch: [8, 8, 8], overlap: 1 } }],
    ['a tile of half a voxel', { inference: { mode: 'sliding', patch: [0.5, 8, 8] } }],
    ['two inputs', { inputs: [minimal.inputs[0], minimal.inputs[0]] }],
    ['double precision', { inputs: [{ ...minimal.inputs[0], dtype: 'float64' }] }],
    ['one label only', { labels: [{ value: 0, name: 'background' }] }],
    [
      'a negative label',
      {
        labels: [
          { value: -1, name: 'x' },
          { value: 1, name: 'y' },
        ],
      },
    ],
    ['a name of two lines', { name: 'a\nb' }],
    ['an empty name', { name: ' ' }],
    ['a version that is a path', { version: '../1' }],
    ['a tensor name with NUL', { output: { tensor: 'y\u0000', meaning: 'logits' } }],
  ])('refuses %s', (_, change) => {
    expect(manifest.safeParse({ ...minimal, ...change }).success).toBe(false);
  });
});

describe('faults of a manifest', () => {
  const faultsOf = (change: object): readonly { path: string; message: string }[] => {
    const reading = readManifestText(JSON.stringify({ ...minimal, ...change }));
    return reading.ok ? [] : reading.faults;
  };

  it('name the path and what is allowed there', () => {
    expect(faultsOf({ preprocess: [{ op: 'orient', axes: 'RAS', speed: 1 }] })).toEqual([
      { path: 'preprocess[0]', message: 'unknown key "speed"; expected some of op, axes' },
    ]);
    expect(faultsOf({ preprocess: [{ op: 'eval' }] })[0]).toMatchObject({
      path: expect.stringContaining('preprocess[0]'),
      message: expect.stringMatching(/expected one of orient, cropNonzero, .*concatCoordinates/),
    });
    expect(faultsOf({ inference: { mode: 'fast' } })[0].message).toContain('sliding, full, slices, stack25d');
    expect(faultsOf({ profile: 'magic' })[0].message).toContain('nnunet-v2');
  });

  it('are found in text that is no JSON or too long', () => {
    expect(readManifestText('{')).toMatchObject({
      ok: false,
      faults: [{ message: expect.stringContaining('not JSON') }],
    });
    expect(readManifestText(' '.repeat(70_000))).toMatchObject({
      ok: false,
      faults: [{ message: expect.stringContaining('70000 bytes') }],
    });
  });
});

it('takes the short form of nnU-Net and writes it out', () => {
  const { preprocess: _, inference: __, postprocess: ___, ...about } = minimal;
  const source = {
    ...about,
    profile: 'nnunet-v2',
    spacing: [2.5, 0.8, 0.8],
    patch: [64, 128, 128],
    intensity: { scheme: 'CTNormalization', mean: 100, std: 40, lo: -50, hi: 300 },
  };
  const expanded = manifest.parse(source);
  expect(expanded.preprocess.map(({ op }) => op)).toEqual(['orient', 'cropNonzero', 'clip', 'zscore', 'resample']);
  expect(expanded.preprocess[4]).toMatchObject({
    order: 3,
    clamp: true,
    anisotropy: { threshold: 3, orderThrough: 0 },
  });
  expect(expanded.inference).toMatchObject({ tiling: 'evenStep', blend: 'gaussianNnunet', overlap: 0.5 });
  expect(expanded).not.toHaveProperty('profile');
  expect(manifest.parse(JSON.parse(JSON.stringify(expanded)))).toEqual(expanded);
});

it('publishes its JSON Schema: docs/manifest.schema.json is current', () => {
  const file = resolve(import.meta.dirname, '../../../docs/manifest.schema.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())));
});

describe('docs/manifest.md', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../docs/manifest.md'), 'utf8');
  const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text);

  it('teaches with examples that can be run', () => {
    expect(examples).toHaveLength(3);
    for (const example of examples) {
      const reading = readManifestText(example);
      expect(reading).toMatchObject({ ok: true });
      if (reading.ok) expect(manifestProblems(reading.manifest)).toEqual([]);
    }
  });

  it('lists every operation', () => {
    const names = (schema: string): string[] => [...schema.matchAll(/"const":"(\w+)"/g)].map(([, name]) => name);
    const { oneOf } = manifestJsonSchema() as {
      oneOf: { properties: { preprocess?: object; postprocess?: object } }[];
    };
    const written = oneOf.find(({ properties }) => properties.preprocess);
    const ops = new Set(names(JSON.stringify([written?.properties.preprocess, written?.properties.postprocess])));
    expect(ops.size).toBeGreaterThan(20);
    for (const op of ops) if (!['all', 'union', 'image'].includes(op)) expect(page).toContain(`\`${op}\``);
  });

  interface Schema {
    readonly properties?: Record<string, Schema>;
    readonly items?: Schema;
    readonly prefixItems?: readonly Schema[];
    readonly oneOf?: readonly Schema[];
    readonly anyOf?: readonly Schema[];
    readonly const?: string;
  }
  /** Every key that the schema knows, as `inputs[].channels[].name`. */
  const pathsOf = (schema: Schema, prefix = ''): string[] => [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, of]) => [
      `${prefix}${key}`,
      ...pathsOf(of, `${prefix}${key}.`),
    ]),
    ...[schema.items, ...(schema.prefixItems ?? [])].flatMap((of) =>
      of ? pathsOf(of, `${prefix.slice(0, -1)}[].`) : [],
    ),
    ...[...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap((of) => pathsOf(of, prefix)),
  ];
  const prose = page.replace(/```json\n[\s\S]*?```/g, '');
  const said = new Set([...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code));

  it('says what every field means', () => {
    const paths = [...new Set(pathsOf(manifestJsonSchema() as Schema))];
    expect(paths.length).toBeGreaterThan(120);
    const steps = /^(preprocess|inference|postprocess|intensity|regions)\b./;
    const parent = (path: string): boolean => paths.some((other) => other.startsWith(`${path}.`));
    for (const path of paths.filter((one) => !steps.test(one) && !parent(one))) expect(said).toContain(path);
    // fields of operations: by their own name, in a row or in the text below
    const words = new Set([...prose.matchAll(/`[^`\n]*`/g)].flatMap(([code]) => code.match(/\w+/g) ?? []));
    for (const path of paths.filter((one) => steps.test(one)))
      for (const word of path.match(/\w+/g) as string[]) expect(words).toContain(word);
  });

  it('says the fields of each operation in its row', () => {
    const shared = ['op', 'mode', 'channels', 'mask', 'pad', 'padValue', 'mirror', 'accumulate', 'batch', 'precision'];
    const likeTheOneAbove: Record<string, string> = { resize: 'resample', stack25d: 'slices', slices: 'sliding' };
    const rowOf = (name: string): string =>
      page.split('\n').find((line) => new RegExp(`^\\|[^|]*\`${name}\``).test(line) && !/^\| field/.test(line)) ?? '';
    const branches = (schema: Schema): Schema[] => [
      ...(schema.properties?.op?.const || schema.properties?.mode?.const ? [schema] : []),
      ...[...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...Object.values(schema.properties ?? {})].flatMap(
        branches,
      ),
      ...(schema.items ? branches(schema.items) : []),
    ];
    const all = branches(manifestJsonSchema() as Schema);
    expect(all.length).toBeGreaterThan(24);
    for (const { properties = {} } of all) {
      const name = (properties.op ?? properties.mode).const as string;
      let row = rowOf(name);
      for (let other = likeTheOneAbove[name]; other; other = likeTheOneAbove[other]) row += rowOf(other);
      for (const key of Object.keys(properties).filter((one) => !shared.includes(one)))
        expect([name, key, row.includes(`\`${key}\``) || row.includes(`\`${key}`)]).toEqual([name, key, true]);
    }
  });

  it('takes in the short form the axes that it advises', () => {
    const short = JSON.parse(examples[1]) as object;
    for (const axes of ['SAR', 'storedYZX']) {
      const reading = readManifestText(JSON.stringify({ ...short, axes }));
      expect(reading).toMatchObject({ ok: true, manifest: { preprocess: [{ op: 'orient', axes }, {}, {}, {}, {}] } });
    }
    expect(readManifestText(JSON.stringify({ ...short, axes: 'SAA' }))).toMatchObject({ ok: false });
  });
});

it('bounds the labels that mapLabels speaks of', () => {
  const reads = (key: string): boolean =>
    readManifestText(
      JSON.stringify({ ...minimal, postprocess: [...minimal.postprocess, { op: 'mapLabels', map: { [key]: 1 } }] }),
    ).ok;
  for (const key of ['0', '9', '10', '9999', '59999', '65535']) expect([key, reads(key)]).toEqual([key, true]);
  for (const key of ['65536', '65540', '65600', '66000', '70000', '99999', '01', '-1', '1.5', ''])
    expect([key, reads(key)]).toEqual([key, false]);
});
