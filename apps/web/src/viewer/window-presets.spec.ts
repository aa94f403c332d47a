import { percentilesOf, windowPresets } from './window-presets.js';

const image = { range: { lower: 0, upper: 1000 }, percentiles: { lower: 100, upper: 500 } };
const names = (...args: Parameters<typeof windowPresets>): string[] => windowPresets(...args).map(({ name }) => name);

describe('windows to choose from', () => {
  it('a CT has the windows that readers know, behind those of the benchmark', () => {
    expect(names([{ name: 'Pancreas', center: 45, width: 250 }], 'CT', 'HU', image)).toEqual([
      'Pancreas',
      'Soft tissue',
      'Lung',
      'Bone',
      'Brain',
      'Liver',
      'Auto',
      'Full range',
    ]);
  });
  it('a window of the benchmark replaces ours of the same name or the same values', () => {
    const presets = windowPresets(
      [
        { name: 'soft tissue', center: 50, width: 350 },
        { name: 'Skull', center: 400, width: 1800 },
      ],
      'ct',
      'HU',
      null,
    );
    expect(presets.map(({ name }) => name)).toEqual(['soft tissue', 'Skull', 'Lung', 'Brain', 'Liver']);
  });
  it('a PET has those of uptake values where its values are such', () => {
    for (const [modality, unit] of [
      ['PT', 'SUV'],
      ['PET', 'SUVbw'],
      ['pt', 'g/ml'],
    ])
      expect(windowPresets([], modality, unit, image).map(({ name }) => name)).toEqual([
        'SUV 0 to 5',
        'SUV 0 to 10',
        'SUV 0 to 20',
        'Auto',
        'Full range',
      ]);
    expect(
      windowPresets([], 'PT', 'SUV', null).map(({ center, width }) => [center - width / 2, center + width / 2]),
    ).toEqual([5, 10, 20].map((upper) => [0, upper]));
    for (const unit of ['Bq/ml', '', 'counts']) expect(names([], 'PT', unit, image)).toEqual(['Auto', 'Full range']);
    expect(names([], 'MR', 'SUV', image)).toEqual(['Auto', 'Full range']);
  });
  it('anything else begins with the percentiles of the image', () => {
    expect(windowPresets([], 'MR', '', image)).toEqual([
      { name: 'Auto', center: 300, width: 400 },
      { name: 'Full range', center: 500, width: 1000 },
    ]);
    expect(names([], undefined, '', null)).toEqual([]);
  });
});

describe('percentiles', () => {
  it('leave the padding and the extremes out', () => {
    // 500 voxels of padding, 1 to 1000 once each
    const voxels = Float32Array.from({ length: 1500 }, (_, v) => Math.max(0, v - 499));
    const { lower, upper } = percentilesOf(voxels, { lower: 0, upper: 1000 });
    expect(Math.abs(lower - 10)).toBeLessThan(0.5);
    expect(Math.abs(upper - 990)).toBeLessThan(0.5);
  });
  it('are the range where there is nothing between', () => {
    expect(percentilesOf(Uint8Array.of(3, 3), { lower: 3, upper: 3 })).toEqual({ lower: 3, upper: 3 });
  });
  it('skip what is not a number', () => {
    const { upper } = percentilesOf(Float32Array.of(NaN, 0, 5, 5, Infinity), { lower: 0, upper: 5 });
    expect(upper).toBeCloseTo(5, 2);
  });
});
