import type { Geometry, Vec3 } from '#imaging';

/** The three anatomical planes. They are planes of the patient (LPS), not of the stored axes. */
export const PLANE_NAMES = ['axial', 'coronal', 'sagittal'] as const;
export type PlaneName = (typeof PLANE_NAMES)[number];

/** How a plane is looked at. All vectors are unit vectors in LPS. */
export interface Plane {
  readonly name: PlaneName;
  readonly title: string;
  /** World axis that is perpendicular to the plane: 0 left, 1 posterior, 2 superior. */
  readonly axis: 0 | 1 | 2;
  /** Towards the right and the upper edge of the screen. */
  readonly right: Vec3;
  readonly up: Vec3;
  /** Towards the viewer; right = up x normal. */
  readonly normal: Vec3;
  /** Sign along `axis` in which "next slice" goes: head to feet, front to back, right to left. */
  readonly next: 1 | -1;
}

/** Radiological convention: the patient's left is on the right of the screen in axial and coronal planes. */
export const PLANES: Readonly<Record<PlaneName, Plane>> = {
  axial: { name: 'axial', title: 'Axial', axis: 2, right: [1, 0, 0], up: [0, -1, 0], normal: [0, 0, -1], next: -1 },
  coronal: { name: 'coronal', title: 'Coronal', axis: 1, right: [1, 0, 0], up: [0, 0, 1], normal: [0, -1, 0], next: 1 },
  sagittal: {
    name: 'sagittal',
    title: 'Sagittal',
    axis: 0,
    right: [0, 1, 0],
    up: [0, 0, 1],
    normal: [1, 0, 0],
    next: 1,
  },
};

/** Letters of the sides towards which x, y, z of LPS grow and fall. */
const POSITIVE_SIDES = ['L', 'P', 'S'] as const;
const NEGATIVE_SIDES = ['R', 'A', 'I'] as const;
const SIDE_WORDS: Readonly<Record<string, string>> = {
  L: 'left',
  R: 'right',
  A: 'anterior',
  P: 'posterior',
  S: 'superior',
  I: 'inferior',
};

/** Component below which a direction is not said to point towards a side (about 6 degrees off the plane). */
const NOTICEABLE_COMPONENT = 0.1;

/** Anatomical side a direction points to, strongest first: 'L' for (1, 0, 0), 'SA' for mostly up and a little forward. */
export function sideLetters(direction: Vec3): string {
  return [0, 1, 2]
    .filter((w) => Math.abs(direction[w]) > NOTICEABLE_COMPONENT)
    .sort((a, b) => Math.abs(direction[b]) - Math.abs(direction[a]))
    .map((w) => (direction[w] > 0 ? POSITIVE_SIDES : NEGATIVE_SIDES)[w])
    .join('');
}

/** Letters for the four edges of a plane's picture. */
export function edgeLetters({ right, up }: Plane): { right: string; left: string; top: string; bottom: string } {
  const opposite = ([x, y, z]: Vec3): Vec3 => [-x, -y, -z];
  return {
    right: sideLetters(right),
    left: sideLetters(opposite(right)),
    top: sideLetters(up),
    bottom: sideLetters(opposite(up)),
  };
}

/** A coordinate as clinicians read it: 'S 12.5 mm' rather than 'z = 12.5'. Zero counts as the positive side. */
export function sideDistance(axis: 0 | 1 | 2, mm: number): string {
  const rounded = Math.round(mm * 10) / 10;
  return `${(rounded < 0 ? NEGATIVE_SIDES : POSITIVE_SIDES)[axis]} ${Math.abs(rounded).toFixed(1)} mm`;
}

/** The same for a screen reader: '12.5 mm superior'. */
export function spokenDistance(axis: 0 | 1 | 2, mm: number): string {
  const [letter, number] = sideDistance(axis, mm).split(' ');
  return `${number} mm ${SIDE_WORDS[letter]}`;
}

/** World extent of a grid along one axis, in mm, measured between voxel centres. */
export interface AxisExtent {
  readonly low: number;
  readonly high: number;
  /** Distance between slices: the spacing of the stored axis nearest to this world axis. */
  readonly stepMm: number;
  readonly slices: number;
}

/** Extent of a grid in canonical order (stored axes run nearest to L, P, S) along the three world axes. */
export function worldExtents({
  sizeXyz,
  spacingMm,
  originLps,
  direction,
}: Geometry): readonly [AxisExtent, AxisExtent, AxisExtent] {
  const along = (w: 0 | 1 | 2): AxisExtent => {
    let low = originLps[w];
    let high = originLps[w];
    for (let a = 0; a < 3; a++) {
      const reach = direction[3 * w + a] * spacingMm[a] * (sizeXyz[a] - 1);
      if (reach < 0) low += reach;
      else high += reach;
    }
    return { low, high, stepMm: spacingMm[w], slices: Math.round((high - low) / spacingMm[w]) + 1 };
  };
  return [along(0), along(1), along(2)];
}

/** Whether the stored axes of a canonical grid run along the patient axes, so that every slice shows stored voxels. */
export function isAligned({ direction }: Geometry): boolean {
  return direction.every((x, n) => Math.abs(n % 4 === 0 ? x - 1 : x) < 1e-3);
}

/**
 * Brings a point onto the grid: inside its extent and, where the grid is aligned, to the nearest slice position along
 * each axis, so that the crosshair names one voxel and each plane shows stored values without blending neighbours.
 */
export function placeOnGrid(geometry: Geometry, point: Vec3): Vec3 {
  const aligned = isAligned(geometry);
  const place = ({ low, high, stepMm, slices }: AxisExtent, asked: number): number => {
    const mm = Number.isFinite(asked) ? asked : (low + high) / 2;
    if (!aligned) return Math.min(high, Math.max(low, mm));
    return low + stepMm * Math.min(slices - 1, Math.max(0, Math.round((mm - low) / stepMm)));
  };
  const [x, y, z] = worldExtents(geometry);
  return [place(x, point[0]), place(y, point[1]), place(z, point[2])];
}

/** Middle of the grid, brought onto it. */
export function gridCentre(geometry: Geometry): Vec3 {
  const [x, y, z] = worldExtents(geometry);
  return placeOnGrid(geometry, [(x.low + x.high) / 2, (y.low + y.high) / 2, (z.low + z.high) / 2]);
}

/** Moves a point by whole slices; positive is the plane's "next". */
export function stepSlices(geometry: Geometry, plane: Plane, point: Vec3, slices: number): Vec3 {
  const { stepMm } = worldExtents(geometry)[plane.axis];
  const moved: [number, number, number] = [...point];
  moved[plane.axis] += plane.next * slices * stepMm;
  return placeOnGrid(geometry, moved);
}

/** Moves a point to the first or last slice of a plane. */
export function endSlice(geometry: Geometry, plane: Plane, point: Vec3, end: 'first' | 'last'): Vec3 {
  const { low, high } = worldExtents(geometry)[plane.axis];
  const moved: [number, number, number] = [...point];
  moved[plane.axis] = (end === 'last') === (plane.next === 1) ? high : low;
  return placeOnGrid(geometry, moved);
}

/** Moves a point within a plane by voxels towards the right and the upper edge of the screen. */
export function nudgeInPlane(geometry: Geometry, plane: Plane, point: Vec3, right: number, up: number): Vec3 {
  const extents = worldExtents(geometry);
  const moved = [0, 1, 2].map((w) => point[w] + (plane.right[w] * right + plane.up[w] * up) * extents[w].stepMm);
  return placeOnGrid(geometry, [moved[0], moved[1], moved[2]]);
}

/** Which slice of a plane a point lies on, counted from 1 in the plane's reading order. */
export function sliceNumber(geometry: Geometry, plane: Plane, point: Vec3): { number: number; of: number } {
  const { low, high, stepMm, slices } = worldExtents(geometry)[plane.axis];
  const from = plane.next === 1 ? point[plane.axis] - low : high - point[plane.axis];
  return { number: Math.min(slices, Math.max(1, Math.round(from / stepMm) + 1)), of: slices };
}
