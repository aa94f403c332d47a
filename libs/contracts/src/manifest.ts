import { z } from 'zod';
import type { Manifest } from '#pipeline';
import { line, text, version } from './primitives.js';

const positive = z.number().positive().finite();
const axisSize = z.number().int().min(1).max(4096);
const threeSizes = z.tuple([axisSize, axisSize, axisSize]);
const tensorName = line(256);

/** Six letters fix three axes: one of R/L, one of A/P, one of S/I, in any order. */
const axes = z
  .string()
  .regex(/^[RLAPSI]{3}$/, 'expected three letters of R, L, A, P, S, I')
  .refine((code) => ['RL', 'AP', 'SI'].every((pair) => [...code].filter((letter) => pair.includes(letter)).length === 1), {
    message: 'expected one of R/L, one of A/P and one of S/I, for instance "RAS"',
  });

const orient = z.strictObject({ op: z.literal('orient'), axes });
const resample = z.strictObject({
  op: z.literal('resample'),
  spacing: z.tuple([positive.nullable(), positive.nullable(), positive.nullable()]),
  order: z.union([z.literal(0), z.literal(1)]).default(1),
  grid: z.enum(['halfVoxel', 'firstVoxel']).default('halfVoxel'),
});
const range = z.tuple([z.number().finite(), z.number().finite()]);
const window = z.strictObject({ op: z.literal('window'), in: range, out: range, clip: z.boolean().default(true) });

const full = z.strictObject({
  mode: z.literal('full'),
  divisor: threeSizes.default([1, 1, 1]),
  padValue: z.number().finite().default(0),
});
const sliding = z.strictObject({
  mode: z.literal('sliding'),
  patch: threeSizes,
  overlap: z.number().min(0).max(0.95).default(0.5),
  blend: z.enum(['constant', 'gaussian']).default('constant'),
  padValue: z.number().finite().default(0),
});

const label = z.strictObject({ value: z.number().int().min(0).max(65535), name: line(64) });

/** `voxelmark.json`, manifest version 1, as far as the platform executes it today. Unknown keys are refused. */
export const manifest = z.strictObject({
  manifestVersion: z.literal(1),
  name: line(80),
  version,
  licence: line(64).optional(),
  citation: line(300).optional(),
  description: text(4000).optional(),
  trainedOn: z.array(line(120)).max(20).optional(),
  task: z.literal('semantic').default('semantic'),
  inputs: z.tuple([
    z.strictObject({
      tensor: tensorName,
      layout: z.literal('NCXYZ').default('NCXYZ'),
      dtype: z.literal('float32').default('float32'),
      channels: z.tuple([
        z.strictObject({ name: line(40), modality: line(16).optional(), units: line(16).optional() }),
      ]),
    }),
  ]),
  output: z.strictObject({
    tensor: tensorName,
    layout: z.literal('NCXYZ').default('NCXYZ'),
    meaning: z.enum(['logits', 'probabilities']),
  }),
  preprocess: z.array(z.discriminatedUnion('op', [orient, resample, window])).min(1).max(16),
  inference: z.discriminatedUnion('mode', [full, sliding]),
  postprocess: z
    .array(
      z.discriminatedUnion('op', [
        z.strictObject({ op: z.literal('softmax') }),
        z.strictObject({ op: z.literal('invert'), order: z.union([z.literal(0), z.literal(1)]).default(1) }),
        z.strictObject({ op: z.literal('argmax') }),
      ]),
    )
    .min(2)
    .max(8),
  labels: z.array(label).min(2).max(256),
}) satisfies z.ZodType<Manifest>;
