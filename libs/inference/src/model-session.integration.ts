import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { SessionLost, type RunLimits } from '#domain';
import type { ModelSession } from '#evaluation';
import { writeNifti } from '#imaging';
import { encodeFloat16, type Manifest } from '#pipeline';
import { minimalManifest } from './test-support/manifest.js';
import * as onnx from './test-support/onnx.js';
import { GEOMETRY, LIMITS, never, testRunner } from './test-support/test-runner.js';

const seen = testRunner('session');
/** The inspector would refuse the loops and divisions that are needed here. */
const unseen = testRunner('unseen', { inspect: false });

function open(
  models: readonly Uint8Array[],
  manifest: Manifest = minimalManifest(),
  limits: Partial<RunLimits> = {},
  { runner } = seen,
): Promise<ModelSession> {
  const files = models.map((model) => ({
    sha256: createHash('sha256').update(model).digest('hex'),
    copyTo: (path: string) => writeFile(path, model),
  }));
  return runner.open(files, manifest, { ...LIMITS, ...limits });
}

/** Voxel v holds v / 139 times `peak`. */
const ramp = (peak = 1, from = 0): Promise<Uint8Array> =>
  writeNifti({
    geometry: GEOMETRY,
    data: Float32Array.from({ length: 140 }, (_, v) => from + ((peak - from) * v) / 139),
  });
/** Pairs that say nothing that others do not. */
const LONG = process.env.VOXELMARK_TEST_LONG === '1';
const RAMP = Float32Array.from({ length: 140 }, (_, v) => v / 139);
const above = (threshold: number) => [...RAMP].map((value) => (value > threshold ? 1 : 0));

async function labelsOf(models: readonly Uint8Array[], manifest: Manifest, images?: readonly Uint8Array[]) {
  const session = await open(models, manifest);
  try {
    return [...(await session.predict(images ?? [await ramp()], never)).labels.data];
  } finally {
    await session.close();
  }
}

describe('forms of networks', () => {
  const threshold = (bias: number) => onnx.mixingModel([[0], [1]], [bias, 0]);
  const two = (weights: readonly number[]): Manifest =>
    minimalManifest({ models: weights.map((weight, n) => ({ file: `fold-${n}.onnx`, weight })) });

  it('several models of one version: each its own session, weighted means of their logits', async () => {
    // background 0.2 and 0.6: on average 0.4; weighted 3 to 1, 0.3
    expect(await labelsOf([threshold(0.2), threshold(0.6)], two([1, 1]))).toEqual(above(0.4));
    expect(await labelsOf([threshold(0.2), threshold(0.6)], two([3, 1]))).toEqual(above(0.3));
    expect(await labelsOf([threshold(0.6), threshold(0.2)], two([3, 1]))).toEqual(above(0.5));
  });

  it('a model too few or too many is refused before a process is started', async () => {
    await expect(open([threshold(0.5)], two([1, 1]))).rejects.toMatchObject({
      code: 'manifest-invalid',
      detail: 'the manifest lists 2 model(s); 1 were given',
    });
  });

  it('says which of several models is at fault', async () => {
    await expect(open([threshold(0.5), onnx.mixingModel([[0, 0]], [0])], two([1, 1]))).rejects.toMatchObject({
      detail: expect.stringMatching(/^model 1 \(fold-1\.onnx\): /) as string,
    });
  });

  it('several images of a case, in the order of the channels', async () => {
    // foreground is the second channel minus the first
    const model = onnx.mixingModel([[0, 0], [-1, 1]], [0.25, 0]); // prettier-ignore
    const manifest = minimalManifest({
      inputs: [{ tensor: 'image', layout: 'NCXYZ', channels: [{ name: 'T1' }, { name: 'T2' }] }],
    });
    const [bright, dark] = [await ramp(1), await ramp(0.5)];
    expect(await labelsOf([model], manifest, [dark, bright])).toEqual(above(0.5)); // v - v/2 > 0.25
    expect(await labelsOf([model], manifest, [bright, dark])).toEqual(above(2)); // never
  });

  it('half precision in and out', async () => {
    const manifest = minimalManifest({
      inputs: [{ tensor: 'image', layout: 'NCXYZ', dtype: 'float16', channels: [{ name: 'CT' }] }],
      output: { tensor: 'logits', layout: 'NCXYZ', dtype: 'float16', meaning: 'logits' },
    });
    expect(await labelsOf([onnx.halfPrecisionModel(encodeFloat16)], manifest)).toEqual(above(0.5));
  });

  const layouts = ['NXYZ', 'NCXYZ', 'NXYZC', 'NXY', 'NCXY', 'NXYC'] as const;
  const types = ['int64', 'int32', 'uint8'] as const;
  // each pair takes a process; each layout and each type twice say the same in a third of the time
  const pairs = layouts.flatMap((layout, n) =>
    types.flatMap((type, k) => (LONG || k === (n + Math.floor(n / 3)) % 3 ? [[layout, type] as const] : [])),
  );
  it.each(pairs)('argmax inside the network: whole numbers out, laid out %s, of type %s', async (layout, type) => {
    const flat = !layout.includes('Z');
    const { inputs } = minimalManifest();
    const manifest = minimalManifest({
      inputs: [{ ...inputs[0], layout: flat ? 'NCXY' : 'NCXYZ' }],
      output: { tensor: 'labels', layout, dtype: type, meaning: 'labels' },
      postprocess: [{ op: 'invert' }, { op: 'argmax', channelToLabel: [0, 7] }],
      labels: [0, 7].map((value) => ({ value, name: `label ${value}` })),
      inference: flat
        ? { mode: 'slices', sliceAxis: 1, batch: 3, patch: [4, 3] }
        : { mode: 'sliding', patch: [3, 3, 3], overlap: 0.5, mirror: [0] },
    });
    const expected = above(0.5).map((label) => label * 7);
    expect(await labelsOf([onnx.argmaxModel(layout, type)], manifest)).toEqual(expected);
  });

  it.each([
    [onnx.argmaxModel('NXYZ', 'int32'), 'NXYZ'],
    [onnx.argmaxModel('NXYZC', 'int64'), 'NCXYZ'],
  ] as const)('labels of another type or layout than the manifest says are refused (%#)', async (model, layout) => {
    const manifest = minimalManifest({
      output: { tensor: 'labels', layout, meaning: 'labels', dtype: 'int64' },
      postprocess: [{ op: 'invert' }, { op: 'argmax' }],
    });
    const session = await open([model], manifest, {}, unseen);
    const [sizes, got] =
      layout === 'NXYZ' ? ['7, 5, 4', 'int32 [1, 7, 5, 4]'] : ['1, 7, 5, 4', 'int64 [1, 7, 5, 4, 1]'];
    await expect(session.predict([await ramp()], never).finally(() => session.close())).rejects.toMatchObject({
      code: 'output-shape',
      detail: `output "labels" is ${got}; expected int64 [1, ${sizes}]`,
    });
  });

  it('three tiles at once: the labels of one after the other', async () => {
    const manifest = minimalManifest({ inference: { mode: 'sliding', patch: [3, 3, 3], overlap: 0.5, mirror: [0] } });
    const labels = async (threads: number) => {
      const session = await open([onnx.thresholdModel()], manifest, { threads });
      const { labels } = await session.predict([await ramp()], never).finally(() => session.close());
      return [...labels.data];
    };
    const alone = await labels(1);
    expect(new Set(alone)).toEqual(new Set([0, 1]));
    expect(await labels(3)).toEqual(alone);
  });

  it('regions: channels of their own, painted in order', async () => {
    // sigmoid(x) > 0.5 where x > 0: channel 0 above 0.2, channel 1 above 0.6
    const manifest = minimalManifest({
      postprocess: [
        { op: 'sigmoid' },
        { op: 'invert' },
        { op: 'regions', regions: [{ channel: 0, label: 1 }, { channel: 1, label: 2 }] }, // prettier-ignore
      ],
      labels: [0, 1, 2].map((value) => ({ value, name: `label ${value}` })),
    });
    const expected = [...RAMP].map((value) => (value > 0.6 ? 2 : value > 0.2 ? 1 : 0));
    expect(await labelsOf([onnx.mixingModel([[1], [1]], [-0.2, -0.6])], manifest)).toEqual(expected);
  });
});

describe('two cases at once', () => {
  const ENDLESS = 2n ** 62n;

  it('the next one is read while the network is busy, once a case has been through alone', async () => {
    const session = await open([onnx.dislikesBrightImages(ENDLESS, 'runs')], minimalManifest(), {}, unseen);
    await session.predict([await ramp(0.4)], never);
    const stop = new AbortController();
    const endless = session.predict([await ramp(1)], stop.signal);
    // read on the light table, while the engine will never be free again
    await expect(session.predict([new TextEncoder().encode('no image')], never)).rejects.toMatchObject({
      code: 'case-unreadable',
    });
    expect(session.alive).toBe(true);
    const waiting = session.predict([await ramp(0.4)], never);
    stop.abort(new Error('cancelled'));
    await expect(endless).rejects.toThrow('cancelled');
    await expect(waiting).rejects.toThrow(SessionLost);
    await session.close();
  });

  it('answers each call with its own case, and says where its time went', async () => {
    const session = await open([onnx.thresholdModel()]);
    const peaks = [0.4, 1, 0.6, 0.9, 0.3];
    const results = await Promise.all(peaks.map(async (peak) => session.predict([await ramp(peak)], never)));
    expect(results.map(({ labels }) => [...labels.data])).toEqual(peaks.map((peak) => above(0.5 / peak)));
    for (const { usage } of results) {
      const { read, prepare, network, restore } = usage.stagesMs!;
      expect(Math.min(read, prepare, network, restore)).toBeGreaterThan(0);
      expect(usage.elapsedMs).toBeCloseTo(read + prepare + network + restore, 6);
      expect(network).toBeGreaterThanOrEqual(usage.sessionMs);
      expect(usage.cpuMs).toBeGreaterThan(0);
    }
    await session.close();
  });

  it('a crash is the doing of the case that ran; the one that was prepared is told that it lost its process', async () => {
    const session = await open([onnx.dislikesBrightImages(200_000n, 'crashes')], minimalManifest(), {}, unseen);
    await session.predict([await ramp(0.4)], never);
    const [crashing, waiting] = [session.predict([await ramp(1)], never), session.predict([await ramp(0.4)], never)];
    const ends = await Promise.allSettled([crashing, waiting]);
    expect(ends[0]).toMatchObject({ status: 'rejected', reason: { code: 'inference-crashed' } });
    expect(ends[1]).toMatchObject({ status: 'rejected', reason: { name: 'SessionLost' } });
    expect(session.alive).toBe(false);
    await session.close();
    const next = await open([onnx.dislikesBrightImages(200_000n, 'crashes')], minimalManifest(), {}, unseen);
    await expect(next.predict([await ramp(0.4)], never)).resolves.toBeDefined();
    await next.close();
  });

  it('so is a time limit', async () => {
    const session = await open(
      [onnx.dislikesBrightImages(ENDLESS, 'runs')],
      minimalManifest(),
      { caseSeconds: 2 },
      unseen,
    );
    const ends = await Promise.allSettled([
      session.predict([await ramp(1)], never),
      session.predict([await ramp(0.4)], never),
    ]);
    expect(ends[0]).toMatchObject({ reason: { code: 'inference-timeout', detail: 'no answer within 2 s' } });
    expect(ends[1]).toMatchObject({ reason: { name: 'SessionLost' } });
    await session.close();
  });

  it('closing loses what is under way, without a word about the model', async () => {
    const session = await open([onnx.dislikesBrightImages(ENDLESS, 'runs')], minimalManifest(), {}, unseen);
    const ends = Promise.allSettled([session.predict([await ramp(1)], never), session.predict([await ramp(1)], never)]);
    await new Promise((done) => setTimeout(done, 200));
    await session.close();
    for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: { name: 'SessionLost' } });
  });
});
