import { bytesOf } from './description.js';

/**
 * Where a tensor comes from. `constant`: from the file alone, so it is computed once, while the model is loaded. `sizes`:
 * from the sizes of the image. `voxels`: from its values, which nobody knows before the run.
 */
export type Origin = 'constant' | 'sizes' | 'voxels';

/** What is known about a tensor before anything runs. */
export interface TensorFact {
  readonly dtype: string | null;
  /** Sizes; null where one is unknown, and as a whole when even the rank is. */
  readonly shape: readonly (number | null)[] | null;
  /** Its sizes depend on values that are not known: `shape` has the most there can be, which nothing may be computed from. */
  readonly loose: boolean;
  /**
   * Values in memory order, for small tensors that sizes are computed from: those that the runtime will have, or null.
   * Whole numbers beyond 2^53 are rounded; `exactly` and `isExact` see to it that none is computed from them.
   */
  readonly values: readonly (number | null)[] | null;
  /** What every element holds, of tensors that are too large for `values`; null where that is not known to be one number. */
  readonly uniform: number | null;
  readonly origin: Origin;
}

/** The number that all elements hold, however many there are; null where it is not known to be one. */
export function oneValue({ values, uniform }: Pick<TensorFact, 'values' | 'uniform'>): number | null {
  if (values === null || values.length === 0) return uniform;
  return values.every((value) => value === values[0]) ? values[0] : null;
}

/** What a rule says of an output; not loose unless it says so. */
export type OutputFact = Pick<TensorFact, 'dtype' | 'shape' | 'values'> & { readonly loose?: boolean };

export const UNKNOWN: TensorFact = {
  dtype: null,
  shape: null,
  loose: false,
  values: null,
  uniform: null,
  origin: 'voxels',
};

/** Values are followed up to this many elements: shapes, paddings and scales have fewer than 20. */
export const MOST_TRACKED = 64;
/** And up to so many axes: those of windows cut out of a volume are eight. */
export const MOST_TRACKED_AXES = 12;

const ORDER: readonly Origin[] = ['constant', 'sizes', 'voxels'];

export function latest(origins: readonly Origin[]): Origin {
  return ORDER[Math.max(0, ...origins.map((origin) => ORDER.indexOf(origin)))];
}

/** Beyond it a number of elements says no more, and sums and products of it stay finite. */
const MOST_ELEMENTS = 2 ** 200;

/** Number of elements, unknown sizes counted as 1: never more than there will be. */
export function leastElements(shape: TensorFact['shape']): number {
  if (shape === null) return 1;
  if (shape.includes(0)) return 0;
  return shape.reduce<number>((product, size) => Math.min(MOST_ELEMENTS, product * (size ?? 1)), 1);
}

export function leastBytes({ dtype, shape }: Pick<TensorFact, 'dtype' | 'shape'>): number {
  return leastElements(shape) * (bytesOf(dtype) ?? 4);
}

export function fact(
  dtype: string | null,
  shape: TensorFact['shape'],
  values: TensorFact['values'] = null,
): OutputFact & Pick<TensorFact, 'loose' | 'uniform'> {
  return { dtype, shape, loose: false, values, uniform: null };
}

/** Are all sizes known? */
export function isSized({ shape }: Pick<TensorFact, 'shape'>): boolean {
  return shape !== null && !shape.includes(null);
}

/** Is the same known of two tensors? Ends at the first difference. */
export function sameFact(a: TensorFact, b: TensorFact): boolean {
  const alike = a.dtype === b.dtype && a.loose === b.loose && a.uniform === b.uniform && a.origin === b.origin;
  return alike && sameNumbers(a.shape, b.shape) && sameNumbers(a.values, b.values);
}

function sameNumbers(a: TensorFact['values'], b: TensorFact['values']): boolean {
  if (a === b || a === null || b === null) return a === b;
  return a.length === b.length && a.every((number, i) => Object.is(number, b[i]));
}

/** What is known of a tensor that is one or the other. */
export function either(a: TensorFact, b: TensorFact): TensorFact {
  const origin = latest([a.origin, b.origin]);
  const dtype = a.dtype === b.dtype ? a.dtype : null;
  const sameShape = a.shape !== null && sameNumbers(a.shape, b.shape);
  const uniform = a.uniform === b.uniform ? a.uniform : null;
  const values = sameShape && a.values && b.values ? a.values.map((v, i) => (v === b.values![i] ? v : null)) : null;
  if (sameShape) return { dtype, shape: a.shape, loose: a.loose || b.loose, values, uniform, origin };
  if (a.shape === null || b.shape === null || a.shape.length !== b.shape.length)
    return { dtype, shape: null, loose: true, values: null, uniform, origin };
  const shape = a.shape.map((size, axis) => {
    const other = b.shape![axis];
    return size === null || other === null ? null : Math.max(size, other);
  });
  return { dtype, shape, loose: true, values: null, uniform, origin };
}

/** Sizes of two or more tensors broadcast against one another (numpy's rule); a contradiction leaves the larger one. */
export function broadcast(shapes: readonly TensorFact['shape'][]): TensorFact['shape'] {
  if (shapes.length === 0 || shapes.some((shape) => shape === null)) return null;
  const rank = Math.max(...shapes.map((shape) => shape!.length));
  return Array.from({ length: rank }, (_, axis) =>
    shapes.reduce<number | null>((size, shape) => {
      const at = axis - (rank - shape!.length);
      if (at < 0) return size;
      const other = shape![at];
      if (size === 1 || other === 1) return size === 1 ? other : size;
      return size === null || other === null ? (size ?? other) : Math.max(size, other);
    }, 1),
  );
}

/** Index of an axis that may be counted from the end; null when it lies outside. */
export function axisOf(axis: number, rank: number): number | null {
  const at = axis < 0 ? axis + rank : axis;
  return Number.isInteger(at) && at >= 0 && at < rank ? at : null;
}
