import type { NodeView } from './node-view.js';
import { axisOf, broadcast, fact, type TensorFact } from './tensor-fact.js';

type Shape = TensorFact['shape'];
type Outputs = readonly Omit<TensorFact, 'origin'>[];
/** Facts of the outputs, first one first; missing ones are unknown. Values are worked out elsewhere (`value-rules.ts`). */
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
define('BatchNormalization', same);
define('Dropout', (v) => [...same(v), fact('bool', v.shape(0))]);
define('LayerNormalization', (v) => [...same(v), fact('float32', v.shape(0)), fact('float32', v.shape(0))]);
define('Attention', (v) => {
  const [q, value] = [v.shape(0), v.shape(2)];
  return [fact(v.input(0).dtype, q && value ? [...q.slice(0, -1), value[value.length - 1] ?? null] : q)];
});

// ---------------------------------------------------------------------------------------------------------- types

const DTYPE_NUMBERS: Readonly<Record<number, string>> = {
  1: 'float32', 2: 'uint8', 3: 'int8', 4: 'uint16', 5: 'int16', 6: 'int32', 7: 'int64', 9: 'bool', 10: 'float16',
  11: 'float64', 12: 'uint32', 13: 'uint64', 16: 'bfloat16',
}; // prettier-ignore
define('Cast', (v) => [fact(DTYPE_NUMBERS[v.int('to', 1)] ?? null, v.shape(0))]);
define('CastLike', (v) => [fact(v.input(1).dtype, v.shape(0))]);
define('QuantizeLinear', (v) => [fact(v.input(2).dtype ?? 'uint8', v.shape(0))]);
define('DequantizeLinear', (v) => [fact(v.input(1).dtype ?? 'float32', v.shape(0))]);
define('DynamicQuantizeLinear', (v) => [fact('uint8', v.shape(0)), fact('float32', []), fact('uint8', [])]);

// ---------------------------------------------------------------------------------------- convolution and pooling

/** One spatial size after a window has slid over it. */
function slid(
  size: number | null,
  kernel: number,
  stride: number,
  dilation: number,
  pads: number,
  auto: string,
  ceil: boolean,
): number | null {
  if (size === null) return null;
  const step = Math.max(1, stride);
  if (auto.startsWith('SAME')) return Math.ceil(size / step);
  const padded = size + (auto === 'VALID' ? 0 : pads);
  const room = (padded - (dilation * (kernel - 1) + 1)) / step;
  return Math.max(0, (ceil ? Math.ceil(room) : Math.floor(room)) + 1);
}

function window(v: NodeView, shape: Shape, kernel: readonly (number | null)[], channels: number | null): Shape {
  if (!shape || shape.length < 3) return null;
  const axes = shape.length - 2;
  const strides = v.ints('strides');
  const dilations = v.ints('dilations');
  const pads = v.ints('pads');
  const auto = v.text('auto_pad', 'NOTSET');
  const spatial = shape.slice(2).map((size, axis) => {
    const width = kernel[axis] ?? null;
    if (width === null) return null;
    const padded = (pads?.[axis] ?? 0) + (pads?.[axis + axes] ?? 0);
    return slid(size, width, strides?.[axis] ?? 1, dilations?.[axis] ?? 1, padded, auto, v.int('ceil_mode', 0) !== 0);
  });
  return [shape[0], channels, ...spatial];
}

const convolve =
  (image: number, weights: number, dtype: string | null): ShapeRule =>
  (v) => {
    const w = v.shape(weights);
    const kernel = v.ints('kernel_shape') ?? w?.slice(2) ?? [];
    return [fact(dtype ?? v.input(image).dtype, window(v, v.shape(image), kernel, w?.[0] ?? null))];
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
    if (auto.startsWith('SAME')) return size * stride;
    const cut = auto === 'VALID' ? 0 : (pads?.[axis] ?? 0) + (pads?.[axis + axes] ?? 0);
    return Math.max(0, stride * (size - 1) + (extra?.[axis] ?? 0) + ((width - 1) * (dilations?.[axis] ?? 1) + 1) - cut);
  });
  return [fact(v.input(0).dtype, [image[0], w[1] === null ? null : w[1] * v.int('group', 1), ...spatial])];
});
define('MaxPool AveragePool LpPool', (v) => {
  const shape = window(v, v.shape(0), v.ints('kernel_shape') ?? [], v.shape(0)?.[1] ?? null);
  return [fact(v.input(0).dtype, shape), fact('int64', shape)];
});
define('GlobalAveragePool GlobalMaxPool GlobalLpPool', (v) => [
  fact(v.input(0).dtype, v.shape(0)?.map((size, axis) => (axis < 2 ? size : 1)) ?? null),
]);
define('MaxUnpool', (v) => {
  const shape = v.shape(0);
  const asked = v.numbers(2);
  if (asked) return [fact(v.input(0).dtype, asked)];
  const [kernel, strides] = [v.ints('kernel_shape'), v.ints('strides')];
  const grown = shape?.map((size, axis) =>
    axis < 2 || size === null ? size : (size - 1) * (strides?.[axis - 2] ?? 1) + (kernel?.[axis - 2] ?? 1),
  );
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

/** Output sizes of an equation such as `bic,bjc->bij`; null for ellipses and anything else that we do not follow. */
export function einsum(equation: string, shapes: readonly Shape[]): Shape {
  const [left, right] = equation.replaceAll(' ', '').split('->');
  if (left.includes('.')) return null;
  const terms = left.split(',');
  const sizes = new Map<string, number | null>();
  terms.forEach((term, i) =>
    [...term].forEach((letter, axis) => sizes.set(letter, shapes[i]?.[axis] ?? sizes.get(letter) ?? null)),
  );
  const letters = [...left.replaceAll(',', '')];
  const kept =
    right ??
    [...new Set(letters)]
      .filter((letter) => letters.filter((other) => other === letter).length === 1)
      .sort()
      .join('');
  return [...kept].map((letter) => sizes.get(letter) ?? null);
}

// ------------------------------------------------------------------------------------------------------ reduction

define(
  'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare',
  (v) => {
    const shape = v.shape(0);
    const given = v.ints('axes') !== null || v.has(1);
    const axes = v.numbersOf('axes', 1);
    if (!shape || (given && axes === null)) return [fact(v.input(0).dtype, null)];
    if (!axes || axes.length === 0) {
      if (v.int('noop_with_empty_axes', 0) !== 0) return same(v);
      return [fact(v.input(0).dtype, v.int('keepdims', 1) ? shape.map(() => 1) : [])];
    }
    return [fact(v.input(0).dtype, reduced(shape, axes, v.int('keepdims', 1) !== 0))];
  },
);
define('ArgMax ArgMin', (v) => {
  const shape = v.shape(0);
  return [fact('int64', shape ? reduced(shape, [v.int('axis', 0)], v.int('keepdims', 1) !== 0) : null)];
});

function reduced(shape: readonly (number | null)[], axes: readonly number[], keep: boolean): Shape {
  const gone = new Set(axes.map((axis) => axisOf(axis, shape.length)));
  return shape.flatMap((size, axis) => (!gone.has(axis) ? [size] : keep ? [1] : []));
}
define('TopK', (v) => {
  const shape = v.shape(0);
  const axis = shape && axisOf(v.int('axis', -1), shape.length);
  const k = v.numbers(1)?.[0] ?? v.attributeOf('k')?.int ?? null;
  const cut =
    shape?.map((size, at) =>
      at !== axis ? size : k === null || size === null ? size : Math.min(size, Math.max(0, k)),
    ) ?? null;
  return [fact(v.input(0).dtype, cut), fact('int64', cut)];
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
  const sizes = asked.map((size, axis) => (size === 0 && !v.int('allowzero', 0) ? (shape?.[axis] ?? null) : size));
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
  const gone = axes ? new Set(axes.map((axis) => axisOf(axis, shape.length))) : null;
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
  return Array.from({ length: parts }, (_, i) =>
    fact(
      v.input(0).dtype,
      shape?.map((size, at) =>
        at !== axis
          ? size
          : sizes
            ? (sizes[i] ?? null)
            : i < parts - 1 || each === null || whole === null
              ? each
              : Math.max(0, whole - each * (parts - 1)),
      ) ?? null,
    ),
  );
});
define('Slice', (v) => {
  const shape = v.shape(0);
  if (!shape) return [fact(v.input(0).dtype, null)];
  const [starts, ends] = [v.numbersOf('starts', 1), v.numbersOf('ends', 2)];
  const axes = v.numbersOf('axes', 3) ?? (v.has(3) ? null : (starts?.map((_, i) => i) ?? null));
  const steps = v.numbersOf('steps', 4) ?? (v.has(4) ? null : (starts?.map(() => 1) ?? null));
  // never more than there was
  if (!starts || !ends || !axes || !steps) return [fact(v.input(0).dtype, shape)];
  const cut = [...shape];
  axes.forEach((axis, i) => {
    const at = axisOf(axis, shape.length);
    if (at === null || shape[at] === null) return;
    cut[at] = sliceIndices(shape[at], starts[i], ends[i], steps[i] ?? 1).count;
  });
  return [fact(v.input(0).dtype, cut)];
});

/** First index and number of elements of start:end:step, as numpy counts them. */
export function sliceIndices(size: number, start: number, end: number, step: number): { first: number; count: number } {
  if (step === 0) return { first: 0, count: 0 };
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : size - 1;
  const clamp = (at: number) => Math.min(high, Math.max(low, at < 0 ? at + size : at));
  const [first, last] = [clamp(start), clamp(end)];
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}
define('Pad', (v) => {
  const shape = v.shape(0);
  const pads = v.numbersOf('pads', 1) ?? v.ints('paddings');
  if (!shape || !pads) return [fact(v.input(0).dtype, shape?.map(() => null) ?? null)];
  const axes = v.numbers(3) ?? shape.map((_, axis) => axis);
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
  const axes = v.ints('axes') ?? shape.map((_, axis) => axis);
  const resized = [...shape];
  axes.forEach((axis, i) => {
    const at = axisOf(axis, shape.length);
    if (at === null) return;
    const [size, scale] = [shape[at], scales && scales.length > 0 ? scales[i] : undefined];
    if (sizes && sizes.length > 0) resized[at] = sizes[i] ?? null;
    else resized[at] = size === null || scale === undefined ? null : Math.floor(size * scale);
  });
  return [fact(v.input(0).dtype, resized)];
});
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
  const [start, limit, step] = [0, 1, 2].map((i) => v.numbers(i)?.[0] ?? null);
  const count =
    start === null || limit === null || step === null || step === 0
      ? null
      : Math.max(0, Math.ceil((limit - start) / step));
  return [fact(v.input(0).dtype, [count])];
});
define('ConstantOfShape', (v) => {
  const rank = v.shape(0)?.[0] ?? null;
  const dtype = v.attributeOf('value')?.tensor?.dtype ?? 'float32';
  return [fact(dtype, v.numbers(0) ?? (rank === null || rank > 64 ? null : Array<null>(rank).fill(null)))];
});
define('EyeLike', (v) => [fact(DTYPE_NUMBERS[v.int('dtype', 0)] ?? v.input(0).dtype, v.shape(0))]);

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
define('NonZero', (v) => [fact('int64', [v.shape(0)?.length ?? null, v.shape(0) ? product(v.shape(0)!) : null])]);
define('Compress', (v) => [
  fact(v.input(0).dtype, v.attributeOf('axis') ? v.shape(0) : [v.shape(0) ? product(v.shape(0)!) : null]),
]);
define('OneHot', (v) => {
  const indices = v.shape(0);
  const depth = v.numbers(1)?.[0] ?? null;
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
