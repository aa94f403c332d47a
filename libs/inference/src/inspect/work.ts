import type { NodeView } from './node-view.js';
import { leastElements, type TensorFact } from './tensor-fact.js';

/**
 * Floating-point operations of the operators that take the time: two for each multiplication with addition. Unknown sizes
 * count as 1. Everything else is one operation an element.
 */
export function workOf(view: NodeView, outputs: readonly TensorFact[]): number {
  const made = outputs.reduce((sum, { shape }) => sum + leastElements(shape), 0);
  switch (view.op) {
    case 'Conv':
    case 'ConvInteger':
    case 'DeformConv':
      return 2 * made * window(view.shape(1));
    case 'QLinearConv':
      return 2 * made * window(view.shape(3));
    case 'ConvTranspose':
      return 2 * leastElements(view.shape(0)) * window(view.shape(1));
    case 'MatMul':
    case 'MatMulInteger':
    case 'QLinearMatMul':
    case 'Gemm': {
      const a = view.shape(0);
      const inner = a?.[view.op === 'Gemm' && view.int('transA', 0) ? 0 : a.length - 1] ?? 1;
      return 2 * made * inner;
    }
    case 'MaxPool':
    case 'AveragePool':
    case 'LpPool':
      return made * (view.ints('kernel_shape') ?? []).reduce((whole, size) => whole * Math.max(1, size), 1);
    default:
      return made;
  }
}

/** Weights that one output channel is computed from. */
function window(weights: TensorFact['shape']): number {
  return weights === null ? 1 : leastElements(weights.slice(1));
}
