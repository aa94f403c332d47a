import { BenchmarkMisconfigured } from '#domain';
import { readNifti, storedGeometry, writeNifti, type Geometry, type LabelMap } from '#imaging';
import { createRandom } from '#statistics';
import { penaltyOf } from './aggregate.js';
import { importBenchmark, studyReferences, type ImportedBenchmark, type ImportedCase } from './import-benchmark.js';
import type { Benchmark, NewBenchmark } from './records.js';
import { GEOMETRY, memoryBlobs, RULES, sha256 } from './test-support/memory-ports.js';

const VOXELS = 24;
const image = (geometry: Geometry = GEOMETRY) =>
  writeNifti({ geometry, data: Int16Array.from({ length: VOXELS }, (_, v) => v * 10 - 100) }, { gzip: true });
const labels = (value: number, geometry: Geometry = GEOMETRY) =>
  writeNifti({ geometry, data: new Uint8Array(VOXELS).fill(value, 3, 7) }, { gzip: false });

function aCase(name: string, files: Partial<Awaited<ReturnType<ImportedCase['files']>>> = {}): ImportedCase {
  return {
    name,
    patient: `patient of ${name}`,
    facts: { site: 'A' },
    files: async () => ({
      image: await image(),
      references: [{ reader: 'consensus', consensus: true, labels: await labels(1) }],
      ...files,
    }),
  };
}

function benchmark(cases: readonly ImportedCase[], rules = RULES): ImportedBenchmark {
  return {
    slug: 'demo',
    title: 'Demo',
    question: 'Where is the liver?',
    summary: '',
    rules: '',
    synthetic: true,
    labels: [{ value: 1, name: 'liver' }],
    windowPresets: [],
    dataset: { slug: 'demo-data', name: 'Demo data', licence: 'CC0-1.0', description: '' },
    members: [],
    phases: [{ kind: 'practice', title: 'Practice', label: 'PUBLIC', rules, cases }],
  };
}

function memory() {
  const blobs = memoryBlobs();
  const created: NewBenchmark[] = [];
  const records = {
    findBenchmark: async (slug: string) =>
      created.some((known) => known.slug === slug) ? ({ slug } as Benchmark) : null,
    createBenchmark: async (made: NewBenchmark) => {
      created.push(made);
      return { slug: made.slug } as Benchmark;
    },
  };
  return { ports: { blobs, records }, blobs, created };
}

/** Sentences of the refusal. */
async function refusal(imported: ImportedBenchmark): Promise<string> {
  const { ports, created } = memory();
  const error: unknown = await importBenchmark(ports, imported).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BenchmarkMisconfigured);
  expect(created).toEqual([]);
  return (error as Error).message;
}

describe('importing a benchmark', () => {
  it('stores images and references under their digests, with the geometry of the image', async () => {
    const { ports, blobs, created } = memory();
    const seen: string[] = [];
    await importBenchmark(ports, benchmark([aCase('one'), aCase('two')]), (name) => seen.push(name));
    expect(seen).toEqual(['one', 'two']);
    const [stored] = created[0].phases[0].cases;
    expect(stored).toMatchObject({
      name: 'one',
      geometry: { sizeXyz: [4, 3, 2] },
      references: [{ reader: 'consensus', consensus: true }],
    });
    const bytes = await blobs.read(stored.images[0].sha256);
    expect(sha256(bytes)).toBe(stored.images[0].sha256);
    expect([...(await readNifti(bytes)).data].slice(0, 3)).toEqual([-100, -90, -80]);
  });

  it('records the geometry that the stored files have, to the last bit, where float32 cannot hold that of the image', async () => {
    // a NIfTI-1 quaternion: its rotation is computed in float64, and no file of ours can hold what comes out
    const oblique = await writeNifti({
      geometry: {
        ...GEOMETRY,
        spacingMm: [1 / 3, 1 / 3, 2.3],
        direction: [Math.cos(0.3), -Math.sin(0.3), 0, Math.sin(0.3), Math.cos(0.3), 0, 0, 0, 1],
      },
      data: new Uint8Array(VOXELS).fill(1, 3, 7),
    });
    new DataView(oblique.buffer).setInt16(254, 0, true); // no sform
    const before = (await readNifti(oblique)).geometry;
    const { ports, blobs, created } = memory();
    const references = [{ reader: 'consensus', consensus: true, labels: oblique }];
    await importBenchmark(ports, benchmark([aCase('one', { image: oblique, references })]));
    const [{ geometry, images, references: stored }] = created[0].phases[0].cases;
    const diagonal = { kind: 'volume-diagonal' } as const;
    expect(penaltyOf(diagonal, before)).not.toBe(penaltyOf(diagonal, geometry));
    for (const { sha256: digest } of [images[0], stored[0].blob]) {
      const file = (await readNifti(await blobs.read(digest))).geometry;
      expect(file).toEqual(geometry);
      expect(penaltyOf(diagonal, file)).toBe(penaltyOf(diagonal, geometry));
    }
    expect(storedGeometry(geometry)).toEqual(geometry);
  });

  it('keeps nothing of the file but voxels and geometry', async () => {
    const file = await writeNifti({ geometry: GEOMETRY, data: new Int16Array(VOXELS) }, { gzip: false });
    Buffer.from('DOE^JANE 1970', 'latin1').copy(file, 148); // descrip, where converters leave names
    const { ports, blobs, created } = memory();
    await importBenchmark(ports, benchmark([aCase('one', { image: file })]));
    const bytes = await blobs.read(created[0].phases[0].cases[0].images[0].sha256);
    const plain = await new Response(
      new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')),
    ).arrayBuffer();
    expect(Buffer.from(plain).includes('JANE')).toBe(false);
  });

  it('is done once: a second time returns what is there', async () => {
    const { ports, created } = memory();
    await importBenchmark(ports, benchmark([aCase('one')]));
    await expect(importBenchmark(ports, benchmark([aCase('one')]))).resolves.toMatchObject({ existing: true });
    expect(created).toHaveLength(1);
  });

  it('refuses a reference on another grid, an undeclared label, a broken file, and says all of it at once', async () => {
    const shifted = { ...GEOMETRY, originLps: [7, 0, 0] as const };
    const message = await refusal(
      benchmark([
        aCase('moved', { references: [{ reader: 'consensus', consensus: true, labels: await labels(1, shifted) }] }),
        aCase('strange', { references: [{ reader: 'consensus', consensus: true, labels: await labels(7) }] }),
        aCase('cut', { image: (await image()).subarray(0, 40) }),
        aCase('undecided', { references: [] }),
      ]),
    );
    expect(message).toMatch(/case "moved": reference of "consensus" has the grid .*; the image has/);
    expect(message).toMatch(/case "strange": reference of "consensus" holds labels 7; declared are 1/);
    expect(message).toMatch(/case "cut": /);
    expect(message).toMatch(/case "undecided": 0 consensus references; expected exactly one/);
  });

  it('refuses a showcase of images of people beside which few patients stay closed', async () => {
    const cases = Array.from({ length: 12 }, (_, n) => aCase(`c${n}`));
    const showing = (shown: number, synthetic = false) => {
      const reveal = { kind: 'showcase', cases: cases.slice(0, shown).map(({ name }) => name) } as const;
      const made = benchmark(cases, { ...RULES, reveal });
      return {
        ...made,
        synthetic,
        phases: made.phases.map((phase) => ({ ...phase, kind: 'test', label: 'SEALED' }) as const),
      };
    };
    expect(await refusal(showing(3))).toContain('beside the showcase the cases of 9 patient(s) stay closed');
    for (const allowed of [showing(2), showing(12), showing(11, true)])
      await expect(importBenchmark(memory().ports, allowed)).resolves.toMatchObject({ existing: false });
  });

  it('measures the reference, and how well its readers agree, once', async () => {
    const { ports, created } = memory();
    const drawn = async (from: number, to: number) =>
      writeNifti({ geometry: GEOMETRY, data: new Uint8Array(VOXELS).fill(1, from, to) }, { gzip: false });
    const references = [
      { reader: 'one', consensus: false, labels: await drawn(3, 7) },
      { reader: 'two', consensus: false, labels: await drawn(5, 9) },
      { reader: 'consensus', consensus: true, labels: await drawn(3, 9) },
    ];
    await importBenchmark(ports, benchmark([aCase('read twice', { references }), aCase('read once')]));
    const [twice, once] = created[0].phases[0].cases.map(({ referenceStudy }) => referenceStudy!);
    const [sx, sy, sz] = GEOMETRY.spacingMm;
    expect(twice.volumesMl).toEqual({ [RULES.regions[0].name]: (6 * sx * sy * sz) / 1000 });
    expect(twice.agreement.map(({ readers }) => readers)).toEqual([['one', 'two']]);
    expect(twice.agreement[0].scores[0].values.dice).toEqual({ kind: 'value', value: 0.5 });
    expect(once.agreement).toEqual([]);
  });

  it('leaves out what either of two readers could not tell, whichever of them is named first', () => {
    const random = createRandom(8);
    for (const ignoreLabel of [9, 300]) {
      for (let round = 0; round < 50; round++) {
        const draw = (wide: boolean): LabelMap => {
          const values = Array.from({ length: VOXELS }, () => [0, 1, 1, 2, ignoreLabel][random.below(5)]);
          if (!wide && ignoreLabel > 255)
            return { geometry: GEOMETRY, data: Uint8Array.from(values, (v) => (v > 2 ? 0 : v)) };
          const data = ignoreLabel > 255 ? Uint16Array.from(values) : Uint8Array.from(values);
          return { geometry: GEOMETRY, data } as LabelMap;
        };
        const [one, two] = [draw(round % 2 === 0), draw(true)];
        const kept = [one.data.slice(), two.data.slice()];
        const diceOf = (...maps: readonly LabelMap[]) => {
          const drawn = maps.map((map, n) => ({ reader: `${n}`, consensus: n === 2, map }));
          const rules = { regions: [{ name: 'liver', labels: [1] }], ignoreLabel, metrics: [{ id: 'dice' }] };
          return studyReferences(drawn, rules)!.agreement[0].scores[0].values.dice;
        };
        // said a second time: voxels that nobody ignored, counted one by one
        let [both, each] = [0, 0];
        one.data.forEach((a, v) => {
          const b = two.data[v];
          if (a === ignoreLabel || b === ignoreLabel) return;
          both += Number(a === 1 && b === 1);
          each += Number(a === 1) + Number(b === 1);
        });
        expect(each).toBeGreaterThan(0);
        expect(diceOf(one, two, one)).toEqual({ kind: 'value', value: expect.closeTo((2 * both) / each, 12) });
        expect(diceOf(two, one, one)).toEqual(diceOf(one, two, one));
        expect([one.data, two.data]).toEqual(kept);
      }
    }
  });

  it('leaves voxels that a reader could not tell out of his agreement with another', async () => {
    const { ports, created } = memory();
    const labels = async (...spans: readonly (readonly [value: number, from: number, to: number])[]) => {
      const data = new Uint8Array(VOXELS);
      for (const [value, from, to] of spans) data.fill(value, from, to);
      return writeNifti({ geometry: GEOMETRY, data }, { gzip: false });
    };
    const references = [
      { reader: 'one', consensus: false, labels: await labels([1, 3, 7], [9, 7, 9]) },
      { reader: 'two', consensus: false, labels: await labels([1, 3, 9]) },
      { reader: 'consensus', consensus: true, labels: await labels([1, 3, 9]) },
    ];
    await importBenchmark(ports, benchmark([aCase('read twice', { references })], { ...RULES, ignoreLabel: 9 }));
    expect(created[0].phases[0].cases[0].referenceStudy!.agreement[0].scores[0].values.dice).toEqual({
      kind: 'value',
      value: 1,
    });
  });

  it('refuses to rank by a figure that is no measure of quality', async () => {
    const metrics = [{ id: 'specificity', penalty: { kind: 'fixed', value: 0 } as const }];
    const rules = {
      ...RULES,
      metrics,
      ranking: { kind: 'mean-then-rank', metric: 'specificity', ties: 'min' } as const,
    };
    expect(await refusal(benchmark([aCase('one')], rules))).toContain(
      'it is ranked by "specificity", which is a figure to report and no measure of quality',
    );
  });

  it('refuses rules that cannot be scored or ranked', async () => {
    const rules = {
      ...RULES,
      regions: [{ name: 'spleen', labels: [2] }],
      metrics: [{ id: 'niceness', penalty: { kind: 'fixed', value: 0 } as const }],
    };
    const message = await refusal(benchmark([aCase('one'), aCase('one')], rules));
    expect(message).toContain('region "spleen" is made of labels 2 that the benchmark does not declare');
    expect(message).toContain('metric "niceness" is not in the catalogue');
    expect(message).toContain('it is ranked by "dice", which it does not measure');
    expect(message).toContain('two cases are called "one"');
    expect(await refusal(benchmark([]))).toContain('no cases');
    const anywhere = { ...RULES, predictionGrid: 'linear' as 'nearest' };
    expect(await refusal(benchmark([aCase('one')], anywhere))).toContain(
      'predictionGrid is "linear"; expected reference or nearest',
    );
    expect(await refusal(benchmark([aCase('one')], { ...RULES, ignoreLabel: 1 }))).toContain(
      'label 1 is declared and ignored; expected one that is not among the labels',
    );
  });
});

describe('several images of a case', () => {
  const channels = [
    { name: 'T1', modality: 'MR' },
    { name: 'FLAIR', modality: 'MR' },
  ];
  const flair = () =>
    writeNifti({ geometry: GEOMETRY, data: Int16Array.from({ length: VOXELS }, (_, v) => v) }, { gzip: true });
  const withImages = (images: readonly { channel: string; bytes: Uint8Array }[]): ImportedCase => ({
    ...aCase('one'),
    files: async () => ({
      images,
      references: [{ reader: 'consensus', consensus: true, labels: await labels(1) }],
    }),
  });

  it('are stored in the order of the channels, whatever order they come in', async () => {
    const { ports, created, blobs } = memory();
    const given = [
      { channel: 'FLAIR', bytes: await flair() },
      { channel: 'T1', bytes: await image() },
    ];
    await importBenchmark(ports, { ...benchmark([withImages(given)]), channels });
    const [{ images }] = created[0].phases[0].cases;
    expect(images.map(({ channel }) => channel)).toEqual(['T1', 'FLAIR']);
    expect((await readNifti(await blobs.read(images[1].sha256))).data[3]).toBe(3);
  });

  it('have to be those of the benchmark', async () => {
    const one = withImages([{ channel: 'T1', bytes: await image() }]);
    expect(await refusal({ ...benchmark([one]), channels })).toContain(
      'case "one": images of T1; expected one each of T1, FLAIR',
    );
    expect(await refusal(benchmark([one]))).toContain('images of T1; expected one each of image');
  });

  it('lie on one grid', async () => {
    const shifted = { ...GEOMETRY, originLps: [5, 0, 0] as const };
    const given = [
      { channel: 'T1', bytes: await image() },
      { channel: 'FLAIR', bytes: await image(shifted) },
    ];
    expect(await refusal({ ...benchmark([withImages(given)]), channels })).toContain('the image of FLAIR has the grid');
  });

  it('have names that can be told apart', async () => {
    const twins = [{ name: 'T1-c' }, { name: 't1 C' }];
    expect(await refusal({ ...benchmark([]), channels: twins })).toContain('each needs a name of its own');
    expect(await refusal({ ...benchmark([]), channels: [] })).toContain('a case has at least one image');
  });
});
