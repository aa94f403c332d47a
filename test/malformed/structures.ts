import { contour, structures, type RoiContours } from '../../libs/imaging/src/test-support/structures-writer.js';
import type { ImageFormatCode } from '#imaging';

interface MalformedStructures {
  readonly kind: 'structures';
  readonly name: string;
  readonly code: ImageFormatCode;
  readonly files: () => readonly Uint8Array[];
}

const refuse = (name: string, code: ImageFormatCode, options: Parameters<typeof structures>[0]): MalformedStructures => ({
  kind: 'structures',
  name,
  code,
  files: () => [structures(options)],
});
const one = (...contours: RoiContours['contours']): Parameters<typeof structures>[0] => ({ contours: [{ roi: 1, contours }] });
/** A square around the first voxels of a slice of the grid that these are read on. */
const square = (z: number, from: readonly [number, number] = [-10.1, 19.9], to: readonly [number, number] = [-9, 20.3]): readonly number[] => [from[0], from[1], z, to[0], from[1], z, to[0], to[1], z, from[0], to[1], z];

export const STRUCTURES: readonly MalformedStructures[] = [
  refuse('an image', 'rtstruct-header', { sopClass: '1.2.840.10008.5.1.4.1.1.2' }),
  refuse('no structures', 'rtstruct-rois', { rois: [], contours: [] }),
  refuse('a structure twice', 'rtstruct-rois', { rois: [{ number: 1, name: 'a' }, { number: 1, name: 'b' }] }),
  refuse('a structure without number', 'rtstruct-rois', { rois: [{ number: null, name: 'a' }] }),
  refuse('contours of a structure that is not declared', 'rtstruct-rois', { contours: [{ roi: 9, contours: [] }] }),
  refuse('contours of one structure twice', 'rtstruct-rois', { contours: [{ roi: 1, contours: [] }, { roi: 1, contours: [] }] }),
  refuse('an open contour', 'rtstruct-contour-type', one(contour(square(0), { type: 'OPEN_PLANAR' }))),
  refuse('a contour of no type', 'rtstruct-contour-type', one(contour(square(0), { type: '' }))),
  refuse('no points', 'rtstruct-points', one(contour([]))),
  refuse('two points', 'rtstruct-points', one(contour(square(0).slice(0, 6)))),
  refuse('half a point', 'rtstruct-points', one(contour(square(0).slice(0, 11)))),
  refuse('fewer points than declared', 'rtstruct-points', one(contour(square(0), { count: 5 }))),
  refuse('a point that is no number', 'rtstruct-points', one(contour('0\\0\\0\\1\\0\\0\\x\\1\\0'))),
  refuse('a point that is not finite', 'rtstruct-points', one(contour('0\\0\\0\\1\\0\\0\\1e999\\1\\0'))),
  refuse('a point without number', 'rtstruct-points', one(contour('0\\0\\0\\1\\0\\0\\\\1\\0'))),
  refuse('a contour between slices', 'rtstruct-slice', one(contour(square(1)))),
  refuse('a contour off a slice', 'rtstruct-slice', one(contour(square(0.4)))),
  refuse('a contour above the image', 'rtstruct-outside', one(contour(square(5)))),
  refuse('a contour beside the image', 'rtstruct-outside', one(contour(square(0, [-10.1, 19.9], [-6, 20.3])))),
  refuse('an oblique contour', 'rtstruct-plane', one(contour([-10, 20, 0, -9, 20, 0, -9, 20.4, 2.5]))),
  refuse('contours that cross', 'rtstruct-contours-cross', one(contour(square(0, [-10.1, 19.9], [-9, 20.6])), contour(square(0, [-9.3, 19.9], [-8, 20.6])))),
  refuse('a contour twice', 'rtstruct-contours-cross', one(contour(square(0)), contour(square(0)))),
  refuse('more points than anybody draws', 'rtstruct-too-large', one(contour(square(0), { count: 2_000_000 }))),
  { kind: 'structures', name: 'cut short', code: 'dicom-truncated', files: () => [structures({}).subarray(0, -20)] },
];
