import type { Mat3, Vec3 } from '#imaging';
import { expandPostprocess } from './expand.js';
import type { ExpandedLabelOp } from './expanded.js';
import { applyLabelOp } from './label-ops.js';
import type { LabelOp, PreprocessOp } from './manifest.js';
import { prepare } from './prepare.js';
import { asVolume, goldenCases, worst } from './test-support/golden.js';

/** What numpy and scipy make of the same arrays: test/golden/pipeline/make_operations.py. */
interface PrepareCase {
  readonly name: string;
  readonly kind: 'prepare';
  /** One array a channel, [a, b, c] with c fastest. */
  readonly images: readonly string[];
  /** mm, in the order of the array's axes. */
  readonly spacing?: Vec3;
  /** Where x, y, z of the file lead in LPS: columns of a matrix, written by rows. */
  readonly direction?: Mat3;
  readonly preprocess: readonly PreprocessOp[];
  readonly within: number;
}

interface LabelsCase {
  readonly name: string;
  readonly kind: 'labels';
  readonly labels: string;
  readonly spacing: Vec3;
  readonly postprocess: readonly [LabelOp];
}

const { array, cases } = goldenCases<PrepareCase | LabelsCase>('operations');
const of = <K extends 'prepare' | 'labels'>(kind: K) =>
  cases.flatMap((one) => (one.kind === kind ? [[one.name, one as Extract<typeof one, { kind: K }>] as const] : []));

describe('operations before the network equal numpy and scipy', () => {
  it.each(of('prepare'))('%s', (name, { images, spacing, direction, preprocess, within }) => {
    const volumes = images.map((image) => {
      const { data, shape } = array(image);
      const { geometry, ...rest } = asVolume(data, shape, spacing);
      return { ...rest, geometry: { ...geometry, direction: direction ?? geometry.direction } };
    });
    const found = prepare(volumes, { preprocess });
    const wanted = array(name);
    expect([found.channels, ...found.shape]).toEqual(wanted.shape);
    expect(worst(found.data, wanted.data)).toBeLessThanOrEqual(within);
  });
});

describe('operations on labels equal scipy.ndimage', () => {
  it.each(of('labels'))('%s', (name, { labels: source, spacing, postprocess }) => {
    const { data, shape } = array(source);
    const wanted = array(name).data;
    const wide = [data, wanted].some((map) => map.some((label) => label > 255));
    const map = wide ? Uint16Array.from(data) : Uint8Array.from(data);
    const labels = [0, 1, 2, 3].map((value) => ({ value, name: `l${value}` }));
    const [op] = expandPostprocess({ postprocess, labels });
    applyLabelOp(op as ExpandedLabelOp, map, [shape[2], shape[1], shape[0]], spacing[0] * spacing[1] * spacing[2]);
    expect([...map]).toEqual([...wanted]);
  });
});
