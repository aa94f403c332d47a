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
  /** Values in memory order, for small tensors that sizes are computed from. */
  readonly values: readonly (number | null)[] | null;
  readonly origin: Origin;
}

export const UNKNOWN: TensorFact = { dtype: null, shape: null, values: null, origin: 'voxels' };

/** Values are followed up to this many elements: shapes, paddings and scales have fewer than 20. */
export const MOST_TRACKED = 64;

const ORDER: readonly Origin[] = ['constant', 'sizes', 'voxels'];

export function latest(origins: readonly Origin[]): Origin {
  return ORDER[Math.max(0, ...origins.map((origin) => ORDER.indexOf(origin)))];
}

/** Number of elements, unknown sizes counted as 1: never more than there will be. */
export function leastElements(shape: TensorFact['shape']): number {
  return shape === null ? 1 : shape.reduce<number>((product, size) => product * (size ?? 1), 1);
}

export function leastBytes({ dtype, shape }: TensorFact): number {
  return leastElements(shape) * (bytesOf(dtype) ?? 4);
}

export function fact(
  dtype: string | null,
  shape: TensorFact['shape'],
  values: TensorFact['values'] = null,
): Omit<TensorFact, 'origin'> {
  return { dtype, shape, values };
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
