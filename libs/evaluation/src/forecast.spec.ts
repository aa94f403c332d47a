import type { Geometry } from '#imaging';
import type { Manifest } from '#pipeline';
import { forecast } from './forecast.js';

/** 40 x 40 x 20 voxels of 1 x 1 x 2 mm. */
const GEOMETRY: Geometry = {
  sizeXyz: [40, 40, 20],
  spacingMm: [1, 1, 2],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

const manifest: Manifest = {
  manifestVersion: 1,
  name: 'net',
  version: '1.0.0',
  inputs: [{ tensor: 'x', layout: 'NCXYZ', channels: [{ name: 'CT' }] }],
  output: { tensor: 'y', layout: 'NCXYZ', meaning: 'logits' },
  preprocess: [{ op: 'orient', axes: 'SPL' }],
  inference: { mode: 'sliding', patch: [20, 20, 20], overlap: 0.5 },
  postprocess: [{ op: 'invert' }, { op: 'argmax' }],
  labels: [
    { value: 0, name: 'background' },
    { value: 1, name: 'liver' },
  ],
};
const measured = { shape: [20, 20, 20], secondsPerRun: 0.5, lanes: 1 } as const;

describe('forecast', () => {
  it('is tiles x seconds: starts 0, 10, 20 along two axes of 40, one along the axis of 20', () => {
    expect(forecast(manifest, GEOMETRY, measured)).toEqual({
      tiles: 9,
      mirrors: 1,
      models: 1,
      runs: 9,
      seconds: 4.5,
      bytes: 32_000 * (1 + 2) * 4, // the image and two maps, float32
    });
  });

  it('of several lanes goes by rounds: the last takes as long however few tiles are left for it', () => {
    expect(forecast(manifest, GEOMETRY, { ...measured, lanes: 2 })).toMatchObject({ tiles: 9, runs: 9, seconds: 5 });
    expect(forecast(manifest, GEOMETRY, { ...measured, lanes: 3 })).toMatchObject({ seconds: 4.5 });
    expect(forecast(manifest, GEOMETRY, { ...measured, lanes: 12 })).toMatchObject({ seconds: 6 });
  });

  it('multiplies by mirror images and models', () => {
    const { inference } = manifest;
    const large = {
      ...manifest,
      inference: { ...inference, mirror: [0, 1, 2] },
      models: [{ file: 'a.onnx' }, { file: 'b.onnx' }, { file: 'c.onnx' }],
    } as Manifest;
    expect(forecast(large, GEOMETRY, measured)).toMatchObject({
      tiles: 9,
      mirrors: 8,
      models: 3,
      runs: 216,
      seconds: 108,
    });
  });

  it('counts tiles on the grid that the image is resampled to', () => {
    const resampled = {
      ...manifest,
      preprocess: [...manifest.preprocess, { op: 'resample', spacing: [2, 2, 2] }],
    } as Manifest;
    expect(forecast(resampled, GEOMETRY, measured)?.tiles).toBe(1); // 20 x 20 x 20
  });

  it('scales by voxels where the image decides how large a tile is', () => {
    const whole = { ...manifest, inference: { mode: 'full', divisor: [16, 16, 16] } } as Manifest;
    // padded to 32 x 48 x 48, measured on 16 x 48 x 48
    expect(forecast(whole, GEOMETRY, { shape: [16, 48, 48], secondsPerRun: 3, lanes: 1 })).toMatchObject({
      runs: 1,
      seconds: 6,
    });
  });
});
