import { isInteger } from './description.js';
import type { Report } from './findings.js';
import type { NodeView } from './node-view.js';
import { isSized, leastElements, oneValue, type TensorFact } from './tensor-fact.js';

/**
 * What can be said against a node from what goes into it.
 *
 * @param loud its sizes are those of a tile, and it will run: whatever the arithmetic leaves open is a fault
 */
export function checkNode(view: NodeView, loud: boolean, report: Report): void {
  checkAttributes(view, report);
  checkSizeSources(view, report);
  checkDivision(view, loud, report);
  if (loud) checkEmpty(view, report);
}

/**
 * Inputs that decide how large the output is, where its size has no bound without them. Of slices, the largest few, and of
 * what is chosen by a condition there is never more than there was.
 */
function sizeInputs({ op, opset }: NodeView): readonly number[] {
  if (op === 'Resize') return opset < 11 ? [1] : [2, 3];
  if (op === 'Pad') return [1, 3];
  if (op.startsWith('Reduce')) return [1];
  return SIZE_INPUTS[op] ?? [];
}
const SIZE_INPUTS: Readonly<Record<string, readonly number[]>> = {
  Expand: [1],
  Tile: [1],
  Upsample: [1],
  Range: [0, 1, 2],
  ConstantOfShape: [0],
  OneHot: [1],
  CenterCropPad: [1],
  AffineGrid: [1],
  MaxUnpool: [2],
  Reshape: [1],
  Squeeze: [1],
  Unsqueeze: [1],
};

/** Does it divide whole numbers by -1, with these sizes? */
export function dividesByMinusOne(view: NodeView): boolean {
  if (!dividesWholeNumbers(view)) return false;
  const divisor = view.input(1);
  return oneValue(divisor) === -1 || divisor.values?.includes(-1) === true;
}

function dividesWholeNumbers(view: NodeView): boolean {
  if (view.op !== 'Div' && !(view.op === 'Mod' && view.int('fmod', 0) === 0)) return false;
  const dtype = view.input(0).dtype ?? view.input(1).dtype;
  return dtype === null || isInteger(dtype);
}

const SAME_AS_FIRST =
  'Scatter ScatterElements ScatterND ReverseSequence Trilu CumSum CumProd Clip PRelu BatchNormalization ' +
  'InstanceNormalization LayerNormalization GroupNormalization RMSNormalization Dropout TopK Slice Split Pad Tile Resize ' +
  'QuantizeLinear DequantizeLinear CastLike';
/** Inputs whose own size decides that of the output; all of them where an operator is not named. */
export const SHAPED_BY: Readonly<Record<string, readonly number[]>> = {
  ...Object.fromEntries(SAME_AS_FIRST.split(' ').map((op) => [op, [0]])),
  GatherElements: [1],
  // a number of axes is known; how long they are does not matter to it
  Shape: [],
  Size: [],
};

/** Sizes that come from voxels cannot be bounded, and tell by memory and time what the voxels are. */
function checkSizeSources(view: NodeView, report: Report): void {
  const index = sizeInputs(view).find((i) => view.has(i) && view.input(i).origin === 'voxels');
  if (index === undefined) return;
  report(
    'model-shape-from-voxels',
    `${view.op} takes the size of its output from the values of the image (input ${index}, "${view.node.inputs[index]}")`,
    view.node.label,
    true,
  );
}

/**
 * A size that cannot be worked out from sizes that could be: it has no bound, and neither has what is made of it. Told
 * where it begins; nodes behind it have nothing to add.
 */
export function checkOutputs(view: NodeView, outputs: readonly TensorFact[], report: Report): void {
  const at = view.node.outputs.findIndex((name, i) => name !== '' && (!outputs[i] || !isSized(outputs[i])));
  if (at < 0 || !view.all().every(isSized)) return;
  const sources = sizeInputs(view).filter((i) => view.has(i) && view.numbers(i) === null);
  if (sources.some((i) => view.input(i).origin === 'voxels')) return; // told of already
  const why =
    sources.length > 0
      ? `takes the size of its output from "${view.node.inputs[sources[0]]}", whose values cannot be worked out exactly before it runs; store them as a constant`
      : `makes "${view.node.outputs[at]}" of a size that cannot be worked out before it runs`;
  report('model-shape-unknown', `${view.op} ${why}`, view.node.label, true);
}

/**
 * The smallest integer divided by -1 is a fault of the processor that no process survives, and so was a division by 0.
 * Networks divide whole numbers for sizes only, by constants or by other sizes; a divisor that is not known is neither.
 */
function checkDivision(view: NodeView, loud: boolean, report: Report): void {
  if (!dividesWholeNumbers(view)) return;
  const divisor = view.input(1);
  const { origin } = divisor;
  const whole = oneValue(divisor);
  const values = whole === null ? divisor.values : [whole];
  const say = (by: string, certain: boolean) =>
    report(
      'model-integer-division',
      `divides whole numbers by ${by}, which can end the process; divide in float32`,
      view.node.label,
      certain,
    );
  if (values?.includes(-1) && (origin === 'constant' || loud)) say('-1', origin === 'constant');
  else if (origin === 'voxels') say('values of the image', true);
  else if (values?.includes(0) && (origin === 'constant' || loud)) say('0', origin === 'constant');
  else if ((values === null || values.includes(null)) && leastElements(divisor.shape) > 0) {
    if (origin === 'constant')
      say('a constant that cannot be worked out exactly, or is too large to be looked at', true);
    else if (loud) say('sizes that cannot be worked out exactly', true);
  }
}

/** Attributes that the runtime divides by without looking. */
const COUNTS: Readonly<Record<string, readonly string[]>> = {
  Conv: ['group'],
  ConvTranspose: ['group'],
  ConvInteger: ['group'],
  QLinearConv: ['group'],
  DeformConv: ['group', 'offset_group'],
  GroupNormalization: ['num_groups'],
  Attention: ['q_num_heads', 'kv_num_heads'],
  DepthToSpace: ['blocksize'],
  SpaceToDepth: ['blocksize'],
};

/** Their squares and products with a size must not overflow. */
const MOST_COUNT = 2 ** 16;
/** Where the runtime compares one flag now with 0, now with 1. */
const FLAGS = ['keepdims', 'noop_with_empty_axes', 'ceil_mode', 'allowzero', 'fmod', 'transA', 'transB'];
/** Windows, their steps and margins: beyond it their sums overflow. */
const WINDOWS = ['kernel_shape', 'strides', 'dilations', 'pads', 'output_padding', 'output_shape'];
const MOST_WINDOW = 2 ** 31;

function checkAttributes(view: NodeView, report: Report): void {
  const wrong = (name: string, got: number, expected: string) =>
    report('model-attribute', `has the attribute "${name}" of ${got}; expected ${expected}`, view.node.label, true);
  for (const name of COUNTS[view.op] ?? []) {
    const count = view.attributeOf(name)?.int ?? 1;
    if (count < 1 || count > MOST_COUNT) wrong(name, count, `1 to ${MOST_COUNT}`);
  }
  for (const name of FLAGS) {
    const flag = view.attributeOf(name)?.int ?? 0;
    if (flag !== 0 && flag !== 1) wrong(name, flag, '0 or 1');
  }
  for (const name of WINDOWS) {
    const far = view.ints(name)?.find((number) => Math.abs(number) > MOST_WINDOW);
    if (far !== undefined) wrong(name, far, `numbers up to ${MOST_WINDOW}`);
  }
  if (view.op === 'Split') {
    const outputs = view.node.outputs.length;
    const parts = view.attributeOf('num_outputs')?.int ?? outputs;
    if (parts !== outputs) wrong('num_outputs', parts, `${outputs}, the number of its outputs`);
  }
  const values = view.node.attributes.size;
  if (view.op === 'Constant' && values !== 1) {
    report('model-attribute', `is a Constant of ${values} values; expected one`, view.node.label, true);
  }
  if ((view.op === 'Cast' && view.int('to', 0) === 8) || (view.op === 'CastLike' && view.input(1).dtype === 'string')) {
    report('model-tensor-type', 'makes strings; numbers and booleans are accepted', view.node.label, true);
  }
}

/** Statistics of nothing, and the largest of it: the runtime reads what is not there, or divides by how much there is. */
function checkEmpty(view: NodeView, report: Report): void {
  const counts = view.op.endsWith('Normalization') || view.op === 'TopK';
  if (!counts || !view.has(0) || leastElements(view.shape(0)) > 0) return;
  report(
    'model-tensor-size',
    `${view.op} reads "${view.node.inputs[0]}" of size [${view.shape(0)!.join(', ')}], which holds nothing`,
    view.node.label,
  );
}
