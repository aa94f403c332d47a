import type { PreprocessOp, Triple } from '../manifest.js';
import type { ImportLedger, Json, JsonObject } from './imported.js';
import { isList, isNumbers, word } from './imported.js';
import { isExpression, keepsValues, keysOf, ofKeys } from './monai-config.js';
import type { MonaiStep } from './monai.js';

/** Fields that say where things are or how they are stored, not what is done. */
export const SILENT = [
  ...['_target_', '_desc_', '_requires_', '_disabled_', '_mode_', 'keys', 'allow_missing_keys', 'dtype', 'meta_keys'],
  ...['meta_key_postfix', 'lazy', 'device'],
];
const UNFIT = 'an expression in Python, which is not evaluated';

/**
 * One transform as operations; what it cannot say is refused in the ledger.
 *
 * @param images   keys of the images that it works on
 * @param channels of the network's input
 */
export function translate(
  { shown, name, fields }: MonaiStep,
  images: readonly string[],
  channels: number,
  ledger: ImportLedger,
): PreprocessOp[] {
  const refuse = (reason: string): PreprocessOp[] => {
    ledger.refuse(shown, reason);
    return [];
  };
  /** Refuses fields that are not looked at, Python, and types that would round grey values. */
  const only = (...known: string[]): boolean => {
    const before = ledger.refused.length;
    const bad = Object.keys(fields).filter(
      (key) => !SILENT.includes(key) && !known.includes(key) && fields[key] !== null,
    );
    const python = known.filter((key) => key !== 'select_fn' && isExpression(fields[key]));
    if (bad.length > 0) refuse(`${bad.join(', ')} not known`);
    if (python.length > 0) refuse(`${python.join(', ')} is ${UNFIT}`);
    if (!keepsValues(fields.dtype)) refuse(`dtype is ${word(fields.dtype)}; expected float32 or wider`);
    return ledger.refused.length === before;
  };
  const keys = keysOf(fields.keys);
  /** A field that may have one value a key, as the images have it. */
  const own = (key: string): Json | undefined => ofKeys(fields[key], keys, (one) => images.includes(one));
  switch (name) {
    case 'Orientation': {
      if (!only('axcodes', 'as_closest_canonical', 'labels')) return [];
      const given = isList(fields.axcodes) ? fields.axcodes.map(word).join('') : fields.axcodes;
      const axes = fields.as_closest_canonical === true ? 'RAS' : given;
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
        ...['pixdim', 'mode', 'padding_mode', 'align_corners', 'diagonal', 'scale_extent', 'recompute_affine'],
        ...['ensure_same_shape', 'min_pixdim', 'max_pixdim'],
      )
        ? spacing(fields, own, refuse)
        : [];
    case 'Resize':
      return only('spatial_size', 'mode', 'align_corners', 'anti_aliasing', 'size_mode')
        ? resize(fields, own, refuse)
        : [];
    case 'ScaleIntensityRange': {
      if (!only('a_min', 'a_max', 'b_min', 'b_max', 'clip')) return [];
      return window(fields, refuse);
    }
    case 'ScaleIntensity': {
      if (!only('minv', 'maxv', 'factor', 'channel_wise')) return [];
      const { minv = 0, maxv = 1, factor = null } = fields;
      if (minv === null && maxv === null)
        return typeof factor === 'number'
          ? [{ op: 'scaleLinear', scale: 1 + factor }]
          : refuse('neither minv and maxv nor factor are numbers');
      if (!isNumbers([minv ?? 0, maxv ?? 1])) return refuse('minv and maxv: expected numbers');
      if (factor !== null) ledger.note(`${shown} has minv or maxv, so factor is not used, as in MONAI`);
      const out = minv === null || maxv === null ? ([0, 1] as const) : ([minv as number, maxv as number] as const);
      if (minv !== 0)
        ledger.note(`${shown} makes of a constant image its value, times minv if given; here it becomes ${out[0]}`);
      return [{ op: 'minmax', out, perChannel: fields.channel_wise === true }];
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
      if (!only('lower', 'upper', 'channel_wise', 'sharpness_factor', 'return_clipping_values')) return [];
      if ((fields.sharpness_factor ?? null) !== null) return refuse('sharpness_factor: soft clipping is not known');
      if (isList(fields.return_clipping_values) || fields.return_clipping_values === true)
        return refuse('return_clipping_values: nothing else than the image is passed on');
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
      if ((Array.isArray(mean) || Array.isArray(std)) && fields.channel_wise !== true)
        return refuse('subtrahend and divisor are lists; expected channel_wise true');
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
        ...['source_key', 'select_fn', 'margin', 'k_divisible', 'allow_smaller', 'channel_indices', 'mode'],
        ...['start_coord_key', 'end_coord_key'],
      )
        ? cropForeground(shown, fields, images, ledger)
        : [];
    default:
      return refuse('no operation of the manifest does this');
  }
}

type Refuse = (reason: string) => PreprocessOp[];
type Own = (key: string) => Json | undefined;

function spacing(fields: JsonObject, own: Own, refuse: Refuse): PreprocessOp[] {
  const { pixdim } = fields;
  const listed = typeof pixdim === 'number' ? [pixdim] : pixdim;
  const [mode, padding] = [own('mode') ?? null, own('padding_mode') ?? null];
  const order = { bilinear: 1, nearest: 0 }[word(mode ?? 'bilinear')] as 0 | 1 | undefined;
  if (!isList(listed) || listed.length === 0 || !listed.every((s) => s === null || typeof s === 'number'))
    return refuse(`pixdim is ${JSON.stringify(pixdim)}; expected three numbers of mm`);
  // fewer numbers than axes: the last one again
  const given = [0, 1, 2].map((axis) => listed[Math.min(axis, listed.length - 1)]);
  if (own('mode') === undefined || order === undefined)
    return refuse(`mode is ${JSON.stringify(fields.mode)}; expected bilinear or nearest`);
  if ((padding ?? 'border') !== 'border' || own('padding_mode') === undefined)
    return refuse(`padding_mode is ${JSON.stringify(fields.padding_mode)}; expected border`);
  if (fields.diagonal === true) return refuse('diagonal turns oblique images; axes are only permuted and flipped here');
  for (const key of ['min_pixdim', 'max_pixdim'])
    if ((fields[key] ?? null) !== null)
      return refuse(`${key}: whether an axis is resampled cannot hang on its spacing here`);
  if (own('scale_extent') !== null && own('scale_extent') !== false)
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

function resize(fields: JsonObject, own: Own, refuse: Refuse): PreprocessOp[] {
  const { spatial_size: size, size_mode: rule = 'all' } = fields;
  if (rule !== 'all') return refuse(`size_mode is ${JSON.stringify(rule)}; expected all`);
  if (own('anti_aliasing') !== null && own('anti_aliasing') !== false) return refuse('anti_aliasing is not known');
  if (!isNumbers(size) || size.length !== 3)
    return refuse(`spatial_size is ${JSON.stringify(size)}; expected three numbers`);
  const [mode, corners] = [own('mode'), own('align_corners')];
  const order = { trilinear: 1, 'nearest-exact': 0 }[word(mode ?? 'area')] as 0 | 1 | undefined;
  if (mode === undefined || order === undefined)
    return refuse(`mode is ${JSON.stringify(fields.mode ?? 'area')}; expected trilinear or nearest-exact`);
  if (corners === undefined) return refuse('align_corners differs between the images; expected one value');
  const target = size.map((n) => (n > 0 ? n : null)) as unknown as Triple<number | null>;
  return [{ op: 'resize', size: target, order, grid: corners === true ? 'corner' : 'halfVoxel' }];
}

function window(fields: JsonObject, refuse: Refuse): PreprocessOp[] {
  const { a_min: from = null, a_max: to = null, b_min: low = null, b_max: high = null } = fields;
  const clip = fields.clip === true;
  if ((low === null) !== (high === null)) return refuse('only one of b_min and b_max is given; expected both or none');
  if (low === null && clip) return refuse('clip without b_min and b_max; expected the limits to clip to');
  const out = [low ?? 0, high ?? 1];
  if (!isNumbers([from, to, ...out]) || from === to)
    return refuse(
      `a ${JSON.stringify([from, to])} to b ${JSON.stringify(out)}; expected numbers, a_min other than a_max`,
    );
  const [a, b] = [from as number, to as number];
  const [c, d] = out as number[];
  if (clip && c > d)
    return refuse(`clip between b_min ${c} and b_max ${d}; expected a smaller number before a larger one`);
  return [{ op: 'window', in: a < b ? [a, b] : [b, a], out: a < b ? [c, d] : [d, c], clip }];
}

function cropForeground(
  shown: string,
  fields: JsonObject,
  images: readonly string[],
  ledger: ImportLedger,
): PreprocessOp[] {
  const refuse: Refuse = (reason) => {
    ledger.refuse(shown, reason);
    return [];
  };
  const rule = /^\$\s*lambda (\w+)\s*:\s*\1\s*>\s*(-?\d+(?:\.\d+)?)$/.exec(
    word(fields.select_fn ?? '$lambda x: x > 0'),
  );
  if (!rule) return refuse('select_fn is Python, which is not evaluated');
  const { margin = 0, k_divisible: multiple = 1, channel_indices: indices = null, source_key: source = null } = fields;
  if (source !== null && (images.length > 1 || source !== images[0]))
    return refuse(`source_key is ${word(source)}; expected the image itself: all of ${images.join(', ')} count here`);
  if (source === null && images.length > 1)
    return refuse(`crops each of ${images.join(', ')} by itself; expected it after ConcatItemsd`);
  if (multiple !== 1 && !(isNumbers(multiple) && multiple.every((k) => k === 1))) return refuse('k_divisible is not 1');
  if (indices !== null) return refuse('channel_indices: all channels count here');
  const wide = typeof margin === 'number' ? [margin, margin, margin] : margin;
  if (!isNumbers(wide) || wide.length !== 3 || wide.some((n) => !Number.isInteger(n) || n < 0))
    return refuse(`margin is ${JSON.stringify(margin)}; expected one whole number or three, 0 or more`);
  if (wide.some((n) => n > 0)) {
    if (fields.allow_smaller === false)
      return refuse('a margin beyond the image is padded there (allow_smaller false) and cut here');
    if (fields.allow_smaller !== true)
      ledger.note(
        `${shown} does not say allow_smaller: its margin ends at the image here, as in MONAI up to 1.4; later versions pad`,
      );
  }
  return [{ op: 'cropForeground', threshold: Number(rule[2]), margin: wide as unknown as Triple<number> }];
}
