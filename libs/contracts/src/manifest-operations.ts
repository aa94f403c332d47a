import { z } from 'zod';

const positive = z.number().positive().finite();
const finite = z.number().finite();
const axisSize = z.number().int().min(1).max(4096);
export const threeSizes = z.tuple([axisSize, axisSize, axisSize]);
export const twoSizes = z.tuple([axisSize, axisSize]);
export const label = z.number().int().min(0).max(65535);
const channel = z.number().int().min(0).max(1023);
const range = z.tuple([finite, finite]);
const oneOrEach = z.union([finite, z.array(finite).min(1).max(64)]);

/** An object that refuses unknown keys and says which it knows. */
export function strict<T extends z.ZodRawShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown ${issue.keys.length > 1 ? 'keys' : 'key'} ${issue.keys.map((key) => `"${key}"`).join(', ')}; expected some of ${known}`
        : undefined,
  });
}

/** Optional, with the default that the platform fills in written into the JSON Schema. The filling is done in `#pipeline`. */
export function or<T extends z.ZodType>(schema: T, byDefault: unknown): z.ZodOptional<T> {
  return schema.optional().meta({ default: byDefault });
}

function unknownName(names: readonly string[]) {
  return (issue: { readonly code?: string }): string | undefined =>
    issue.code === 'invalid_union' ? `unknown operation; expected one of ${names.join(', ')}` : undefined;
}

/** Three letters of the patient, or the axes as they lie in the file. */
export const axes = z
  .string()
  .regex(
    /^(?:[RLAPSI]{3}|stored(?:XYZ|XZY|YXZ|YZX|ZXY|ZYX))$/,
    'expected three letters of R, L, A, P, S, I, or storedXYZ, storedZYX and the like',
  )
  .refine(
    (code) =>
      code.startsWith('stored') ||
      ['RL', 'AP', 'SI'].every((pair) => [...code].filter((letter) => pair.includes(letter)).length === 1),
    { message: 'expected one of R/L, one of A/P and one of S/I, for instance "RAS"' },
  );

const boundary = z.enum(['edge', 'mirror', 'constant']);
const order = z.union([z.literal(0), z.literal(1), z.literal(3)]);
const interpolation = {
  order: or(order, 1),
  boundary: or(boundary, 'edge'),
  boundaryValue: or(finite, 0),
  clamp: z.boolean().optional().describe('default: true for order 3, otherwise false'),
};
const channels = { channels: or(z.union([z.literal('all'), z.array(channel).min(1).max(64)]), 'all') };
const mask = z.union([z.enum(['none', 'nonzero', 'crop']), strict({ above: finite })]);
const perSlice = {
  perSlice: z
    .union([z.literal(0), z.literal(1), z.literal(2)])
    .optional()
    .describe('tensor axis across which slices are taken, each with its own statistics; default: those of the volume'),
};
const nullable = <T extends z.ZodType>(item: T) => z.tuple([item.nullable(), item.nullable(), item.nullable()]);

export const preprocessOp = z.discriminatedUnion(
  'op',
  [
    strict({ op: z.literal('orient'), axes }),
    strict({
      op: z.literal('cropNonzero'),
      threshold: or(finite, 0),
      fillHoles: or(z.boolean(), true),
      combine: or(z.literal('union'), 'union'),
    }),
    strict({
      op: z.literal('cropForeground'),
      threshold: or(finite, 0),
      margin: or(
        z.union([
          z.number().int().min(0).max(4096),
          z.tuple([z.number().int().min(0), z.number().int().min(0), z.number().int().min(0)]),
        ]),
        0,
      ),
    }),
    strict({
      op: z.literal('resample'),
      spacing: nullable(positive),
      grid: or(z.enum(['halfVoxel', 'firstVoxel', 'corner', 'physical']), 'halfVoxel'),
      ...interpolation,
      anisotropy: or(strict({ threshold: or(positive, 3), orderThrough: or(order, 0) }).nullable(), null),
    }),
    strict({
      op: z.literal('resize'),
      size: nullable(axisSize),
      grid: or(z.enum(['halfVoxel', 'corner']), 'halfVoxel'),
      ...interpolation,
    }),
    strict({ op: z.literal('window'), in: range, out: range, clip: or(z.boolean(), true), ...channels }),
    strict({
      op: z.literal('clip'),
      lo: finite.optional(),
      hi: finite.optional(),
      percentiles: z.tuple([z.number().min(0).max(100), z.number().min(0).max(100)]).optional(),
      mask: or(mask, 'none').describe('with percentiles only'),
      ...perSlice,
      ...channels,
    }).refine(
      ({ lo, hi, percentiles, mask: of, perSlice: across }) =>
        percentiles === undefined
          ? lo !== undefined && hi !== undefined && of === undefined && across === undefined
          : lo === undefined && hi === undefined,
      { message: 'expected either lo and hi, or percentiles (with or without mask and perSlice)' },
    ),
    strict({
      op: z.literal('zscore'),
      mean: or(z.union([z.literal('image'), oneOrEach]), 'image'),
      std: or(z.union([z.literal('image'), oneOrEach]), 'image'),
      mask: or(mask, 'none'),
      ddof: or(z.union([z.literal(0), z.literal(1)]), 0),
      eps: or(positive, 1e-8),
      outside: or(z.enum(['keep', 'zero']), 'keep'),
      perChannel: or(z.boolean(), true),
      ...perSlice,
      ...channels,
    }),
    strict({
      op: z.literal('minmax'),
      out: or(range, [0, 1]),
      mask: or(mask, 'none'),
      perChannel: or(z.boolean(), true),
      ...perSlice,
      ...channels,
    }),
    strict({ op: z.literal('scaleLinear'), scale: or(oneOrEach, 1), offset: or(oneOrEach, 0), ...channels }),
    strict({
      op: z.literal('cast'),
      to: z.enum(['float16', 'uint8', 'int8', 'uint16', 'int16', 'int32']),
      rounding: or(z.enum(['truncate', 'rint']), 'truncate'),
      ...channels,
    }),
    strict({ op: z.literal('concatCoordinates'), range: or(z.enum(['unit', 'signed', 'index']), 'unit') }),
  ],
  {
    error: unknownName([
      ...['orient', 'cropNonzero', 'cropForeground', 'resample', 'resize', 'window', 'clip'],
      ...['zscore', 'minmax', 'scaleLinear', 'cast', 'concatCoordinates'],
    ]),
  },
);

const meaning = z.enum(['logits', 'probabilities']);
const common = {
  pad: strict({
    mode: or(boundary, 'constant'),
    value: or(finite, 0),
    align: z.enum(['center', 'end']).optional().describe('default: center for tiles, end for whole volumes and slices'),
  }).optional(),
  padValue: finite.optional().describe('short for pad: { "mode": "constant", "value": … }'),
  mirror: or(z.array(z.union([z.literal(0), z.literal(1), z.literal(2)])).max(3), []),
  accumulate: meaning.optional().describe('default: output.meaning'),
  batch: or(z.number().int().min(1).max(64), 1),
  precision: or(z.literal('auto'), 'auto'),
};
const tiling = {
  overlap: or(z.number().min(0).max(0.95), 0.5),
  tiling: or(z.enum(['fixedStep', 'evenStep']), 'fixedStep'),
  blend: or(z.enum(['constant', 'gaussianMonai', 'gaussianNnunet', 'gaussian']), 'constant'),
  sigma: or(z.number().min(0.01).max(10), 0.125),
};
const slices = {
  sliceAxis: or(z.union([z.literal(0), z.literal(1), z.literal(2)]), 2),
  patch: or(twoSizes.nullable(), null),
  divisor: or(twoSizes, [1, 1]),
};

export const inferenceMode = z.discriminatedUnion(
  'mode',
  [
    strict({ mode: z.literal('sliding'), patch: threeSizes, ...tiling, ...common }),
    strict({ mode: z.literal('full'), divisor: or(threeSizes, [1, 1, 1]), ...common }),
    strict({ mode: z.literal('slices'), ...slices, ...tiling, ...common }),
    strict({ mode: z.literal('stack25d'), context: z.number().int().min(1).max(16), ...slices, ...tiling, ...common }),
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union' ? 'unknown mode; expected one of sliding, full, slices, stack25d' : undefined,
  },
);

const connectivity = z.union([z.literal(6), z.literal(18), z.literal(26)]);
const scope = or(z.enum(['each', 'union']), 'each');
const labels = z.array(label).min(1).max(256).optional().describe('default: all labels but 0');

/** A label as the key of an object: 0 to 65535, without leading zeros. */
const LABEL_KEY = /^(?:0|[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/;

export const regionRule = strict({ channel, threshold: or(finite, 0.5), label });

export const postprocessOp = z.discriminatedUnion(
  'op',
  [
    strict({ op: z.literal('softmax') }),
    strict({ op: z.literal('sigmoid') }),
    strict({
      op: z.literal('invert'),
      order: z
        .union([z.literal(0), z.literal(1)])
        .optional()
        .describe('default: 1 on channel maps, 0 on labels'),
    }),
    strict({
      op: z.literal('argmax'),
      channelToLabel: z.array(label).min(2).max(1024).optional().describe('default: the values of labels, in order'),
    }),
    strict({ op: z.literal('regions'), regions: z.array(regionRule).min(1).max(256) }),
    strict({
      op: z.literal('keepLargest'),
      labels,
      connectivity: or(connectivity, 26),
      scope,
      minVolumeMm3: or(positive.nullable(), null),
    }),
    strict({ op: z.literal('fillHoles'), labels, connectivity: or(connectivity, 6) }),
    strict({
      op: z.literal('removeSmall'),
      labels,
      connectivity: or(connectivity, 26),
      scope,
      minVoxels: z.number().int().min(1).optional(),
      minVolumeMm3: positive.optional(),
    }),
    strict({
      op: z.literal('mapLabels'),
      map: z.record(z.string().regex(LABEL_KEY, 'expected a label, 0 to 65535'), label),
    }),
  ],
  {
    error: unknownName([
      ...['softmax', 'sigmoid', 'invert', 'argmax', 'regions', 'keepLargest', 'fillHoles', 'removeSmall', 'mapLabels'],
    ]),
  },
);
