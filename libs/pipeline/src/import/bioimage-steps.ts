import type { PostprocessOp, PreprocessOp } from '../manifest.js';
import type { Axes } from './bioimage-axes.js';
import type { ImportLedger, Json, JsonObject } from './imported.js';
import { isList, isNumbers, isObject, word } from './imported.js';

interface Step {
  readonly name: string;
  readonly fields: JsonObject;
}

function stepsOf(tensor: JsonObject, key: 'preprocessing' | 'postprocessing', ledger: ImportLedger): Step[] {
  const list = tensor[key] ?? [];
  if (!isList(list)) {
    ledger.refuse(key, `is ${word(list).slice(0, 80)}; expected a list of steps`);
    return [];
  }
  return list.map((one) => {
    if (isObject(one)) ledger.noteUnknown(`a step of ${key}`, one, ['id', 'name', 'kwargs', 'description']);
    return {
      name: isObject(one) ? word(one.id ?? one.name ?? 'step') : word(one),
      fields: isObject(one) && isObject(one.kwargs) ? one.kwargs : {},
    };
  });
}

/** Type of the values of a tensor: `data_type` in format 0.4, `data.type` in 0.5. */
function typeOf({ data_type: old, data }: JsonObject): string {
  const first = isList(data) ? data[0] : data;
  return word((isObject(first) ? first.type : undefined) ?? old ?? 'float32');
}

const INTEGERS = ['uint8', 'int8', 'uint16', 'int16', 'int32'] as const;
type Integer = (typeof INTEGERS)[number];
/** Beyond every float32 that occurs, for a limit that is not there. */
const FURTHEST = 3.4028234e38;

/** What is done to grey values, and the type of the tensor that the network takes in the end. */
export function importSteps(
  input: JsonObject,
  axes: Axes,
  ledger: ImportLedger,
): { readonly ops: readonly PreprocessOp[]; readonly dtype: 'float32' | 'float16' } {
  const steps = stepsOf(input, 'preprocessing', ledger);
  const last = steps.at(-1);
  const stored = typeOf(input);
  const fed = last?.name === 'ensure_dtype' ? word(last.fields.dtype) : stored;
  const ops = steps.flatMap((step) => importStep(step, axes, step === last, ledger));
  if (fed !== 'float32' && fed !== 'float16')
    ledger.refuse('data type', `the network takes ${fed}; expected float32 or float16`);
  else if (stored !== fed)
    ledger.note(`grey values are taken as they are in the file, not cast to ${stored} before the first step`);
  return { ops, dtype: fed === 'float16' ? 'float16' : 'float32' };
}

function importStep({ name, fields }: Step, axes: Axes, last: boolean, ledger: ImportLedger): PreprocessOp[] {
  const refuse = (reason: string): PreprocessOp[] => {
    ledger.refuse(name, reason);
    return [];
  };
  const only = (...known: string[]): boolean => {
    const bad = Object.keys(fields).filter((key) => !known.includes(key) && fields[key] !== null);
    if (bad.length > 0) refuse(`${bad.join(', ')} not known`);
    return bad.length === 0;
  };
  const channelwise = axisIs(fields.axis, 'c') || (fields.axes !== undefined && !namesOf(fields.axes)?.includes('c'));
  /** One number, or one a channel; a list of one is one number. */
  const numbers = (value: Json | undefined, fallback: number): number | readonly number[] | null => {
    if (value === undefined || value === null) return fallback;
    if (typeof value === 'number') return value;
    if (!isNumbers(value) || value.length === 0) return null;
    return value.length === 1 ? value[0] : channelwise ? value : null;
  };
  const listed = 'expected one number, or a list along the axis of channels';
  switch (name) {
    case 'ensure_dtype': {
      if (!only('dtype')) return [];
      const to = word(fields.dtype);
      if (to === 'float32' || to === 'float64' || last) return [];
      if (to === 'float16') return [{ op: 'cast', to }];
      if (!INTEGERS.includes(to as Integer))
        return refuse(`dtype is ${to}; expected ${INTEGERS.join(', ')} or a float`);
      ledger.note(`${name} to ${to}: values beyond its range are cut to it here, and wrap around there`);
      return [{ op: 'cast', to: to as Integer }];
    }
    case 'clip': {
      if (!only('min', 'max', 'min_percentile', 'max_percentile', 'axes')) return [];
      const { min = null, max = null, min_percentile: low = null, max_percentile: high = null } = fields;
      if (isNumbers([min ?? 0, max ?? 0]) && low === null && high === null && (min ?? max) !== null)
        return [{ op: 'clip', lo: (min as number | null) ?? -FURTHEST, hi: (max as number | null) ?? FURTHEST }];
      if (!isNumbers([low ?? 0, high ?? 100]) || min !== null || max !== null || (low ?? high) === null)
        return refuse('min and max: expected numbers, or percentiles in place of both');
      const together = jointly(fields.axes, axes);
      if (typeof together === 'string') return refuse(together);
      const { perChannel, ...slices } = together;
      if (!perChannel && axes.channels !== 1)
        return refuse('percentiles over several channels together; expected axes without the channel');
      return [{ op: 'clip', percentiles: [(low as number | null) ?? 0, (high as number | null) ?? 100], ...slices }];
    }
    case 'scale_linear': {
      if (!only('gain', 'offset', 'axis', 'axes')) return [];
      const scale = numbers(fields.gain, 1);
      const offset = numbers(fields.offset, 0);
      return scale === null || offset === null
        ? refuse(`gain and offset: ${listed}`)
        : [{ op: 'scaleLinear', scale, offset }];
    }
    case 'fixed_zero_mean_unit_variance':
    case 'zero_mean_unit_variance': {
      if (!only('mode', 'mean', 'std', 'eps', 'axis', 'axes')) return [];
      const always = name.startsWith('fixed');
      const mode = word(fields.mode ?? (always || (fields.mean ?? null) !== null ? 'fixed' : 'per_sample'));
      if (mode !== 'fixed' && mode !== 'per_sample')
        return refuse(`mode is ${mode}; expected per_sample or fixed: other images are not known while one is read`);
      const eps = typeof fields.eps === 'number' ? fields.eps : 1e-6;
      if (mode === 'fixed') {
        const mean = numbers(fields.mean, 0);
        const std = numbers(fields.std, 1);
        if (mean === null || std === null) return refuse(`mean and std: ${listed}`);
        const wider = (value: number): number => (always ? value : value + eps);
        return [{ op: 'zscore', mean, std: typeof std === 'number' ? wider(std) : std.map(wider) }];
      }
      const together = jointly(fields.axes, axes);
      if (typeof together === 'string') return refuse(together);
      ledger.note(`${name} adds eps ${eps} to the deviation; here it is the least deviation`);
      return [{ op: 'zscore', eps, ...together }];
    }
    case 'scale_range': {
      if (!only('mode', 'axes', 'min_percentile', 'max_percentile', 'eps', 'reference_tensor')) return [];
      if ((fields.mode ?? 'per_sample') !== 'per_sample')
        return refuse(`mode is ${word(fields.mode)}; expected per_sample`);
      if ((fields.reference_tensor ?? null) !== null)
        return refuse('reference_tensor: an image has no other to be scaled by');
      if ((fields.min_percentile ?? 0) !== 0 || (fields.max_percentile ?? 100) !== 100)
        return refuse('percentiles without clipping: values beyond them leave the range, which no operation here does');
      const together = jointly(fields.axes, axes);
      if (typeof together === 'string') return refuse(together);
      ledger.note(`${name} adds eps to the range; here it is left out`);
      return [{ op: 'minmax', out: [0, 1], ...together }];
    }
    default:
      return refuse('no operation of the manifest does this before the network');
  }
}

/** Axes as letters, from "cyx" or ["channel", "y", "x"]; null when it is neither. */
function namesOf(axes: Json | undefined): readonly string[] | null {
  const names = typeof axes === 'string' ? [...axes] : isList(axes) ? axes.map(word) : null;
  return names && names.map((name) => (name === 'channel' ? 'c' : name === 'batch' ? 'b' : name));
}

function axisIs(axis: Json | undefined, letter: string): boolean {
  return namesOf(isList(axis) ? axis : [axis ?? null])?.join('') === letter;
}

/**
 * Over which values statistics are taken: all of an image when `axes` is left out, else those along these axes together.
 * The image of a 2D network is a slice. Images lie as they are stored, z being tensor axis 0.
 *
 * @returns a reason when those are not the values of the volume or of a slice, of all channels or of each
 */
function jointly(
  given: Json | undefined,
  axes: Axes,
): { readonly perChannel: boolean; readonly perSlice?: 0 | 1 | 2 } | string {
  const flat = !axes.letters.includes('z');
  if (given === undefined || given === null) return { perChannel: false, ...(flat ? { perSlice: 0 } : {}) };
  const names = namesOf(given);
  const odd = names?.filter((name) => !axes.letters.includes(name));
  if (!names || !odd || odd.length > 0) return `axes is ${JSON.stringify(given)}; expected axes of the input`;
  const missing = ['z', 'y', 'x'].filter((letter) => !names.includes(letter));
  if (missing.length > 1) {
    return `statistics are taken for each index along ${missing.join(', ')} there; here they are those of the volume or of its slices`;
  }
  const [across] = missing;
  const perChannel = !names.includes('c');
  return across ? { perChannel, perSlice: 'zyx'.indexOf(across) as 0 | 1 | 2 } : { perChannel };
}

export interface Decided {
  readonly ops: readonly PostprocessOp[];
  /** One a label, background first. */
  readonly names: readonly string[];
  readonly meaning: 'logits' | 'probabilities';
  readonly dtype: 'float32' | 'float16';
}

/** From channels to labels. */
export function importOutput(output: JsonObject, axes: Axes, outputs: number, ledger: ImportLedger): Decided {
  const ops: PostprocessOp[] = [];
  let threshold: number | null = null;
  const steps = stepsOf(output, 'postprocessing', ledger).filter(({ name }) => name !== 'ensure_dtype');
  for (const { name, fields } of steps) {
    const refuse = (reason: string): void => ledger.refuse(name, reason);
    const odd = Object.keys(fields).filter((key) => key !== 'axis' && !(name === 'binarize' && key === 'threshold'));
    if (!['sigmoid', 'softmax', 'binarize'].includes(name))
      refuse('no operation of the manifest does this after the network');
    else if (odd.length > 0) refuse(`${odd.join(', ')} not known`);
    else if ((fields.axis ?? null) !== null && !axisIs(fields.axis, 'c'))
      refuse(`axis is ${JSON.stringify(fields.axis)}; expected that of the channels`);
    else if (threshold !== null) refuse('after binarize; expected before it');
    else if (name !== 'binarize') ops.push({ op: name as 'sigmoid' | 'softmax' });
    else if (typeof fields.threshold === 'number') threshold = fields.threshold;
    else refuse(`threshold is ${JSON.stringify(fields.threshold)}; expected a number`);
  }
  const type = typeOf(output);
  const float = type === 'float32' || type === 'float16';
  if (!float && steps.length === 0)
    ledger.refuse('data type', `the network gives ${type}; expected float32 or float16, channel by channel`);
  else if (!float) ledger.note(`the output is ${type} after its last step: of the network itself float32 is assumed`);
  const shared = {
    meaning: ops.length > 0 ? 'logits' : 'probabilities',
    dtype: type === 'float16' && steps.length === 0 ? 'float16' : 'float32',
  } as const;
  ops.push({ op: 'invert', order: 1 });
  if (outputs === 1) {
    if (threshold === null) ledger.note('no threshold is given: 0.5 is taken for the only channel');
    ops.push({ op: 'regions', regions: [{ channel: 0, threshold: threshold ?? 0.5, label: 1 }] });
    return { ...shared, ops, names: ['background', axes.channelNames[0] ?? 'structure'] };
  }
  if (threshold !== null)
    ledger.refuse(
      'binarize',
      `${outputs} channels are cut at ${threshold} each, and nothing says which label wins where they overlap`,
    );
  if (ops.some(({ op }) => op === 'sigmoid'))
    ledger.refuse(
      'sigmoid',
      `${outputs} channels are activated each by itself, and nothing says which is background or wins where they overlap`,
    );
  ops.push({ op: 'argmax' });
  ledger.note(`the ${outputs} channels are taken as background and ${outputs - 1} labels, the highest wins`);
  const names = Array.from({ length: outputs }, (_, c) =>
    c === 0 ? 'background' : (axes.channelNames[c] ?? `label ${c}`),
  );
  return { ...shared, ops, names };
}
