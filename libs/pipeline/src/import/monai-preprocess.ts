import type { PreprocessOp, Triple } from '../manifest.js';
import type { ImportLedger, Json, JsonObject } from './imported.js';
import { isList, isNumbers, shortLine, word } from './imported.js';
import { isExpression } from './monai-config.js';
import type { MonaiStep } from './monai.js';

/** Steps that change no value that a network sees. */
const NOTHING = [
  'LoadImage',
  'EnsureChannelFirst',
  'AddChannel',
  'EnsureType',
  'ToTensor',
  'ToDevice',
  'Identity',
  'SelectItems',
  'DeleteItems',
  'AsChannelFirst',
];
/** Fields that say where things are or how they are stored, not what is done. */
const SILENT = [
  '_target_',
  '_desc_',
  '_requires_',
  '_disabled_',
  'keys',
  'allow_missing_keys',
  'dtype',
  'meta_keys',
  'meta_key_postfix',
  'lazy',
  'device',
];
const UNFIT = 'an expression in Python, which is not evaluated';

/** What an image is put through, in MONAI's tensor order (channel, x, y, z of the oriented array). */
export function importPreprocess(
  steps: readonly MonaiStep[],
  inputChannels: number | null,
  knownNames: readonly string[],
  ledger: ImportLedger,
): { readonly ops: readonly PreprocessOp[]; readonly channelNames: readonly string[] } {
  const ops: PreprocessOp[] = [];
  let images = imageKeys(steps);
  let channelNames = [...images];
  for (const [n, step] of steps.entries()) {
    const keys = keysOf(step.fields.keys);
    if (keys.length > 0 && !keys.some((key) => images.includes(key))) {
      if (!NOTHING.includes(step.name) && !keys.every((key) => /label|mask|seg/i.test(key)))
        ledger.refuse(step.shown, `works on ${keys.join(', ')}, which no image of the network is`);
      continue;
    }
    if (NOTHING.includes(step.name)) continue;
    if (step.name === 'ConcatItems') {
      if (images.length === keys.length && images.every((key, n) => key === keys[n])) {
        channelNames = keys;
        images = [word(step.fields.name ?? 'image')];
      } else
        ledger.refuse(
          step.shown,
          `joins ${keys.join(', ')}; expected all images, ${images.join(', ')}, in the order in which they are loaded`,
        );
      continue;
    }
    if (images.some((key) => !keys.includes(key)) && keys.length > 0)
      ledger.refuse(step.shown, `works on ${keys.join(', ')} only, not on all of ${images.join(', ')}`);
    const before = ledger.refused.length;
    ops.push(...translate(step, inputChannels ?? channelNames.length, ledger));
    // what an unknown step made goes on under another key: later steps are not to blame
    const made = ledger.refused.length > before ? outputKey(step, steps.slice(n + 1), images) : undefined;
    if (made !== undefined) images = [made];
  }
  if (images.length > 1)
    ledger.refuse(
      'preprocessing',
      `ends with ${images.length} images, ${images.join(', ')}; expected ConcatItemsd to join them`,
    );
  if (!ops.some(({ op }) => op === 'orient')) {
    ops.unshift({ op: 'orient', axes: 'storedXYZ' });
    ledger.note(
      'no Orientationd: axes stay as they are stored (storedXYZ), so images must be stored as the training images were',
    );
  }
  const wanted = inputChannels ?? channelNames.length;
  if (channelNames.length !== wanted) {
    const named = knownNames.length === wanted ? knownNames : Array.from({ length: wanted }, (_, c) => `channel ${c}`);
    if (wanted > 1) ledger.note(`the ${wanted} channels are given as one image each: ${named.join(', ')}`);
    channelNames = [...named];
  } else if (wanted === 1 && knownNames.length === 1) channelNames = [...knownNames];
  return { ops, channelNames: channelNames.map((name) => shortLine(name, 40) ?? 'image') };
}

function imageKeys(steps: readonly MonaiStep[]): string[] {
  const load = steps.find(({ name }) => name === 'LoadImage');
  const keys = keysOf(load?.fields.keys).filter((key) => !/label|mask|seg/i.test(key));
  return keys.length > 0 ? keys : ['image'];
}

/** A text in the fields of a step that later steps use as a key, and that is no image yet. */
function outputKey({ fields }: MonaiStep, later: readonly MonaiStep[], images: readonly string[]): string | undefined {
  const used = later.flatMap((step) => keysOf(step.fields.keys));
  return keysOf(Object.values(fields)).find((key) => used.includes(key) && !images.includes(key));
}

function keysOf(value: Json | undefined): string[] {
  const list = isList(value) ? value : [value];
  return list.filter((key): key is string => typeof key === 'string');
}

function translate({ shown, name, fields }: MonaiStep, channels: number, ledger: ImportLedger): PreprocessOp[] {
  const refuse = (reason: string): PreprocessOp[] => {
    ledger.refuse(shown, reason);
    return [];
  };
  /** Refuses fields that are not looked at, and Python. */
  const only = (...known: string[]): boolean => {
    const bad = Object.keys(fields).filter((key) => !SILENT.includes(key) && !known.includes(key));
    const python = known.filter((key) => key !== 'select_fn' && isExpression(fields[key]));
    if (bad.length > 0) refuse(`${bad.join(', ')} not known`);
    if (python.length > 0) refuse(`${python.join(', ')} is ${UNFIT}`);
    return bad.length === 0 && python.length === 0;
  };
  switch (name) {
    case 'Orientation': {
      if (!only('axcodes', 'as_closest_canonical', 'labels')) return [];
      const axes = fields.as_closest_canonical === true ? 'RAS' : fields.axcodes;
      if (
        fields.labels !== undefined &&
        fields.labels !== null &&
        JSON.stringify(fields.labels) !== '[["L","R"],["P","A"],["I","S"]]'
      ) {
        return refuse('labels are not L/R, P/A, I/S');
      }
      return typeof axes === 'string' && /^[RLAPSI]{3}$/.test(axes)
        ? [{ op: 'orient', axes }]
        : refuse(`axcodes is ${JSON.stringify(axes)}; expected three letters`);
    }
    case 'Spacing':
      return only(
        'pixdim',
        'mode',
        'padding_mode',
        'align_corners',
        'diagonal',
        'scale_extent',
        'recompute_affine',
        'ensure_same_shape',
      )
        ? spacing(fields, refuse)
        : [];
    case 'Resize':
      return only('spatial_size', 'mode', 'align_corners', 'anti_aliasing', 'size_mode') ? resize(fields, refuse) : [];
    case 'ScaleIntensityRange': {
      if (!only('a_min', 'a_max', 'b_min', 'b_max', 'clip')) return [];
      const { a_min: low, a_max: high, b_min: outLow = 0, b_max: outHigh = 1, clip = false } = fields;
      const out = [outLow ?? 0, outHigh ?? 1];
      if (!isNumbers([low ?? null, high ?? null, ...out]) || low === high)
        return refuse(
          `a ${JSON.stringify([low, high])} to b ${JSON.stringify(out)}; expected numbers, a_min below a_max`,
        );
      return [
        {
          op: 'window',
          in: [low as number, high as number],
          out: [out[0] as number, out[1] as number],
          clip: clip === true,
        },
      ];
    }
    case 'ScaleIntensity': {
      if (!only('minv', 'maxv', 'factor', 'channel_wise')) return [];
      const { minv = 0, maxv = 1, factor } = fields;
      if (typeof minv === 'number' && typeof maxv === 'number')
        return [{ op: 'minmax', out: [minv, maxv], perChannel: fields.channel_wise === true }];
      return typeof factor === 'number'
        ? [{ op: 'scaleLinear', scale: 1 + factor }]
        : refuse('neither minv and maxv nor factor are numbers');
    }
    case 'ScaleIntensityRangePercentiles': {
      if (!only('lower', 'upper', 'b_min', 'b_max', 'clip', 'relative', 'channel_wise')) return [];
      const { lower, upper, b_min: low, b_max: high } = fields;
      if (fields.clip !== true) return refuse('without clip it stretches beyond the percentiles; expected clip true');
      if (fields.relative === true) return refuse('relative percentiles are not known');
      if (channels > 1 && fields.channel_wise !== true)
        return refuse('percentiles over several channels together; expected channel_wise true');
      if (!isNumbers([lower ?? null, upper ?? null, low ?? null, high ?? null]))
        return refuse('lower, upper, b_min, b_max: expected four numbers');
      return [
        { op: 'clip', percentiles: [lower as number, upper as number] },
        { op: 'minmax', out: [low as number, high as number] },
      ];
    }
    case 'ClipIntensityPercentiles': {
      if (!only('lower', 'upper', 'channel_wise', 'sharpness_factor') || (fields.sharpness_factor ?? null) !== null)
        return refuse('soft clipping is not known');
      if (channels > 1 && fields.channel_wise !== true)
        return refuse('percentiles over several channels together; expected channel_wise true');
      if (!isNumbers([fields.lower ?? 0, fields.upper ?? 100])) return refuse('lower and upper: expected two numbers');
      return [{ op: 'clip', percentiles: [(fields.lower ?? 0) as number, (fields.upper ?? 100) as number] }];
    }
    case 'NormalizeIntensity': {
      if (!only('subtrahend', 'divisor', 'nonzero', 'channel_wise')) return [];
      const part = (value: Json | undefined): 'image' | number | readonly number[] | null => {
        if (value === undefined || value === null) return 'image';
        return typeof value === 'number' ? value : isNumbers(value) ? value : null;
      };
      const mean = part(fields.subtrahend);
      const std = part(fields.divisor);
      if (mean === null || std === null) return refuse('subtrahend and divisor: expected numbers');
      const one = (value: number): number => (value === 0 ? 1 : value);
      return [
        {
          op: 'zscore',
          mean,
          std: typeof std === 'number' ? one(std) : std === 'image' ? std : std.map(one),
          mask: fields.nonzero === true ? 'nonzero' : 'none',
          perChannel: fields.channel_wise === true,
        },
      ];
    }
    case 'CropForeground':
      return only(
        'source_key',
        'select_fn',
        'margin',
        'k_divisible',
        'allow_smaller',
        'channel_indices',
        'mode',
        'start_coord_key',
        'end_coord_key',
      )
        ? cropForeground(fields, refuse)
        : [];
    case 'CastToType':
      return refuse('a cast to another type between steps; leave it out, or write the manifest by hand with "cast"');
    default:
      return refuse('no operation of the manifest does this');
  }
}

function spacing(fields: JsonObject, refuse: (reason: string) => PreprocessOp[]): PreprocessOp[] {
  const { pixdim, padding_mode: padding = 'border' } = fields;
  const given = typeof pixdim === 'number' ? [pixdim, pixdim, pixdim] : pixdim;
  const mode = isList(fields.mode) ? fields.mode[0] : (fields.mode ?? 'bilinear');
  const order = { bilinear: 1, nearest: 0 }[word(mode)] as 0 | 1 | undefined;
  if (!isList(given) || given.length !== 3 || !given.every((s) => s === null || typeof s === 'number'))
    return refuse(`pixdim is ${JSON.stringify(pixdim)}; expected three numbers of mm`);
  if (order === undefined) return refuse(`mode is ${JSON.stringify(mode)}; expected bilinear or nearest`);
  if ((isList(padding) ? padding[0] : padding) !== 'border')
    return refuse(`padding_mode is ${JSON.stringify(padding)}; expected border`);
  if (fields.diagonal === true) return refuse('diagonal turns oblique images; axes are only permuted and flipped here');
  if (fields.scale_extent === true)
    return refuse('scale_extent keeps the ratio of spacings, not of sizes: none of our grids is the same');
  return [
    {
      op: 'resample',
      spacing: given.map((s) => (typeof s === 'number' && s > 0 ? s : null)) as unknown as Triple<number | null>,
      order,
      grid: 'firstVoxel',
    },
  ];
}

function resize(fields: JsonObject, refuse: (reason: string) => PreprocessOp[]): PreprocessOp[] {
  const { spatial_size: size, mode = 'area', size_mode: rule = 'all' } = fields;
  if (rule !== 'all') return refuse(`size_mode is ${JSON.stringify(rule)}; expected all`);
  if (fields.anti_aliasing === true) return refuse('anti_aliasing is not known');
  if (!isNumbers(size) || size.length !== 3)
    return refuse(`spatial_size is ${JSON.stringify(size)}; expected three numbers`);
  const order = { trilinear: 1, 'nearest-exact': 0 }[word(isList(mode) ? mode[0] : mode)] as 0 | 1 | undefined;
  if (order === undefined) return refuse(`mode is ${JSON.stringify(mode)}; expected trilinear or nearest-exact`);
  const target = size.map((n) => (n > 0 ? n : null)) as unknown as Triple<number | null>;
  return [{ op: 'resize', size: target, order, grid: fields.align_corners === true ? 'corner' : 'halfVoxel' }];
}

function cropForeground(fields: JsonObject, refuse: (reason: string) => PreprocessOp[]): PreprocessOp[] {
  const rule = /^\$\s*lambda (\w+)\s*:\s*\1\s*>\s*(-?\d+(?:\.\d+)?)$/.exec(
    word(fields.select_fn ?? '$lambda x: x > 0'),
  );
  if (!rule) return refuse('select_fn is Python, which is not evaluated');
  const { margin = 0, k_divisible: multiple = 1, channel_indices: indices = null } = fields;
  if (multiple !== 1 && !(isNumbers(multiple) && multiple.every((k) => k === 1))) return refuse('k_divisible is not 1');
  if (indices !== null) return refuse('channel_indices: all channels count here');
  const margins =
    typeof margin === 'number'
      ? margin
      : isNumbers(margin) && margin.length === 3
        ? (margin as unknown as Triple<number>)
        : null;
  if (margins === null) return refuse('margin: expected one number or three');
  if (margins !== 0 && fields.allow_smaller === false)
    return refuse('a margin beyond the image is padded there (allow_smaller false) and cut here');
  return [{ op: 'cropForeground', threshold: Number(rule[2]), margin: margins }];
}
