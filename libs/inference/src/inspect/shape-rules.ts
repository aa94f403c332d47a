import { dtypeName } from './description.js';
import { isExact } from './exact.js';
import type { NodeView } from './node-view.js';
import { axisOf, broadcast, fact, type OutputFact, type TensorFact } from './tensor-fact.js';

type Shape = TensorFact['shape'];
type Outputs = readonly OutputFact[];
/**
 * Facts of the outputs, first one first; missing ones are unknown. Sizes are those of the runtime or null; a loose one says
 * so. Values are worked out elsewhere (`value-rules.ts`). */
export type ShapeRule = (view: NodeView) => Outputs;

const rules = new Map<string, ShapeRule>();
const define = (names: string, rule: ShapeRule) => names.split(' ').forEach((name) => rules.set(name, rule));

/** Rule of an operator; null when nothing is known about its output but that it exists. */
export function shapeRule(op: string): ShapeRule | null {
  return rules.get(op) ?? null;
}

const same: ShapeRule = (v) => [fact(v.input(0).dtype, v.shape(0))];
const typed =
  (dtype: string): ShapeRule =>
  (v) => [fact(dtype, broadcast(v.all().map(({ shape }) => shape)))];
const spread: ShapeRule = (v) => [
  fact(v.all().find(({ dtype }) => dtype !== null)?.dtype ?? null, broadcast(v.all().map(({ shape }) => shape))),
];
const product = (sizes: readonly (number | null)[]): number | null =>
  sizes.reduce<number | null>((whole, size) => (whole === null || size === null ? null : whole * size), 1);

define(
  'Relu LeakyRelu Elu Celu Selu Gelu Mish Swish HardSigmoid HardSwish Sigmoid Softmax LogSoftmax Hardmax Softplus Softsign ' +
    'ThresholdedRelu Tanh Shrink Clip Neg Abs Sqrt Reciprocal Exp Log Floor Ceil Round Sign Erf Sin Cos Tan Asin Acos Atan ' +
    'Sinh Cosh Asinh Acosh Atanh CumSum CumProd InstanceNormalization GroupNormalization RMSNormalization LpNormalization ' +
    'MeanVarianceNormalization LRN Identity Trilu ReverseSequence BitwiseNot Scatter ScatterElements ScatterND',
  same,
);
define('PRelu Add Sub Mul Div Pow Mod Min Max Sum Mean BitwiseAnd BitwiseOr BitwiseXor BitShift', spread);
define('Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor', typed('bool'));
define('Not IsNaN IsInf', (v) => [fact('bool', v.shape(0))]);
define('Where', (v) => [fact(v.input(1).dtype ?? v.input(2).dtype, broadcast([v.shape(0), v.shape(1), v.shape(2)]))]);
// while training it gives mean and variance besides, of the sizes of those that it takes
define('BatchNormalization', (v) => [...same(v), ...[3, 4, 3, 4].map((i) => fact(v.input(i).dtype, v.shape(i)))]);
define('Dropout', (v) => [...same(v), fact('bool', v.shape(0))]);
define('LayerNormalization', (v) => {
  const shape = v.shape(0);
  const from = shape && axisOf(v.int('axis', -1), shape.length);
  const each = shape && from !== null ? shape.map((size, axis) => (axis < from ? size : 1)) : null;
  return [...same(v), fact('float32', each), fact('float32', each)];
});
/** Its result, the keys and values that it saw, and the scores of all pairs, which it needs room for whether asked for or not. */
define('Attention', (v) => {
  const flat = v.shape(0)?.length === 3; // [N, length, heads x features] rather than [N, heads, length, features]
  const split = (shape: Shape, heads: number): Shape => {
    if (!flat || !shape || shape.length !== 3) return shape?.length === 4 ? shape : null;
    const [batch, length, features] = shape;
    return [batch, heads, length, features === null ? null : Math.floor(features / Math.max(1, heads))];
  };
  const [queryHeads, keyHeads] = [v.int('q_num_heads', 0), v.int('kv_num_heads', 0)];
  const q = split(v.shape(0), queryHeads);
  const [k, value] = [split(v.shape(1), keyHeads), split(v.shape(2), keyHeads)];
  const past = v.has(4) ? (v.shape(4)?.[2] ?? null) : 0;
  const lengthened = (shape: Shape): Shape =>
    shape && [shape[0], shape[1], shape[2] === null || past === null ? null : shape[2] + past, shape[3]];
  const [keys, values] = [lengthened(k), lengthened(value)];
  const features = value?.[3] ?? null;
  const result = !q
    ? null
    : flat
      ? [q[0], q[2], features === null ? null : queryHeads * features]
      : [q[0], q[1], q[2], features];
  const { dtype } = v.input(0);
  const scores = q && keys ? [q[0], q[1], q[2], keys[2]] : null;
  return [fact(dtype, result), fact(dtype, keys), fact(dtype, values), fact(dtype, scores)];
});

// ---------------------------------------------------------------------------------------------------------- types

define('Cast', (v) => [fact(dtypeName(v.int('to', 0)), v.shape(0))]);
define('CastLike', (v) => [fact(v.input(1).dtype, v.shape(0))]);
define('QuantizeLinear', (v) => {
  const asked = v.int('output_dtype', 0);
  return [fact(asked !== 0 ? dtypeName(asked) : v.has(2) ? v.input(2).dtype : 'uint8', v.shape(0))];
});
define('DequantizeLinear', (v) => [fact(v.input(1).dtype ?? 'float32', v.shape(0))]);
define('DynamicQuantizeLinear', (v) => [fact('uint8', v.shape(0)), fact('float32', []), fact('uint8', [])]);

// ---------------------------------------------------------------------------------------- convolution and pooling

/** How a window slides along one axis. */
interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  /** `NOTSET`, `VALID`, `SAME_UPPER` or `SAME_LOWER`. */
  readonly auto: string;
  readonly ceil: boolean;
  /** Pooling pads (`SAME_…`) for the kernel as if it were not dilated, and then slides the dilated one. */
  readonly pooling: boolean;
}

/** One spatial size after a window has slid over it. */
function slid(size: number, { kernel, dilation, auto, pooling, ...window }: Window): number {
  const stride = Math.max(1, window.stride);
  const span = dilation * (kernel - 1) + 1;
  const same = auto.startsWith('SAME');
  const missing = (Math.ceil(size / stride) - 1) * stride + (pooling ? kernel : span) - size;
  const [before, after] = same || auto === 'VALID' ? [0, 0] : [window.before, window.after];
  const room = (size + (same ? missing : before + after) - span) / stride;
  const steps = Math.max(0, (window.ceil ? Math.ceil(room) : Math.floor(room)) + 1);
  // none of them begins behind the image
  return window.ceil && (steps - 1) * stride >= size + before ? steps - 1 : steps;
}

function windowed(v: NodeView, shape: Shape, kernel: readonly (number | null)[], channels: number | null): Shape {
  if (!shape || shape.length < 3) return null;
  const axes = shape.length - 2;
  const [strides, dilations, pads] = ['strides', 'dilations', 'pads'].map((name) => v.ints(name));
  const spatial = shape.slice(2).map((size, axis) => {
    const width = kernel[axis] ?? null;
    if (width === null || size === null) return null;
    return slid(size, {
      kernel: width,
      stride: strides?.[axis] ?? 1,
      dilation: dilations?.[axis] ?? 1,
      before: pads?.[axis] ?? 0,
      after: pads?.[axis + axes] ?? 0,
      auto: v.text('auto_pad', 'NOTSET'),
      ceil: v.int('ceil_mode', 0) !== 0,
      pooling: v.op.endsWith('Pool'),
    });
  });
  return [shape[0], channels, ...spatial];
}

const convolve =
  (image: number, weights: number, dtype: string | null): ShapeRule =>
  (v) => {
    const w = v.shape(weights);
    const kernel = v.ints('kernel_shape') ?? w?.slice(2) ?? [];
    return [fact(dtype ?? v.input(image).dtype, windowed(v, v.shape(image), kernel, w?.[0] ?? null))];
  };
define('Conv DeformConv', convolve(0, 1, null));
define('ConvInteger', convolve(0, 1, 'int32'));
define('QLinearConv', convolve(0, 3, null));
define('ConvTranspose', (v) => {
  const [image, w] = [v.shape(0), v.shape(1)];
  if (!image || !w || image.length < 3) return [fact(v.input(0).dtype, null)];
  const axes = image.length - 2;
  const [strides, dilations, pads, extra, sizes] = [
    'strides',
    'dilations',
    'pads',
    'output_padding',
    'output_shape',
  ].map((name) => v.ints(name));
  const kernel = v.ints('kernel_shape') ?? w.slice(2);
  const auto = v.text('auto_pad', 'NOTSET');
  const spatial = image.slice(2).map((size, axis) => {
    if (sizes) return sizes[sizes.length - axes + axis] ?? null;
    const width = kernel[axis] ?? null;
    if (size === null || width === null) return null;
    const stride = strides?.[axis] ?? 1;
    const whole = stride * (size - 1) + (extra?.[axis] ?? 0) + ((width - 1) * (dilations?.[axis] ?? 1) + 1);
    if (auto.startsWith('SAME')) return Math.min(size * stride, whole);
    return Math.max(0, whole - (auto === 'VALID' ? 0 : (pads?.[axis] ?? 0) + (pads?.[axis + axes] ?? 0)));
  });
  return [fact(v.input(0).dtype, [image[0], w[1] === null ? null : w[1] * v.int('group', 1), ...spatial])];
});
define('MaxPool AveragePool LpPool', (v) => {
  const shape = windowed(v, v.shape(0), v.ints('kernel_shape') ?? [], v.shape(0)?.[1] ?? null);
  return [fact(v.input(0).dtype, shape), fact('int64', shape)];
});
define('GlobalAveragePool GlobalMaxPool GlobalLpPool', (v) => [
  fact(v.input(0).dtype, v.shape(0)?.map((size, axis) => (axis < 2 ? size : 1)) ?? null),
]);
define('MaxUnpool', (v) => {
  const shape = v.shape(0);
  const asked = v.numbers(2);
  if (asked) return [fact(v.input(0).dtype, asked)];
  if (v.has(2)) return [fact(v.input(0).dtype, null)];
  const [kernel, strides, pads] = [v.ints('kernel_shape'), v.ints('strides'), v.ints('pads')];
  const grown = shape?.map((size, axis) => {
    if (axis < 2 || size === null) return size;
    const cut = (pads?.[axis - 2] ?? 0) + (pads?.[axis - 2 + shape.length - 2] ?? 0);
    return (size - 1) * (strides?.[axis - 2] ?? 1) + (kernel?.[axis - 2] ?? 1) - cut;
  });
  return [fact(v.input(0).dtype, grown ?? null)];
});

// ------------------------------------------------------------------------------------------------------- matrices

function multiplied(a: Shape, b: Shape): Shape {
  if (!a || !b || a.length === 0 || b.length === 0) return null;
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]) ?? [];
  const rows = a.length > 1 ? [a[a.length - 2]] : [];
  const columns = b.length > 1 ? [b[b.length - 1]] : [];
  return [...batch, ...rows, ...columns];
}
define('MatMul', (v) => [fact(v.input(0).dtype, multiplied(v.shape(0), v.shape(1)))]);
define('MatMulInteger', (v) => [fact('int32', multiplied(v.shape(0), v.shape(1)))]);
define('QLinearMatMul', (v) => [fact(v.input(7).dtype, multiplied(v.shape(0), v.shape(3)))]);
define('Gemm', (v) => {
  const [a, b] = [v.shape(0), v.shape(1)];
  return [
    fact(
      v.input(0).dtype,
      a && b ? [a[v.int('transA', 0) ? 1 : 0] ?? null, b[v.int('transB', 0) ? 0 : 1] ?? null] : null,
    ),
  ];
});
define('Det', (v) => [fact(v.input(0).dtype, v.shape(0)?.slice(0, -2) ?? null)]);
define('Einsum', (v) => [
  fact(
    v.input(0).dtype,
    einsum(
      v.text('equation', ''),
      v.all().map(({ shape }) => shape),
    ),
  ),
]);

/** Sizes by letter, those of an ellipsis under the digits 0 to 9 from the last axis backwards; null when they do not fit. */
export function einsumSizes(equation: string, shapes: readonly Shape[]): Map<string, number | null> | null {
  const terms = equation.replaceAll(' ', '').split('->')[0].split(',');
  const sizes = new Map<string, number | null>();
  for (const [i, term] of terms.entries()) {
    const shape = shapes[i];
    const [before, after] = term.split('...');
    const more = shape ? shape.length - before.length - (after ?? '').length : 0;
    if (!shape || more < 0 || more > 10 || (after === undefined && more !== 0)) return null;
    const dots = Array.from({ length: more }, (_, axis) => String(more - 1 - axis));
    for (const [axis, letter] of [...before, ...dots, ...(after ?? '')].entries()) {
      const [known, size] = [sizes.get(letter), shape[axis]];
      sizes.set(letter, known === undefined ? size : known === null || size === null ? null : Math.max(known, size));
    }
  }
  return sizes;
}

/** Letters of an equation; the runtime knows 52, and each comes a few times. */
const MOST_EQUATION = 256;

/** Output sizes of an equation such as `bic,bjc->bij` or `...ij,...jk`. */
export function einsum(equation: string, shapes: readonly Shape[]): Shape {
  if (equation.length > MOST_EQUATION) return null;
  const sizes = einsumSizes(equation, shapes);
  if (!sizes) return null;
  const [left, right] = equation.replaceAll(' ', '').split('->');
  const dots = [...sizes.keys()].filter((key) => /\d/.test(key)).sort((a, b) => Number(b) - Number(a));
  const times = new Map<string, number>();
  for (const letter of left.replace(/[.,]/g, '')) times.set(letter, (times.get(letter) ?? 0) + 1);
  const once = [...times.keys()].filter((letter) => times.get(letter) === 1).sort();
  const kept =
    right === undefined ? [...dots, ...once] : right.split('...').flatMap((part, i) => [...(i ? dots : []), ...part]);
  return kept.map((letter) => sizes.get(letter) ?? null);
}

// ------------------------------------------------------------------------------------------------------ reduction

define(
  'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare',
  (v) => {
    const shape = v.shape(0);
    const given = v.ints('axes') !== null || v.has(1);
    const axes = v.numbersOf('axes', 1);
    // of nothing the runtime makes sometimes one value and sometimes none
    if (!shape || shape.includes(0) || (given && axes === null)) return [fact(v.input(0).dtype, null)];
    if (!axes || axes.length === 0) {
      if (v.int('noop_with_empty_axes', 0) !== 0) return same(v);
      return [fact(v.input(0).dtype, v.int('keepdims', 1) ? shape.map(() => 1) : [])];
    }
    return [fact(v.input(0).dtype, reduced(shape, axes, v.int('keepdims', 1) !== 0))];
  },
);
define('ArgMax ArgMin', (v) => {
  const shape = v.shape(0);
  const some = shape && !shape.includes(0);
  return [fact('int64', some ? reduced(shape, [v.int('axis', 0)], v.int('keepdims', 1) !== 0) : null)];
});

function reduced(shape: readonly (number | null)[], axes: readonly number[], keep: boolean): Shape {
  const gone = new Set(axes.map((axis) => axisOf(axis, shape.length)));
  return shape.flatMap((size, axis) => (!gone.has(axis) ? [size] : keep ? [1] : []));
}
define('TopK', (v) => {
  const shape = v.shape(0);
  const axis = shape && axisOf(v.int('axis', -1), shape.length);
  const k = v.number(1) ?? v.attributeOf('k')?.int ?? null;
  const cut = shape?.map((size, at) => (at !== axis ? size : (k ?? size))) ?? null;
  return [fact(v.input(0).dtype, cut), fact('int64', cut)].map((out) => ({ ...out, loose: k === null }));
});

// ---------------------------------------------------------------------------------------------------------- shape

define('Shape', (v) => {
  const rank = v.shape(0)?.length ?? null;
  if (rank === null) return [fact('int64', [null])];
  const clamp = (at: number) => Math.min(rank, Math.max(0, at < 0 ? at + rank : at));
  return [fact('int64', [Math.max(0, clamp(v.int('end', rank)) - clamp(v.int('start', 0)))])];
});
define('Size', () => [fact('int64', [])]);
define('Reshape', (v) => {
  const [shape, asked] = [v.shape(0), v.numbersOf('shape', 1)];
  if (!asked) {
    const rank = v.shape(1)?.[0] ?? null;
    return [fact(v.input(0).dtype, rank === null || rank > 64 ? null : Array<null>(rank).fill(null))];
  }
  const copied = (size: number) => size === 0 && v.int('allowzero', 0) === 0;
  const sizes = asked.map((size, axis) => (copied(size) ? (shape?.[axis] ?? null) : size));
  const whole = shape && product(shape);
  const rest = product(sizes.filter((size) => size !== -1));
  return [
    fact(
      v.input(0).dtype,
      sizes.map((size) =>
        size !== -1 ? size : whole === null || rest === null ? null : rest === 0 ? 0 : Math.floor(whole / rest),
      ),
    ),
  ];
});
define('Flatten', (v) => {
  const shape = v.shape(0);
  if (!shape) return [fact(v.input(0).dtype, [null, null])];
  const axis = v.int('axis', 1);
  const at = axis < 0 ? axis + shape.length : axis;
  return [fact(v.input(0).dtype, [product(shape.slice(0, at)), product(shape.slice(at))])];
});
define('Squeeze', (v) => {
  const shape = v.shape(0);
  const axes = v.numbersOf('axes', 1);
  if (!shape || (v.has(1) && !axes)) return [fact(v.input(0).dtype, null)];
  // which axes have the size 1 is known when the sizes are
  if (!axes?.length && (v.input(0).loose || shape.includes(null))) return [fact(v.input(0).dtype, null)];
  const gone = axes?.length ? new Set(axes.map((axis) => axisOf(axis, shape.length))) : null;
  return [
    fact(
      v.input(0).dtype,
      shape.filter((size, axis) => (gone ? !gone.has(axis) : size !== 1)),
    ),
  ];
});
define('Unsqueeze', (v) => {
  const shape = v.shape(0);
  const axes = v.numbersOf('axes', 1);
  if (!shape || !axes) return [fact(v.input(0).dtype, null)];
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => axisOf(axis, rank)));
  const rest = [...shape];
  return [
    fact(
      v.input(0).dtype,
      Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? null))),
    ),
  ];
});
define('Transpose', (v) => {
  const shape = v.shape(0);
  const order = v.ints('perm') ?? shape?.map((_, axis) => shape.length - 1 - axis) ?? [];
  return [fact(v.input(0).dtype, shape ? order.map((axis) => shape[axis] ?? null) : null)];
});
define('Concat', (v) => {
  const shapes = v.all().map(({ shape }) => shape);
  const first = shapes[0];
  const dtype = v.input(0).dtype;
  if (!first || shapes.some((shape) => shape === null || shape.length !== first.length)) return [fact(dtype, null)];
  const axis = axisOf(v.int('axis', 0), first.length);
  const joined = first.map((size, at) =>
    at === axis
      ? shapes.reduce<number | null>((sum, shape) => (sum === null || shape![at] === null ? null : sum + shape![at]), 0)
      : shapes.reduce<number | null>((known, shape) => known ?? shape![at], size),
  );
  return [fact(dtype, joined)];
});
define('Split', (v) => {
  const shape = v.shape(0);
  const parts = v.node.outputs.length;
  const axis = shape && axisOf(v.int('axis', 0), shape.length);
  const sizes = v.numbersOf('split', 1);
  const whole = shape && axis !== null ? shape[axis] : null;
  const each = whole === null ? null : Math.ceil(whole / parts);
  const loose = v.has(1) && !sizes;
  const part = (i: number): number | null => {
    if (sizes && sizes.length > 0) return sizes[i] ?? null;
    if (loose) return whole; // never more than there was
    if (i < parts - 1 || each === null || whole === null || v.input(0).loose) return each;
    return Math.max(0, whole - each * (parts - 1));
  };
  return Array.from({ length: parts }, (_, i) => ({
    ...fact(v.input(0).dtype, shape?.map((size, at) => (at !== axis ? size : part(i))) ?? null),
    loose,
  }));
});
define('Slice', (v) => {
  const shape = v.shape(0);
  if (!shape) return [fact(v.input(0).dtype, null)];
  const [starts, ends] = [v.numbersOf('starts', 1), v.numbersOf('ends', 2)];
  const axes = v.numbersOf('axes', 3) ?? (v.has(3) ? null : (starts?.map((_, i) => i) ?? null));
  const steps = v.numbersOf('steps', 4) ?? (v.has(4) ? null : (starts?.map(() => 1) ?? null));
  // never more than there was
  if (!starts || !ends || !axes || !steps || v.input(0).loose)
    return [{ ...fact(v.input(0).dtype, shape), loose: true }];
  const cut = [...shape];
  let loose = false;
  axes.forEach((axis, i) => {
    const at = axisOf(axis, shape.length);
    if (at === null || shape[at] === null) return;
    const indices = sliceIndices(shape[at], starts[i], ends[i], steps[i] ?? 1);
    if (indices) cut[at] = indices.count;
    else loose = true;
  });
  return [{ ...fact(v.input(0).dtype, cut), loose }];
});

/** The runtime takes the greatest int32 and int64 as an end for "to the last one", in whichever direction. */
const TO_THE_LAST = 2 ** 31 - 1;

/**
 * First index and number of elements of start:end:step. Null when they depend on digits that were not kept: backwards the
 * greatest int64 and its neighbours are different ends.
 */
export function sliceIndices(
  size: number,
  start: number,
  end: number,
  step: number,
): { first: number; count: number } | null {
  if (step === 0 || (step < 0 && end >= 2 ** 53)) return null;
  const high = step > 0 ? size : size - 1;
  const clamp = (at: number, low: number) => Math.min(high, Math.max(low, at < 0 ? at + size : at));
  // backwards the runtime begins at 0 at the least, where numpy would find nothing
  const first = clamp(start, 0);
  const last = step > 0 ? clamp(end, 0) : end === TO_THE_LAST ? -1 : clamp(end, -1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}
define('Pad', (v) => {
  const shape = v.shape(0);
  const pads = v.numbersOf('pads', 1) ?? v.ints('paddings');
  if (!shape || !pads?.every(Number.isSafeInteger)) return [fact(v.input(0).dtype, shape?.map(() => null) ?? null)];
  const axes = v.numbers(3) ?? (v.has(3) ? null : shape.map((_, axis) => axis));
  if (!axes)
    return [
      fact(
        v.input(0).dtype,
        shape.map(() => null),
      ),
    ];
  const grown = [...shape];
  axes.forEach((axis, i) => {
    const at = axisOf(axis, shape.length);
    if (at === null || shape[at] === null) return;
    grown[at] = Math.max(0, shape[at] + (pads[i] ?? 0) + (pads[i + axes.length] ?? 0));
  });
  return [fact(v.input(0).dtype, grown)];
});
define('Expand', (v) => {
  const asked = v.numbers(1);
  return [fact(v.input(0).dtype, asked ? broadcast([v.shape(0), asked]) : null)];
});
define('Tile', (v) => {
  const shape = v.shape(0);
  const times = v.numbers(1);
  return [
    fact(
      v.input(0).dtype,
      shape?.map((size, axis) => (size === null || !times ? null : size * Math.max(0, times[axis] ?? 1))) ?? null,
    ),
  ];
});
define('Resize Upsample', (v) => {
  const shape = v.shape(0);
  if (!shape) return [fact(v.input(0).dtype, null)];
  const old = v.op === 'Upsample' || v.opset < 11;
  const sizes = old ? null : v.numbers(3);
  const scales = v.floats('scales') ?? v.numbers(old ? 1 : 2);
  const places = (v.ints('axes') ?? shape.map((_, axis) => axis)).map((axis) => axisOf(axis, shape.length));
  const resized = [...shape];
  const fitted = sizes && sizes.length > 0 ? fittingScale(v, shape, places, sizes) : null;
  places.forEach((at, i) => {
    if (at === null) return;
    const [size, scale] = [shape[at], scales && scales.length > 0 ? scales[i] : undefined];
    if (sizes && sizes.length > 0) {
      const asked = sizes[i] ?? null;
      resized[at] = fitted === null || size === null ? asked : Math.floor(Math.fround(fitted * size) + 0.5);
    } else resized[at] = size === null || scale === undefined ? null : Math.floor(Math.fround(scale * size));
  });
  return [fact(v.input(0).dtype, resized)];
});

/** One scale for all axes, by which the result covers, or does not exceed, the sizes that are asked for; null for `stretch`. */
function fittingScale(
  v: NodeView,
  shape: readonly (number | null)[],
  places: readonly (number | null)[],
  sizes: readonly number[],
): number | null {
  const policy = v.text('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return null;
  const scales = places.map((at, i) => Math.fround((sizes[i] ?? NaN) / ((at === null ? null : shape[at]) ?? NaN)));
  return policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
}
define('DepthToSpace SpaceToDepth', (v) => {
  const shape = v.shape(0);
  const block = Math.max(1, v.int('blocksize', 1));
  const factor = v.op === 'DepthToSpace' ? block : 1 / block;
  const scaled =
    shape?.map((size, axis) =>
      size === null || axis === 0 ? size : Math.floor(axis === 1 ? size / factor ** 2 : size * factor),
    ) ?? null;
  return [fact(v.input(0).dtype, scaled)];
});
define('CenterCropPad', (v) => {
  const shape = v.shape(0);
  const asked = v.numbers(1);
  const axes = v.ints('axes') ?? shape?.map((_, axis) => axis) ?? [];
  const at = new Map(axes.map((axis, i) => [axisOf(axis, shape?.length ?? 0), i]));
  return [
    fact(
      v.input(0).dtype,
      shape?.map((size, axis) => (at.has(axis) ? (asked?.[at.get(axis)!] ?? null) : size)) ?? null,
    ),
  ];
});
define('Range', (v) => {
  const { dtype } = v.input(0);
  const [start, limit, step] = [0, 1, 2].map((i) => v.number(i));
  if (start === null || limit === null || step === null || step === 0) return [fact(dtype, [null])];
  const span = dtype === 'float32' ? Math.fround(limit - start) : limit - start;
  if (![start, limit, step, span].every((value) => isExact(value, dtype))) return [fact(dtype, [null])];
  return [fact(dtype, [Math.max(0, Math.ceil(span / step))])];
});
define('ConstantOfShape', (v) => {
  const rank = v.shape(0)?.[0] ?? null;
  const dtype = v.attributeOf('value')?.tensor?.dtype ?? 'float32';
  return [fact(dtype, v.numbers(0) ?? (rank === null || rank > 64 ? null : Array<null>(rank).fill(null)))];
});
define('EyeLike', (v) => {
  const asked = v.int('dtype', 0);
  return [fact(asked !== 0 ? dtypeName(asked) : v.input(0).dtype, v.shape(0))];
});

// ------------------------------------------------------------------------------------------- indexing and sampling

define('Gather', (v) => {
  const [shape, indices] = [v.shape(0), v.shape(1)];
  if (!shape || !indices) return [fact(v.input(0).dtype, null)];
  const axis = axisOf(v.int('axis', 0), shape.length);
  return [
    fact(v.input(0).dtype, axis === null ? null : [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)]),
  ];
});
define('GatherElements', (v) => [fact(v.input(0).dtype, v.shape(1))]);
define('GatherND', (v) => {
  const [shape, indices] = [v.shape(0), v.shape(1)];
  const depth = indices?.[indices.length - 1] ?? null;
  if (!shape || !indices || depth === null) return [fact(v.input(0).dtype, null)];
  return [fact(v.input(0).dtype, [...indices.slice(0, -1), ...shape.slice(v.int('batch_dims', 0) + depth)])];
});
/** How many of the first `most` are chosen, where it is known which; otherwise all might be. */
function chosen(values: TensorFact['values'], most: number | null): { count: number | null; loose: boolean } {
  if (values === null || values.includes(null) || most === null) return { count: most, loose: true };
  return { count: values.slice(0, most).filter((value) => value !== 0).length, loose: false };
}
define('NonZero', (v) => {
  const shape = v.shape(0);
  const { count, loose } = chosen(v.input(0).loose ? null : v.input(0).values, shape && product(shape));
  return [{ ...fact('int64', [shape?.length || (shape ? 1 : null), count]), loose }];
});
define('Compress', (v) => {
  const shape = v.shape(0);
  const axis = v.attributeOf('axis') && shape ? axisOf(v.int('axis', 0), shape.length) : null;
  const most = shape && (axis === null ? product(shape) : shape[axis]);
  const { count, loose } = chosen(v.input(0).loose ? null : v.input(1).values, most);
  const kept = axis === null ? [count] : shape!.map((size, at) => (at === axis ? count : size));
  return [{ ...fact(v.input(0).dtype, shape && kept), loose }];
});
define('OneHot', (v) => {
  const indices = v.shape(0);
  const depth = v.number(1) === null ? null : Math.trunc(v.number(1)!);
  if (!indices) return [fact(v.input(2).dtype, null)];
  const at = axisOf(v.int('axis', -1), indices.length + 1) ?? indices.length;
  return [fact(v.input(2).dtype, [...indices.slice(0, at), depth, ...indices.slice(at)])];
});
define('GridSample', (v) => {
  const [image, grid] = [v.shape(0), v.shape(1)];
  return [fact(v.input(0).dtype, image && grid ? [image[0], image[1] ?? null, ...grid.slice(1, -1)] : null)];
});
define('AffineGrid', (v) => {
  const size = v.numbers(1);
  return [fact(v.input(0).dtype, size ? [size[0], ...size.slice(2), size.length - 2] : null)];
});
