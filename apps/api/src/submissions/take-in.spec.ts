import { RequestRefused } from '#domain';
import type { BlobStore, EvaluationRecords, ModelInspector } from '#evaluation';
import { noParts, untouched } from '../test-support/no-parts.js';
import { testManifest } from '../test-support/test-manifest.js';
import type { Bundle } from './receive-bundle.js';
import { TakeIn } from './take-in.js';
import type { Spooled } from './upload-spool.js';

/**
 * Two people send one file; one row is refused, the other accepted. Every order in which their steps can fall is tried:
 * a scheduler lets one step happen at a time.
 */
class Scheduler {
  private readonly waiting: { who: string; go: () => void }[] = [];

  step(who: string): Promise<void> {
    return new Promise((go) => this.waiting.push({ who, go }));
  }

  /** Runs both to the end, choosing who goes next by the bits of `order`. */
  async play(order: number, done: () => boolean): Promise<void> {
    for (let turn = 0; !done(); turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.waiting.length === 0) continue;
      const wish = (order >> turn) & 1 ? 'B' : 'A';
      const at = Math.max(
        0,
        this.waiting.findIndex(({ who }) => who === wish),
      );
      this.waiting.splice(at, 1)[0].go();
    }
  }
}

async function outcome(order: number): Promise<{ blob: boolean; row: boolean }> {
  const scheduler = new Scheduler();
  const store = { blob: false, row: false };
  const sender = (who: 'A' | 'B', accepted: boolean): Promise<unknown> => {
    const step =
      <T>(work: () => T) =>
      async (): Promise<T> => {
        await scheduler.step(who);
        return work();
      };
    const blobs = untouched<BlobStore>('blobs', {
      head: step(() => (store.blob ? { sha256: 'x', bytes: 1 } : null)),
      put: step(() => {
        store.blob = true;
        return { sha256: 'x', bytes: 1 };
      }),
      delete: step(() => {
        const was = store.blob;
        store.blob = false;
        return was;
      }),
    });
    const records = untouched<EvaluationRecords>('records', {
      findBenchmark: async () =>
        ({
          labels: [{ value: 1, name: 'liver' }],
          channels: [{ name: 'image' }],
          phases: [{ rules: { regions: [{ name: 'liver', labels: [1] }] } }],
        }) as never,
      latestPreflight: async () => null,
      withLock: async (_, work) => {
        await work(new AbortController().signal);
        return true;
      },
      blobInUse: step(() => store.row),
      createSubmission: step(() => {
        if (!accepted) throw new RequestRefused(409, 'algorithm-taken', 'Somebody else has it.');
        store.row = true;
        return { submission: {} as never, existing: false };
      }),
    });
    const upload: Spooled = {
      sha256: 'x',
      bytes: 1,
      read: async function* () {},
      copyTo: async () => undefined,
      remove: async () => undefined,
    };
    const report = { accepted: true, findings: [], opset: 17, parameters: 1, operators: [], inputs: [], outputs: [] };
    const inspector = untouched<ModelInspector>('inspector', {
      inspect: async () => ({ ...report, memoryEstimateBytes: 1 }),
    });
    const bundle: Bundle = {
      models: [{ ...upload, file: 'model.onnx' }],
      conformance: null,
      files: [upload],
      bytes: 1,
      remove: async () => undefined,
    };
    const manifest = testManifest('m');
    return new TakeIn(records, blobs, inspector, noParts().log, noParts().clock)
      .submit(bundle, {
        benchmark: 'b',
        submitterId: who,
        algorithm: { slug: 'm', name: 'm', description: '' },
        version: '1',
        manifest,
        idempotencyKey: null,
      })
      .catch((error: unknown) => {
        if (!(error instanceof RequestRefused)) throw error;
      });
  };
  let done = false;
  const both = Promise.all([sender('A', true), sender('B', false)]).finally(() => (done = true));
  await scheduler.play(order, () => done);
  await both;
  return { blob: store.blob, row: store.row };
}

it('a blob that a row refers to is there in the end, in whatever order two uploads of it fall', async () => {
  const lost: number[] = [];
  for (let order = 0; order < 4096; order++) {
    const { blob, row } = await outcome(order);
    expect(row).toBe(true);
    if (!blob) lost.push(order);
  }
  expect(lost).toEqual([]);
}, 60_000);
