import { unzipSync } from 'fflate';
import { readManifestText, starterKit } from '#contracts';
import { orderBundle, type Benchmark, type EvaluationCase } from '#evaluation';
import { readLabelMap, readNifti } from '#imaging';
import { World } from '../test-support/world.js';

let world: World;
let bench: Benchmark;
let practice: readonly EvaluationCase[];
let files: Record<string, Uint8Array>;
const text = (path: string): string => Buffer.from(files[path] ?? []).toString();

beforeAll(async () => {
  world = await World.open();
  bench = await world.benchmark('bench');
  practice = await world.parts.records.cases(bench.phases[0].id);
  const answer = await world.ask('visitor', 'GET', '/benchmarks/bench/starter-kit');
  expect(answer.headers).toMatchObject({
    'content-type': 'application/zip',
    'content-disposition': 'attachment; filename="bench-starter-kit.zip"',
    'cache-control': 'private, no-store',
  });
  files = unzipSync(answer.rawPayload);
}, 120_000);
afterAll(() => world?.close());

it('holds the practice cases, a manifest, its schema, the scripts and a page that explains them', () => {
  const names = practice.map(({ name }) => name);
  expect(Object.keys(files)).toEqual([
    'README.md',
    'voxelmark.json',
    'manifest.schema.json',
    'benchmark.json',
    'export/export_nnunet.py',
    'export/export_torch.py',
    ...names.flatMap((name) => [`images/${name}.nii.gz`, `references/${name}.nii.gz`]),
  ]);
});

it('images and references are those of the benchmark, byte for byte', async () => {
  for (const one of practice) {
    const image = files[`images/${one.name}.nii.gz`];
    expect(Buffer.from(image).equals(Buffer.from(await world.parts.blobs.read(one.images[0].sha256)))).toBe(true);
    expect((await readNifti(image)).geometry).toEqual(one.geometry);
    expect((await readLabelMap(files[`references/${one.name}.nii.gz`])).geometry).toEqual(one.geometry);
  }
});

it('the manifest is valid as it stands and fits the benchmark', () => {
  const read = readManifestText(text('voxelmark.json'));
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  expect(read.manifest.labels.slice(1)).toEqual(bench.labels);
  expect(orderBundle(read.manifest, [{ file: 'model.onnx', sha256: 'a'.repeat(64), bytes: 1 }], bench)).toHaveLength(1);
  expect(JSON.parse(text('manifest.schema.json'))).toMatchObject({ title: 'voxelmark.json' });
});

it('the benchmark is told as the API tells it, with the sizes of its practice cases and no word of held-out ones', () => {
  const kit = starterKit.parse(JSON.parse(text('benchmark.json')));
  expect(kit).toMatchObject({ slug: 'bench', labels: bench.labels.map(({ value, name }) => ({ value, name })) });
  expect(kit.phases.map(({ kind, rules }) => [kind, rules.limits])).toEqual(
    bench.phases.map(({ kind, rules }) => [kind, rules.limits]),
  );
  expect(kit.cases).toEqual(
    practice.map(({ name, geometry }) => ({
      name,
      geometry,
      files: { images: [`images/${name}.nii.gz`], reference: `references/${name}.nii.gz` },
    })),
  );
});

it('the page names the two commands, the labels and the limits', () => {
  for (const said of [
    'npx voxelmark model check model.onnx --manifest voxelmark.json --kit .',
    'npx voxelmark submit model.onnx --manifest voxelmark.json --benchmark bench',
    '| 4 | liver lesion |',
    'A case may take 10 s and 512 MiB on one thread.',
  ]) {
    expect(text('README.md')).toContain(said);
  }
});

it('every image that leaves in a kit leaves a line in the access log; HEAD is none', async () => {
  const count = async () =>
    (await world.parts.accessLog.list({ benchmarkId: bench.id }, { limit: 500 })).filter(({ allowed }) => allowed)
      .length;
  const before = await count();
  expect((await world.ask('owner', 'HEAD', '/benchmarks/bench/starter-kit')).statusCode).toBe(200);
  expect(await count()).toBe(before);
  await world.ask('owner', 'GET', '/benchmarks/bench/starter-kit');
  expect(await count()).toBe(before + 2 * practice.length);
});

it('nothing held out is in it, not even for the organiser', async () => {
  for (const who of ['visitor', 'owner', 'organiser', 'steward'] as const) {
    const answer = await world.ask(who, 'GET', '/benchmarks/bench/starter-kit');
    expect([who, world.marks.findIn(answer.rawPayload)]).toEqual([who, []]);
    expect(Object.keys(unzipSync(answer.rawPayload)).filter((name) => name.startsWith('images/'))).toHaveLength(2);
  }
});
