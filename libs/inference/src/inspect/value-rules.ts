import { isInteger } from './description.js';
import { exactly, isExact, isOrdered } from './exact.js';
import type { NodeView } from './node-view.js';
import { sliceIndices } from './shape-rules.js';
import {
  axisOf,
  leastElements,
  MOST_TRACKED,
  MOST_TRACKED_AXES,
  oneValue,
  type OutputFact,
  type TensorFact,
} from './tensor-fact.js';

type Value = number | null;
type Values = readonly Value[];
type Sizes = readonly number[];
/** Values of the outputs in memory order, last axis fastest; null where they are not followed. */
type ValueRule = (view: NodeView, outputs: readonly OutputFact[]) => readonly (Values | null)[];

const rules = new Map<string, ValueRule>();
const define = (names: string, rule: ValueRule) => names.split(' ').forEach((name) => rules.set(name, rule));

/**
 * What small outputs hold: exporters compute sizes, paddings and scales by nodes. Exactly what the runtime will compute, or
 * null; an operator without a rule here makes unknown values.
 */
export function valuesOf(view: NodeView, outputs: readonly OutputFact[]): readonly (Values | null)[] {
  const rule = rules.get(view.op);
  if (!rule || !known(outputs[0]?.shape) || elements(outputs[0].shape as Sizes) > MOST_TRACKED) return [];
  if (view.all().some(({ loose }) => loose)) return [];
  if ([...view.all(), ...outputs].some(({ shape }) => (shape?.length ?? 0) > MOST_TRACKED_AXES)) return [];
  return rule(view, outputs).map((values, i) =>
    values !== null && known(outputs[i].shape) && values.length === elements(outputs[i].shape) ? values : null,
  );
}

/** Outputs of these hold what their first input holds, wherever it goes. */
const MOVED: ReadonlySet<string> = new Set(
  'Identity Reshape Flatten Squeeze Unsqueeze Expand Transpose Slice Split Gather Tile'.split(' '),
);

/**
 * The number that fills outputs which are too large for `valuesOf`, as `Expand` and `ConstantOfShape` make them of one
 * number: the rule of a single element, where every input holds one number throughout.
 */
export function uniformOf(view: NodeView, outputs: readonly OutputFact[]): readonly (number | null)[] {
  if (view.all().some(({ loose }) => loose)) return [];
  if (MOVED.has(view.op)) return outputs.map(() => oneValue(view.input(0)));
  if (view.op !== 'ConstantOfShape' && !ELEMENTWISE.has(view.op)) return [];
  const filled = view.op === 'ConstantOfShape' ? [] : view.all().map(oneValue);
  if (filled.includes(null)) return [];
  const single = view.of((known, i) => ({ ...known, shape: [1], values: [filled[i] ?? null] }));
  return rules.get(view.op)!(single, [{ ...outputs[0], shape: [1] }]).map((values) => values?.[0] ?? null);
}

const known = (shape: TensorFact['shape'] | undefined): shape is Sizes =>
  shape != null && shape.every((size) => size !== null);
const elements = (shape: Sizes): number => leastElements(shape);

// ------------------------------------------------------------------------------------------------ element by element

/** Computes with two values that are exact; the result is checked by the caller. */
type Binary = (a: number, b: number, whole: boolean) => number | null;
const BINARY: Readonly<Record<string, Binary>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  // a quotient of whole numbers is cut towards 0; their remainder is exact, where the quotient itself is rounded
  Div: (a, b, whole) => (!whole ? a / b : b === 0 ? null : (a - (a % b)) / b),
  Pow: power,
};
const COMPARED: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  Equal: (a, b) => a === b,
  Greater: (a, b) => a > b,
  GreaterOrEqual: (a, b) => a >= b,
  Less: (a, b) => a < b,
  LessOrEqual: (a, b) => a <= b,
};
const LOGIC: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  And: (a, b) => a !== 0 && b !== 0,
  Or: (a, b) => a !== 0 || b !== 0,
  Xor: (a, b) => (a !== 0) !== (b !== 0),
};
const UNARY: Readonly<Record<string, (a: number) => number | null>> = {
  Neg: (a) => -a,
  Abs: Math.abs,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Round: (a) => (a % 1 === 0.5 || a % 1 === -0.5 ? 2 * Math.round(a / 2) : Math.round(a)),
  Sqrt: Math.sqrt,
  // processors estimate reciprocals; that of a power of two leaves them nothing to round
  Reciprocal: (a) => (Number.isInteger(Math.log2(Math.abs(a))) ? 1 / a : null),
};

/** Whole powers of whole numbers, and squares: what every library of functions gets right to the last digit. */
function power(base: number, exponent: number, whole: boolean): number | null {
  if (!whole) return exponent === 2 ? base * base : exponent === 1 ? base : null;
  if (!Number.isInteger(exponent) || exponent < 0 || exponent > 64) return null;
  let result = 1;
  for (let i = 0; i < exponent && Number.isSafeInteger(result); i++) result *= base;
  return result;
}

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

/** Element by element of two inputs or more, from the left. */
function combined(v: NodeView, to: Sizes, apply: (a: number, b: number) => Value): readonly (Values | null)[] {
  const sides = v.all().map((input) => spread(input, to));
  if (sides.length < 1 || sides.some((side) => side === null)) return [];
  return [
    (sides as Values[]).reduce((left, right) =>
      left.map((a, i) => (a === null || right[i] === null ? null : apply(a, right[i]))),
    ),
  ];
}
/** The result of an operation on exact values in the type of the output; null when an operand or the result is not exact. */
const computed =
  (dtype: string | null, of: readonly (string | null)[], apply: (a: number, b: number) => number | null) =>
  (a: number, b: number): Value => {
    if (!isExact(a, of[0]) || !isExact(b, of[1] ?? of[0])) return null;
    const result = apply(a, b);
    return result === null ? null : exactly(result, dtype);
  };

define(Object.keys(BINARY).join(' '), (v, [out]) => {
  const [a, b] = [v.input(0).dtype, v.input(1).dtype];
  const whole = isInteger(a);
  return combined(
    v,
    out.shape as Sizes,
    computed(out.dtype, [a, b], (x, y) => BINARY[v.op](x, y, whole)),
  );
});
define('Mod', (v, [out]) => {
  const { dtype } = v.input(0);
  const asC = v.int('fmod', 0) !== 0; // sign of the dividend, as in C; otherwise that of the divisor, as in Python
  const remainder = (a: number, b: number) => {
    const rest = a % b;
    return b === 0 ? null : !asC && rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  };
  return combined(v, out.shape as Sizes, computed(dtype, [dtype], remainder));
});
// of two numbers the runtime takes one: nothing is computed
define('Min Max', (v, [out]) => {
  const pick = v.op === 'Min' ? Math.min : Math.max;
  return combined(v, out.shape as Sizes, (a, b) =>
    isOrdered(a, out.dtype) && isOrdered(b, out.dtype) ? pick(a, b) : null,
  );
});
define(Object.keys(COMPARED).join(' '), (v, [out]) => {
  const { dtype } = v.input(0);
  return combined(v, out.shape as Sizes, (a, b) =>
    isExact(a, dtype) || isExact(b, dtype) ? Number(COMPARED[v.op](a, b)) : null,
  );
});
define(Object.keys(LOGIC).join(' '), (v, [out]) =>
  combined(v, out.shape as Sizes, (a, b) => Number(LOGIC[v.op](a, b))),
);
define(Object.keys(UNARY).join(' '), (v, [out]) => {
  const apply = computed(out.dtype, [v.input(0).dtype], (a) => UNARY[v.op](a));
  return [v.input(0).values?.map((a) => (a === null ? null : apply(a, 0))) ?? null];
});
define('Not', (v) => [v.input(0).values?.map((a) => (a === null ? null : Number(a === 0))) ?? null]);
define('Where', (v, [out]) => {
  const [condition, yes, no] = [0, 1, 2].map((i) => spread(v.input(i), out.shape as Sizes));
  if (!condition || !yes || !no) return [];
  return [condition.map((c, i) => (c === null ? null : c !== 0 ? yes[i] : no[i]))];
});
define('Cast CastLike', (v, [out]) => {
  const from = v.input(0).dtype;
  return [v.input(0).values?.map((a) => (a === null ? null : cast(a, from, out.dtype))) ?? null];
});

const ELEMENTWISE: ReadonlySet<string> = new Set(
  [BINARY, COMPARED, LOGIC, UNARY].flatMap(Object.keys).concat('Mod', 'Min', 'Max', 'Not', 'Where', 'Cast'),
);

/** NaN, infinities and what does not fit become whatever the processor makes of them. */
function cast(value: number, from: string | null, to: string | null): Value {
  if (from === null || to === null) return null;
  if (to === 'bool') return Number.isNaN(value) ? null : Number(value !== 0);
  if (from === to) return value;
  if (!isExact(value, from)) return null;
  return exactly(isInteger(to) ? Math.trunc(value) : value, to);
}

define('Clip', (v, [out]) => {
  const low = v.float('min') ?? v.number(1) ?? -Infinity;
  const high = v.float('max') ?? v.number(2) ?? Infinity;
  if ((v.has(1) && v.number(1) === null) || (v.has(2) && v.number(2) === null) || low > high) return [];
  const ordered = (a: number) => isOrdered(a, out.dtype) || a === -Infinity || a === Infinity;
  if (!ordered(low) || !ordered(high)) return [];
  return [v.input(0).values?.map((a) => (a === null || !ordered(a) ? null : Math.min(high, Math.max(low, a)))) ?? null];
});

// ------------------------------------------------------------------------------------------------- moved, not changed

define('Identity Reshape Flatten Squeeze Unsqueeze', (v) => [v.input(0).values]);
define('Constant', (v) => {
  const { tensor, ints, floats, int, float } = { ...v.node.attributes.values().next().value };
  return [tensor ? tensor.values : (ints ?? floats ?? (int != null ? [int] : float != null ? [float] : null))];
});
define('Shape', (v, [out]) => {
  const shape = v.shape(0);
  if (!shape) return [];
  const start = v.int('start', 0);
  const from = Math.min(shape.length, Math.max(0, start < 0 ? start + shape.length : start));
  return [shape.slice(from, from + (out.shape as Sizes)[0])];
});
define('Size', (v, [out]) => [known(v.shape(0)) ? [exactly(elements(v.shape(0) as Sizes), out.dtype)] : null]);
define('Expand', (v, [out]) => [spread(v.input(0), out.shape as Sizes)]);
define('ConstantOfShape', (v, [out]) => [
  Array<Value>(elements(out.shape as Sizes)).fill(
    v.attributeOf('value') === null ? 0 : (v.attributeOf('value')?.tensor?.values?.[0] ?? null),
  ),
]);
define('Range', (v, [out]) => {
  const [start, step] = [v.number(0), v.number(2)];
  if (start === null || step === null) return [];
  // the runtime adds one step after another, and so rounds as often
  const add = computed(out.dtype, [out.dtype], (a, b) => a + b);
  const values: Value[] = [start];
  while (values.length < (out.shape as Sizes)[0]) {
    const last = values[values.length - 1];
    values.push(last === null ? null : add(last, step));
  }
  return [values.slice(0, (out.shape as Sizes)[0])];
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
  return indices(to).map((index) => {
    const source = from(index);
    if (source.some((i, axis) => !(i >= 0 && i < shape[axis]))) return null; // out of range: an error when it runs
    return values[source.reduce((sum, i, axis) => sum + i * strides[axis], 0)] ?? null;
  });
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
    first[at] = sliceIndices(shape[at], starts[i], ends[i], steps[i])?.first ?? NaN;
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
      const pick = chosen[at] ?? NaN;
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

define('NonZero', (v, [out]) => {
  const [shape, values] = [v.shape(0), v.input(0).values];
  if (!known(shape) || values === null || out.loose) return [];
  const found = indices(shape).filter((_, flat) => values[flat] !== 0);
  return [shape.flatMap((_, axis) => found.map((index) => index[axis]))];
});

// ---------------------------------------------------------------------------------------------------------- reduction

/** Sums and products of floating-point numbers depend on the order, unless all of them are whole and small. */
const WHOLE_SUMS: Readonly<Record<string, number>> = { float32: 2 ** 24, float64: 2 ** 53 };
const FOLDS: Readonly<Record<string, (a: number, b: number) => number>> = {
  ReduceProd: (a, b) => a * b,
  ReduceSum: (a, b) => a + b,
};
define('ReduceMax ReduceMin', (v, [out]) => {
  const values = v.numbers(0);
  if (!values || values.length === 0 || elements(out.shape as Sizes) !== 1) return [];
  if (!values.every((value) => isOrdered(value, out.dtype))) return [];
  return [[v.op === 'ReduceMax' ? Math.max(...values) : Math.min(...values)]];
});
define(Object.keys(FOLDS).join(' '), (v, [out]) => {
  const values = v.numbers(0);
  if (!values || values.length === 0 || elements(out.shape as Sizes) !== 1) return [];
  const { dtype } = v.input(0);
  const most = isInteger(dtype) ? 2 ** 53 : (WHOLE_SUMS[dtype ?? ''] ?? 0);
  const fold = computed(dtype, [dtype], (a, b) => {
    const result = FOLDS[v.op](a, b);
    return Number.isInteger(a) && Number.isInteger(b) && Math.abs(result) < most ? result : null;
  });
  return [
    [values.reduce<Value>((whole, value, i) => (i === 0 ? value : whole === null ? null : fold(whole, value)), null)],
  ];
});
