import type { Geometry } from '#imaging';
import { expandPostprocess } from './expand.js';
import type { ExpandedLabelOp } from './expanded.js';
import { applyLabelOp } from './label-ops.js';
import type { PreprocessOp } from './manifest.js';
import { prepare } from './prepare.js';

/** Values worked out by hand, as numpy gives them: `x * scale + offset`, `np.trunc`, `np.rint`, `np.clip`, `np.float16`. */
function after(op: PreprocessOp, ...channels: readonly (readonly number[])[]): number[] {
  const geometry: Geometry = {
    sizeXyz: [channels[0].length, 1, 1],
    spacingMm: [1, 1, 1],
    originLps: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const images = channels.map((values) => ({ geometry, data: Float32Array.from(values) }));
  return [...prepare(images, { preprocess: [op] }).data].map((value) => value + 0); // -0 is 0
}

describe('values of operations on intensities', () => {
  it('scaleLinear: one number, or one a channel', () => {
    expect(after({ op: 'scaleLinear', scale: 0.5, offset: 10 }, [-1000, 0, 250])).toEqual([-490, 10, 135]);
    expect(after({ op: 'scaleLinear', scale: [2, -1], offset: [0, 3] }, [1, 2], [1, 2])).toEqual([2, 4, 2, 1]);
    expect(after({ op: 'scaleLinear', offset: 5, channels: [1] }, [1, 2], [1, 2])).toEqual([1, 2, 6, 7]);
  });

  it('cast: fractions are cut off or go to the even number, and the range saturates', () => {
    const values = [-3.7, -0.5, 0.5, 1.5, 2.5, 254.9, 300, 1e9];
    expect(after({ op: 'cast', to: 'uint8', rounding: 'truncate' }, values)).toEqual([0, 0, 0, 1, 2, 254, 255, 255]);
    expect(after({ op: 'cast', to: 'uint8', rounding: 'rint' }, values)).toEqual([0, 0, 0, 2, 2, 255, 255, 255]);
    const signed = [-200, -128.5, -1.5, -0.6, 126.5, 127.5];
    expect(after({ op: 'cast', to: 'int8', rounding: 'rint' }, signed)).toEqual([-128, -128, -2, -1, 126, 127]);
    expect(after({ op: 'cast', to: 'int8', rounding: 'truncate' }, signed)).toEqual([-128, -128, -1, 0, 126, 127]);
    expect(after({ op: 'cast', to: 'int16', rounding: 'rint' }, [-4e4, 4e4])).toEqual([-32768, 32767]);
    expect(after({ op: 'cast', to: 'uint16', rounding: 'rint' }, [-1, 7e4])).toEqual([0, 65535]);
  });

  it('cast: to the nearest float16', () => {
    expect(after({ op: 'cast', to: 'float16' }, [0.1, 2049, 2051, 65519, 1e-8])).toEqual([
      0.0999755859375, 2048, 2052, 65504, 0,
    ]);
  });
});

describe('pieces by their volume', () => {
  // pieces of 3, 2 and 1 voxels of 2 mm³
  const map = (): Uint8Array => Uint8Array.of(1, 1, 1, 0, 1, 1, 0, 1);
  const treated = (op: Parameters<typeof expandPostprocess>[0]['postprocess'][number]): number[] => {
    const data = map();
    const labels = [
      { value: 0, name: 'background' },
      { value: 1, name: 'lesion' },
    ];
    applyLabelOp(expandPostprocess({ postprocess: [op], labels })[0] as ExpandedLabelOp, data, [8, 1, 1], 2);
    return [...data];
  };
  const [all, two, one] = [map(), [1, 1, 1, 0, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0, 0, 0]];

  it('keepLargest leaves others of at least minVolumeMm3', () => {
    expect(treated({ op: 'keepLargest' })).toEqual(one);
    expect(treated({ op: 'keepLargest', minVolumeMm3: 4 })).toEqual(two);
    expect(treated({ op: 'keepLargest', minVolumeMm3: 4.001 })).toEqual(one);
    expect(treated({ op: 'keepLargest', minVolumeMm3: 2 })).toEqual([...all]);
  });

  it('removeSmall takes away what is below either limit', () => {
    expect(treated({ op: 'removeSmall', minVolumeMm3: 4 })).toEqual(two);
    expect(treated({ op: 'removeSmall', minVolumeMm3: 4.001 })).toEqual(one);
    expect(treated({ op: 'removeSmall', minVolumeMm3: 2, minVoxels: 3 })).toEqual(one);
    expect(treated({ op: 'removeSmall', minVolumeMm3: 100 })).toEqual(Array(8).fill(0));
  });
});
