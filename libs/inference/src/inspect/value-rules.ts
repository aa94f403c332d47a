import { isInteger } from './description.js';
import type { NodeView } from './node-view.js';
import { sliceIndices } from './shape-rules.js';
import { axisOf, MOST_TRACKED, type TensorFact } from './tensor-fact.js';

type Value = number | null;
type Values = readonly Value[];
type Sizes = readonly number[];
/** Values of the outputs in memory order, last axis fastest; null where they are not followed. */
type ValueRule = (view: NodeView, outputs: readonly Omit<TensorFact, 'origin'>[]) => readonly (Values | null)[];

const rules = new Map<string, ValueRule>();
const define = (names: string, rule: ValueRule) => names.split(' ').forEach((name) => rules.set(name, rule));

/** What small outputs hold: exporters compute sizes, paddings and scales by nodes. Empty when nothing is known. */
export function valuesOf(view: NodeView, outputs: readonly Omit<TensorFact, 'origin'>[]): readonly (Values | null)[] {
  const rule = rules.get(view.op);
  if (!rule || !known(outputs[0]?.shape) || elements(outputs[0].shape as Sizes) > MOST_TRACKED) return [];
  return rule(view, outputs);
}

const known = (shape: TensorFact['shape'] | undefined): shape is Sizes =>
  shape != null && shape.every((size) => size !== null);
const elements = (shape: Sizes): number => shape.reduce((whole, size) => whole * size, 1);

// ------------------------------------------------------------------------------------------------ element by element

const integerQuotient = (a: number, b: number) => (b === 0 ? NaN : Math.trunc(a / b));
const BINARY: Readonly<Record<string, (a: number, b: number, integer: boolean) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b, integer) => (integer ? integerQuotient(a, b) : a / b),
  Mod: (a, b) => (b === 0 ? NaN : a - b * Math.floor(a / b)),
  Pow: (a, b) => a ** b,
  Min: (a, b) => Math.min(a, b),
  Max: (a, b) => Math.max(a, b),
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  And: (a, b) => Number(a !== 0 && b !== 0),
  Or: (a, b) => Number(a !== 0 || b !== 0),
};
const UNARY: Readonly<Record<string, (a: number) => number>> = {
  Neg: (a) => -a,
  Abs: Math.abs,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Round: (a) => (a % 1 === 0.5 || a % 1 === -0.5 ? 2 * Math.round(a / 2) : Math.round(a)),
  Sqrt: Math.sqrt,
  Reciprocal: (a) => 1 / a,
  Not: (a) => Number(a === 0),
};

/** Reads an input as if it had the size of the output. */
function spread({ shape, values }: TensorFact, to: Sizes): Values | null {
  if (!known(shape) || values === null || values.length !== elements(shape)) return null;
  if (shape.length === to.length && shape.every((size, axis) => size === to[axis])) return values;
  if (values.length === 1) return Array<Value>(elements(to)).fill(values[0]);
  const strides = to.map((_, axis) => {
    const at = axis - (to.length - shape.length);
    return at < 0 || shape[at] === 1 ? 0 : elements(shape.slice(at + 1));
  });
  return indices(to).map((index) => values[index.reduce((sum, i, axis) => sum + i * strides[axis], 0)] ?? null);
}

/** All index tuples of a shape, last axis fastest. */
function indices(shape: Sizes): number[][] {
  return Array.from({ length: elements(shape) }, (_, flat) => {
    const index = Array<number>(shape.length);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = flat % shape[axis];
      flat = Math.floor(flat / shape[axis]);
    }
    return index;
  });
}

const finite = (value: number): Value => (Number.isFinite(value) ? value : null);

define(Object.keys(BINARY).join(' '), (v, [out]) => {
  const apply = BINARY[v.op];
  const sides = v.all().map((input) => spread(input, out.shape as Sizes));
  if (sides.length < 1 || sides.some((side) => side === null)) return [];
  const integer = isInteger(v.input(0).dtype);
  return [
    (sides as Values[]).reduce((left, right) =>
      left.map((a, i) => (a === null || right[i] === null ? null : finite(apply(a, right[i], integer)))),
    ),
  ];
});
define(Object.keys(UNARY).join(' '), (v) => [
  v.input(0).values?.map((a) => (a === null ? null : finite(UNARY[v.op](a)))) ?? null,
]);
define('Where', (v, [out]) => {
  const [condition, yes, no] = [0, 1, 2].map((i) => spread(v.input(i), out.shape as Sizes));
  if (!condition || !yes || !no) return [];
  return [condition.map((c, i) => (c === null ? null : c !== 0 ? yes[i] : no[i]))];
});
define('Cast CastLike', (v, [out]) => [
  v
    .input(0)
    .values?.map((a) =>
      a === null ? null : out.dtype === 'bool' ? Number(a !== 0) : isInteger(out.dtype) ? Math.trunc(a) : a,
    ) ?? null,
]);
define('Clip', (v) => {
  const low = v.float('min') ?? v.numbers(1)?.[0] ?? -Infinity;
  const high = v.float('max') ?? v.numbers(2)?.[0] ?? Infinity;
  if ((v.has(1) && !v.numbers(1)) || (v.has(2) && !v.numbers(2))) return [];
  return [v.input(0).values?.map((a) => (a === null ? null : Math.min(high, Math.max(low, a)))) ?? null];
});

// ------------------------------------------------------------------------------------------------- moved, not changed

define('Identity Reshape Flatten Squeeze Unsqueeze', (v) => [v.input(0).values]);
define('Constant', (v) => {
  const { tensor, ints, floats, int, float } = { ...v.node.attributes.values().next().value };
  return [tensor?.values ?? ints ?? floats ?? (int != null ? [int] : float != null ? [float] : null)];
});
define('Shape', (v, [out]) => {
  const shape = v.shape(0);
  if (!shape) return [];
  const start = v.int('start', 0);
  const from = Math.min(shape.length, Math.max(0, start < 0 ? start + shape.length : start));
  return [shape.slice(from, from + (out.shape as Sizes)[0])];
});
define('Size', (v) => [known(v.shape(0)) ? [elements(v.shape(0) as Sizes)] : null]);
define('Expand', (v, [out]) => [spread(v.input(0), out.shape as Sizes)]);
define('ConstantOfShape', (v, [out]) => [
  Array<Value>(elements(out.shape as Sizes)).fill(
    v.attributeOf('value')?.tensor?.values?.[0] ?? (v.attributeOf('value') ? null : 0),
  ),
]);
define('Range', (v, [out]) => {
  const [start, step] = [v.numbers(0)?.[0], v.numbers(2)?.[0]];
  if (start === undefined || step === undefined) return [];
  return [Array.from({ length: (out.shape as Sizes)[0] }, (_, i) => start + i * step)];
});
define('Concat', (v, [out]) => {
  const parts = v.all();
  if (parts.some(({ shape, values }) => !known(shape) || values === null)) return [];
  const axis = axisOf(v.int('axis', 0), out.shape!.length) ?? 0;
  const outer = elements((out.shape as Sizes).slice(0, axis));
  return [
    Array.from({ length: outer }, (_, i) =>
      parts.flatMap(({ values }) => {
        const run = values!.length / Math.max(1, outer);
        return values!.slice(i * run, (i + 1) * run);
      }),
    ).flat(),
  ];
});

/** Each output element taken from one place of the input. */
function taken(v: NodeView, to: Sizes, from: (index: readonly number[]) => readonly number[]): Values | null {
  const { shape, values } = v.input(0);
  if (!known(shape) || values === null) return null;
  const strides = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  return indices(to).map((index) => values[from(index).reduce((sum, i, axis) => sum + i * strides[axis], 0)] ?? null);
}
define('Transpose', (v, [out]) => {
  const rank = out.shape!.length;
  const order = v.ints('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  return [
    taken(v, out.shape as Sizes, (index) => {
      const source = Array<number>(rank).fill(0);
      order.forEach((axis, at) => (source[axis] = index[at]));
      return source;
    }),
  ];
});
define('Slice', (v, [out]) => {
  const [starts, ends] = [v.numbersOf('starts', 1), v.numbersOf('ends', 2)];
  const axes = v.numbersOf('axes', 3) ?? (v.has(3) ? null : (starts?.map((_, i) => i) ?? null));
  const steps = v.numbersOf('steps', 4) ?? (v.has(4) ? null : (starts?.map(() => 1) ?? null));
  const shape = v.shape(0);
  if (!starts || !ends || !axes || !steps || !known(shape)) return [];
  const first = shape.map(() => 0);
  const step = shape.map(() => 1);
  axes.forEach((axis, i) => {
    const at = axisOf(axis, shape.length);
    if (at === null) return;
    first[at] = sliceIndices(shape[at], starts[i], ends[i], steps[i]).first;
    step[at] = steps[i];
  });
  return [taken(v, out.shape as Sizes, (index) => index.map((i, axis) => first[axis] + i * step[axis]))];
});
define('Gather', (v, [out]) => {
  const [shape, chosen, picks] = [v.shape(0), v.numbers(1), v.shape(1)];
  if (!known(shape) || !chosen || !known(picks)) return [];
  const axis = axisOf(v.int('axis', 0), shape.length) ?? 0;
  return [
    taken(v, out.shape as Sizes, (index) => {
      const at = index
        .slice(axis, axis + picks.length)
        .reduce((sum, i, k) => sum + i * elements(picks.slice(k + 1)), 0);
      const pick = chosen[at] ?? 0;
      return [...index.slice(0, axis), pick < 0 ? pick + shape[axis] : pick, ...index.slice(axis + picks.length)];
    }),
  ];
});
define('Split', (v, outputs) => {
  const rank = outputs[0].shape!.length;
  const axis = axisOf(v.int('axis', 0), rank) ?? 0;
  let before = 0;
  return outputs.map(({ shape }) => {
    if (!known(shape)) return null;
    const offset = before;
    before += shape[axis];
    return elements(shape) > MOST_TRACKED
      ? null
      : taken(v, shape, (index) => index.map((i, at) => (at === axis ? i + offset : i)));
  });
});

// ---------------------------------------------------------------------------------------------------------- reduction

const FOLDS: Readonly<Record<string, (a: number, b: number) => number>> = {
  ReduceProd: (a, b) => a * b,
  ReduceSum: (a, b) => a + b,
  ReduceMax: (a, b) => Math.max(a, b),
  ReduceMin: (a, b) => Math.min(a, b),
};
define(Object.keys(FOLDS).join(' '), (v, [out]) => {
  const values = v.numbers(0);
  if (!values || values.length === 0 || elements(out.shape as Sizes) !== 1) return [];
  return [[finite(values.reduce(FOLDS[v.op]))]];
});
