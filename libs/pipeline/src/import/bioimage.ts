import type { InferenceMode, Layout, Manifest, PostprocessOp, PreprocessOp, Triple } from '../manifest.js';
import { ImportLedger, isList, isNumbers, isObject, present, shortLine, versionOf, word } from './imported.js';
import type { Imported, ImportOptions, Json, JsonObject } from './imported.js';
import { readYaml } from './yaml.js';

/**
 * The manifest of a bioimage.io model from its resource description (`rdf.yaml`, format 0.4 or 0.5; JSON is YAML too).
 * It tells tensors and grey values, but neither spacing nor anatomical orientation: images are taken as they are stored.
 *
 * @throws RangeError when the text is no description that can be read
 */
export function importBioimage(text: string, options: ImportOptions = {}): Imported {
  const rdf = readYaml(text);
  if (!isObject(rdf)) throw new RangeError('rdf.yaml holds no mapping');
  const ledger = new ImportLedger();
  if (rdf.type !== undefined && rdf.type !== 'model')
    ledger.refuse('type', `is ${JSON.stringify(rdf.type)}; expected model`);
  const weights = isObject(rdf.weights) ? rdf.weights : {};
  if (!isObject(weights.onnx))
    ledger.refuse('weights', `has ${Object.keys(weights).join(', ') || 'none'}; expected onnx`);
  const input = onlyOne(rdf, 'inputs', ledger);
  const output = onlyOne(rdf, 'outputs', ledger);
  const inAxes = axesOf(input, 'inputs', ledger);
  const outAxes = axesOf(output, 'outputs', ledger);
  const flat = !inAxes.letters.includes('z');
  const layout = layoutOf(inAxes.letters, 'inputs', ledger);
  const outLayout = layoutOf(outAxes.letters, 'outputs', ledger);
  const inference = inferenceOf(inAxes, flat, ledger);
  const preprocess: PreprocessOp[] = [
    { op: 'orient', axes: 'storedZYX' },
    ...steps(input, 'preprocessing').flatMap((step) => importStep(step, ledger)),
  ];
  const outputs = outAxes.channels ?? 1;
  const { ops, names } = importPostprocess(output, outAxes, outputs, ledger);
  ledger.note(
    'a resource description has no spacing and no orientation: images are used as they are stored, at their own resolution',
  );
  const channels = Array.from({ length: inAxes.channels ?? 1 }, (_, c) => ({
    name: inAxes.channelNames[c] ?? (c === 0 ? 'image' : `channel ${c}`),
  }));

  return ledger.finish((): Manifest => ({
    manifestVersion: 1,
    name: shortLine(rdf.name, 80) ?? 'bioimage.io model',
    version: versionOf(rdf.version),
    ...present({
      licence: shortLine(rdf.license, 64),
      description: shortLine(rdf.description, 1000),
      citation:
        isList(rdf.cite) && isObject(rdf.cite[0]) ? shortLine(rdf.cite[0].doi ?? rdf.cite[0].text, 300) : undefined,
    }),
    ...(options.models && options.models.length > 0
      ? { models: options.models.map((file) => ({ file, weight: 1 })) }
      : {}),
    inputs: [{ tensor: options.inputTensor ?? nameOf(input, 'input'), layout, channels }],
    output: {
      tensor: options.outputTensor ?? nameOf(output, 'output'),
      layout: outLayout,
      meaning: ops.some(({ op }) => op === 'softmax' || op === 'sigmoid') ? 'logits' : 'probabilities',
      channels: outputs,
    },
    preprocess,
    inference,
    postprocess: ops,
    labels: names.map((name, value) => ({ value, name })),
  }));
}

function onlyOne(rdf: JsonObject, key: 'inputs' | 'outputs', ledger: ImportLedger): JsonObject {
  const list = rdf[key];
  const first = isList(list) ? list[0] : undefined;
  if (!isList(list) || list.length !== 1 || !isObject(first)) {
    ledger.refuse(key, `has ${isList(list) ? list.length : 'no'} tensors; expected one`);
    return {};
  }
  return first;
}

function nameOf(tensor: JsonObject, fallback: string): string {
  return shortLine(tensor.id ?? tensor.name, 256) ?? fallback;
}

interface Axes {
  /** As b, c, z, y, x in the order of the tensor. */
  readonly letters: string;
  readonly channels: number | null;
  readonly channelNames: readonly string[];
  /** Of z, y, x: a fixed size, or the smallest and the step of an open one. */
  readonly sizes: Readonly<Record<string, { readonly fixed?: number; readonly step?: number }>>;
}

function axesOf(tensor: JsonObject, where: string, ledger: ImportLedger): Axes {
  const { axes, shape } = tensor;
  const sizes: Record<string, { fixed?: number; step?: number }> = {};
  if (typeof axes === 'string') {
    // 0.4: letters, and a shape of numbers or of { min, step }
    const steps = isObject(shape) && isNumbers(shape.step) ? shape.step : null;
    const fixed = isNumbers(shape) ? shape : isObject(shape) && isNumbers(shape.min) ? shape.min : null;
    [...axes].forEach((letter, n) => {
      if (steps && steps[n] > 0) sizes[letter] = { step: steps[n] };
      else if (fixed) sizes[letter] = { fixed: fixed[n] };
    });
    const offsets = isObject(shape) && isNumbers(shape.offset) ? shape.offset[axes.indexOf('c')] : undefined;
    return {
      letters: axes,
      channels: sizes.c?.fixed ?? (offsets === undefined ? null : 2 * offsets),
      channelNames: [],
      sizes,
    };
  }
  if (!isList(axes)) {
    ledger.refuse(where, 'has no axes');
    return { letters: '', channels: null, channelNames: [], sizes };
  }
  let letters = '';
  let channelNames: string[] = [];
  for (const axis of axes) {
    if (!isObject(axis)) continue;
    const letter = axis.type === 'batch' ? 'b' : axis.type === 'channel' ? 'c' : word(axis.id ?? '?');
    letters += letter;
    if (axis.type === 'channel' && isList(axis.channel_names))
      channelNames = axis.channel_names.map((name) => shortLine(name, 40) ?? 'channel');
    if (typeof axis.size === 'number') sizes[letter] = { fixed: axis.size };
    else if (isObject(axis.size) && typeof axis.size.step === 'number') sizes[letter] = { step: axis.size.step };
  }
  return {
    letters,
    channels: channelNames.length > 0 ? channelNames.length : (sizes.c?.fixed ?? null),
    channelNames,
    sizes,
  };
}

function layoutOf(letters: string, where: string, ledger: ImportLedger): Layout {
  const layouts: Readonly<Record<string, Layout>> = { bczyx: 'NCXYZ', bzyxc: 'NXYZC', bcyx: 'NCXY', byxc: 'NXYC' };
  if (!layouts[letters]) ledger.refuse(where, `axes are "${letters}"; expected bczyx, bzyxc, bcyx or byxc`);
  return layouts[letters] ?? 'NCXYZ';
}

function inferenceOf({ sizes }: Axes, flat: boolean, ledger: ImportLedger): InferenceMode {
  const letters = flat ? ['y', 'x'] : ['z', 'y', 'x'];
  const of = letters.map((letter) => sizes[letter] ?? {});
  const fixed = of.map((size) => size.fixed);
  const tiles = { overlap: 0.5, blend: 'gaussianMonai', pad: { mode: 'mirror', value: 0, align: 'center' } } as const;
  if (fixed.every((n) => n !== undefined)) {
    ledger.note(
      'the size of the input is fixed; tiles overlap by half and are blended with Gaussian weights, which the description leaves open',
    );
    if (flat) return { mode: 'slices', sliceAxis: 0, patch: [fixed[0] as number, fixed[1] as number], ...tiles };
    return { mode: 'sliding', patch: fixed as unknown as Triple<number>, ...tiles };
  }
  const divisor = of.map(({ fixed: n, step }) => step ?? n ?? 1);
  const pad = { mode: 'mirror', value: 0, align: 'end' } as const;
  return flat
    ? { mode: 'slices', sliceAxis: 0, divisor: [divisor[0], divisor[1]], pad }
    : { mode: 'full', divisor: divisor as unknown as Triple<number>, pad };
}

interface Step {
  readonly name: string;
  readonly fields: JsonObject;
}

function steps(tensor: JsonObject, key: 'preprocessing' | 'postprocessing'): Step[] {
  const list = tensor[key];
  if (!isList(list)) return [];
  return list.map((one) => ({
    name: isObject(one) ? word(one.id ?? one.name ?? 'step') : word(one),
    fields: isObject(one) && isObject(one.kwargs) ? one.kwargs : {},
  }));
}

function importStep({ name, fields }: Step, ledger: ImportLedger): PreprocessOp[] {
  const refuse = (reason: string): PreprocessOp[] => {
    ledger.refuse(name, reason);
    return [];
  };
  const numbers = (value: Json | undefined, fallback: number): number | readonly number[] | null =>
    value === undefined || value === null
      ? fallback
      : typeof value === 'number'
        ? value
        : isNumbers(value)
          ? value
          : null;
  switch (name) {
    case 'ensure_dtype':
      return [];
    case 'clip': {
      const { min, max } = fields;
      return typeof min === 'number' && typeof max === 'number'
        ? [{ op: 'clip', lo: min, hi: max }]
        : refuse('min and max: expected two numbers');
    }
    case 'scale_linear': {
      const scale = numbers(fields.gain, 1);
      const offset = numbers(fields.offset, 0);
      return scale === null || offset === null
        ? refuse('gain and offset: expected numbers')
        : [{ op: 'scaleLinear', scale, offset }];
    }
    case 'fixed_zero_mean_unit_variance':
    case 'zero_mean_unit_variance': {
      const fixed = name.startsWith('fixed') || fields.mode === 'fixed' || fields.mean !== undefined;
      if (fields.mode === 'per_dataset')
        return refuse('statistics of a whole dataset are not known while one image is read');
      const eps = typeof fields.eps === 'number' ? fields.eps : 1e-6;
      if (fixed) {
        const mean = numbers(fields.mean, 0);
        const std = numbers(fields.std, 1);
        if (mean === null || std === null) return refuse('mean and std: expected numbers');
        const wider = (value: number): number => (name.startsWith('fixed') ? value : value + eps);
        return [{ op: 'zscore', mean, std: typeof std === 'number' ? wider(std) : std.map(wider) }];
      }
      const perChannel = !axesInclude(fields.axes, 'c');
      ledger.note(`${name} adds eps ${eps} to the deviation; here it is the least deviation`);
      return [{ op: 'zscore', eps, perChannel }];
    }
    case 'scale_range': {
      const low = fields.min_percentile ?? 0;
      const high = fields.max_percentile ?? 100;
      if (low !== 0 || high !== 100)
        return refuse('percentiles without clipping: values beyond them leave the range, which no operation here does');
      ledger.note(`${name} adds eps to the range; here it is left out`);
      return [{ op: 'minmax', out: [0, 1], perChannel: !axesInclude(fields.axes, 'c') }];
    }
    default:
      return refuse('no operation of the manifest does this before the network');
  }
}

function axesInclude(axes: Json | undefined, letter: string): boolean {
  if (typeof axes === 'string') return axes.includes(letter);
  return isList(axes) && axes.some((axis) => axis === letter || axis === 'channel');
}

function importPostprocess(
  output: JsonObject,
  axes: Axes,
  outputs: number,
  ledger: ImportLedger,
): { readonly ops: readonly PostprocessOp[]; readonly names: readonly string[] } {
  const ops: PostprocessOp[] = [];
  let threshold: number | null = null;
  for (const { name, fields } of steps(output, 'postprocessing')) {
    if (name === 'sigmoid') ops.push({ op: 'sigmoid' });
    else if (name === 'softmax') ops.push({ op: 'softmax' });
    else if (name === 'binarize' && typeof fields.threshold === 'number') threshold = fields.threshold;
    else if (name !== 'ensure_dtype') ledger.refuse(name, 'no operation of the manifest does this after the network');
  }
  ops.push({ op: 'invert', order: 1 });
  if (outputs === 1) {
    if (threshold === null) ledger.note('no threshold is given: 0.5 is taken for the only channel');
    ops.push({ op: 'regions', regions: [{ channel: 0, threshold: threshold ?? 0.5, label: 1 }] });
    return { ops, names: ['background', axes.channelNames[0] ?? 'structure'] };
  }
  if (threshold !== null)
    ledger.refuse(
      'binarize',
      `${outputs} channels are cut at ${threshold} each, and nothing says which label wins where they overlap`,
    );
  ops.push({ op: 'argmax' });
  ledger.note(`the ${outputs} channels are taken as background and ${outputs - 1} labels, the highest wins`);
  return {
    ops,
    names: Array.from({ length: outputs }, (_, c) => (c === 0 ? 'background' : (axes.channelNames[c] ?? `label ${c}`))),
  };
}
