import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAILURE_CODES, ModelFailure, type RunLimits } from '#domain';
import type { Log, ModelRunner, ModelSession } from '#evaluation';
import { writeNifti } from '#imaging';
import { createModelRunner } from '#inference';
import { builtChildScript } from '../../libs/inference/src/test-support/built.js';
import { minimalManifest } from '../../libs/inference/src/test-support/manifest.js';
import * as onnx from '../../libs/inference/src/test-support/onnx.js';
import { descendants, peakBytes } from '../../libs/inference/src/test-support/processes.js';
import { HOSTILE, type HostileModel } from './hostile.js';

/**
 * The corpus against the walls behind the inspector: every file is loaded unseen. The short form takes a sample of each
 * kind, the long one (VOXELMARK_TEST_LONG=1) all of them.
 */
const LONG = process.env.VOXELMARK_TEST_LONG === '1';
const LIMITS: RunLimits = { loadSeconds: 4, caseSeconds: 2, memoryMib: 512, threads: 1 };
/** Where time is not what is tested. */
const PATIENT: RunLimits = { ...LIMITS, loadSeconds: 60, caseSeconds: 60 };
const MIB = 2 ** 20;
const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const never = new AbortController().signal;

/** Those that hurt most, and one in sixty of the others. */
const WORST = [
  'least / -1 while loading, int64', 'least / -1 while running, int64', 'a chain of 3000 functions', '200 nested graphs',
  'a loop of 2^62 turns', 'a loop without a number of turns', '10^30 nodes from functions that call ten functions',
  'two products of matrices of 12,000 x 12,000', '9,000 heavy steps of small tensors', 'Expand to 16 GiB', '40 doublings of a constant',
  '30 doublings of the image', 'a loop that doubles what it carries', 'many copies that stay below each limit', 'RandomNormal of 16 GiB',
]; // prettier-ignore
const chosen = HOSTILE.filter(({ name }, i) => LONG || WORST.includes(name) || i % 60 === 3);

let scratchDir: string;
let runner: ModelRunner;
let image: Uint8Array;
/** Most memory that any process of ours was seen to hold, bytes. */
let highest = 0;
let watch: NodeJS.Timeout;

beforeAll(async () => {
  scratchDir = mkdtempSync(join(tmpdir(), 'voxelmark-corpus-'));
  runner = await createModelRunner({ scratchDir, log: SILENT, childScript: builtChildScript(), inspect: false });
  const geometry = {
    sizeXyz: [7, 5, 4],
    spacingMm: [1, 1, 1],
    originLps: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  } as const;
  image = await writeNifti({ geometry, data: Float32Array.from({ length: 140 }, (_, v) => v / 139) }, { gzip: true });
  watch = setInterval(() => {
    for (const pid of descendants(process.pid)) highest = Math.max(highest, peakBytes(pid));
  }, 5);
});
afterAll(async () => {
  clearInterval(watch);
  await runner.close();
  rmSync(scratchDir, { recursive: true });
});

/** Seconds and outcome of loading and of one case. */
async function run(on: ModelRunner, model: Uint8Array, limits: RunLimits = LIMITS) {
  const sha256 = createHash('sha256').update(model).digest('hex');
  const seconds = { load: 0, case: 0 };
  let session: ModelSession | null = null;
  let phase: keyof typeof seconds = 'load';
  let start = performance.now();
  let outcome: string;
  let ones = 0;
  try {
    session = await on.open([{ sha256, copyTo: (path) => writeFile(path, model) }], minimalManifest(), limits);
    seconds.load = (performance.now() - start) / 1000;
    [phase, start] = ['case', performance.now()];
    const { labels } = await session.predict([image], never);
    for (const label of labels.data) ones += label;
    outcome = 'predicted';
  } catch (error) {
    if (!(error instanceof ModelFailure)) throw error;
    outcome = error.code;
  }
  seconds[phase] = (performance.now() - start) / 1000;
  await session?.close();
  return { outcome, seconds, ones };
}

/** How long it takes until a process says that a file is no model at all. */
async function startSeconds(): Promise<number> {
  const { outcome, seconds } = await run(runner, new Uint8Array(0), PATIENT);
  expect(outcome).toBe('model-load-failed');
  return seconds.load;
}

describe('hostile models, loaded unseen', () => {
  it.each(chosen.map((hostile: HostileModel) => [`${hostile.kind}: ${hostile.name}`, hostile] as const))(
    '%s: a code, in time, within its memory, and nobody else is touched',
    async (_, { make }) => {
      highest = 0;
      const { outcome, seconds } = await run(runner, make());
      expect(['predicted', ...FAILURE_CODES.filter((code) => code !== 'defect')]).toContain(outcome);
      // the start of a process, on this machine, now, is not the model's
      const allowed = LIMITS.loadSeconds + 2;
      if (seconds.load >= allowed) expect(seconds.load).toBeLessThan(allowed + 2 * (await startSeconds()));
      expect(seconds.case).toBeLessThan(LIMITS.caseSeconds + 2);
      expect(highest).toBeLessThan((LIMITS.memoryMib + 128) * MIB);
      expect(descendants(process.pid)).toEqual([]);
    },
    120_000,
  );

  it('afterwards an honest model runs as ever', async () => {
    highest = 0;
    expect(await run(runner, onnx.thresholdModel(), PATIENT)).toMatchObject({ outcome: 'predicted', ones: 70 });
    expect(highest).toBeGreaterThan(20 * MIB); // the watch sees something
  });
});

describe('files of this machine, with the inspector switched off', () => {
  /** Label 1 everywhere when the file was read: its first value (4711) exceeds 0.5. */
  const reader = (location: string, place: 'initialiser' | 'constant') => {
    const stolen = onnx.externalTensor('stolen', [1], location);
    const constants = [onnx.tensor('zero', [1], Float32Array.of(0)), onnx.tensor('half', [1], Float32Array.of(0.5))];
    const nodes = [
      onnx.node('Mul', ['image', 'zero'], ['nothing']),
      onnx.node('Add', ['nothing', 'half'], ['background']),
      onnx.node('Add', ['nothing', 'stolen'], ['foreground']),
      onnx.node('Concat', ['background', 'foreground'], ['logits'], [onnx.attribute.int('axis', 1)]),
    ];
    if (place === 'initialiser') return onnx.body(nodes, [...constants, stolen]);
    return onnx.body(
      [onnx.node('Constant', [], ['stolen'], [onnx.attribute.tensor('value', stolen)]), ...nodes],
      constants,
    );
  };

  it.each([0, undefined] as const)(
    'are out of reach (level %s)',
    async (level) => {
      const planted = join(scratchDir, 'planted.bin');
      writeFileSync(planted, Buffer.from(Float32Array.of(4711).buffer));
      const other = await createModelRunner({
        scratchDir,
        log: SILENT,
        childScript: builtChildScript(),
        inspect: false,
        level,
      });
      try {
        const locations = [
          planted,
          '../../planted.bin',
          '../cases/1.0.nii.gz',
          '/etc/hostname',
          '/proc/self/environ',
          '../../../../../../../../etc/passwd',
        ];
        for (const location of locations) {
          for (const place of ['initialiser', 'constant'] as const) {
            const { outcome } = await run(other, reader(location, place), PATIENT);
            expect([location, place, outcome]).toEqual([location, place, 'model-load-failed']);
          }
        }
        // the trick itself works: with the value inside, the label map shows it
        const inside = onnx.body(
          [
            onnx.node('Mul', ['image', 'zero'], ['nothing']),
            onnx.node('Add', ['nothing', 'half'], ['background']),
            onnx.node('Add', ['nothing', 'stolen'], ['foreground']),
            onnx.node('Concat', ['background', 'foreground'], ['logits'], [onnx.attribute.int('axis', 1)]),
          ],
          [['zero', 0] as const, ['half', 0.5] as const, ['stolen', 4711] as const].map(([name, x]) =>
            onnx.tensor(name, [1], Float32Array.of(x)),
          ),
        );
        expect(await run(other, inside, PATIENT)).toMatchObject({ outcome: 'predicted', ones: 140 });
      } finally {
        await other.close();
        rmSync(planted);
      }
    },
    240_000,
  );
});
