import { z } from 'zod';
import { expandManifest, type ExpandedManifest, type Manifest, type NnunetProfile } from '#pipeline';
import {
  axes,
  inferenceMode,
  label,
  or,
  postprocessOp,
  preprocessOp,
  regionRule,
  strict,
} from './manifest-operations.js';
import { line, sha256, text, version } from './primitives.js';

/** A manifest is at most this long, in bytes of UTF-8. */
export const MAX_MANIFEST_BYTES = 64 * 1024;
/** Key of an ONNX file's metadata_props under which the manifest may travel inside the file. */
export const MANIFEST_METADATA_KEY = 'voxelmark.manifest';

const tensorName = line(256);
const layout = z
  .enum(['NCXYZ', 'NXYZC', 'NCXY', 'NXYC'])
  .optional()
  .describe('default: NCXYZ; NCXY where inference is by slices');
const dtype = or(z.enum(['float32', 'float16']), 'float32');
const outputLayout = z
  .enum(['NCXYZ', 'NXYZC', 'NCXY', 'NXYC', 'NXYZ', 'NXY'])
  .optional()
  .describe('default: as for the input; NXYZ or NXY for labels');
const outputType = z
  .enum(['float32', 'float16', 'int64', 'int32', 'uint8'])
  .optional()
  .describe('default: float32; int64 for labels');
const fileName = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$/, 'expected a plain file name, without a folder');

/** What both forms of the file share. */
const about = {
  $schema: z.string().max(300).optional(),
  manifestVersion: z.literal(1),
  name: line(80),
  version,
  licence: line(64).optional(),
  citation: line(300).optional(),
  description: text(4000).optional(),
  intendedUse: text(2000).optional(),
  limits: text(2000).optional(),
  trainedOn: z.array(line(120)).max(20).optional(),
  task: or(z.literal('semantic'), 'semantic'),
  models: z
    .array(strict({ file: fileName, sha256: sha256.optional(), weight: or(z.number().positive().finite(), 1) }))
    .min(1)
    .max(16)
    .optional(),
  ensemble: strict({
    average: z.enum(['logits', 'probabilities']).optional().describe('default: inference.accumulate'),
  }).optional(),
  inputs: z.tuple([
    strict({
      tensor: tensorName,
      layout,
      dtype,
      channels: z
        .array(
          strict({
            name: line(40),
            modality: line(16).optional(),
            units: line(16).optional(),
            required: or(z.literal(true), true),
          }),
        )
        .min(1)
        .max(16),
    }),
  ]),
  output: strict({
    tensor: tensorName,
    layout: outputLayout,
    dtype: outputType,
    meaning: z.enum(['logits', 'probabilities', 'labels']),
    channels: z.number().int().min(1).max(1024).optional().describe('default: as many as argmax or regions speak of'),
  }),
  labels: z
    .array(
      strict({
        value: label,
        name: line(64),
        code: strict({ scheme: line(16), value: line(64), meaning: line(64) }).optional(),
      }),
    )
    .min(2)
    .max(256),
  conformance: strict({ image: fileName, expected: fileName, minDice: or(z.number().min(0).max(1), 0.999) }).optional(),
};

const number = z.number().finite();
const written = strict({
  profile: z.literal('none').optional(),
  ...about,
  preprocess: z.array(preprocessOp).min(1).max(32),
  inference: inferenceMode,
  postprocess: z.array(postprocessOp).min(2).max(32),
});

const nnunetIntensity = z.discriminatedUnion('scheme', [
  strict({ scheme: z.literal('CTNormalization'), mean: number, std: z.number().positive(), lo: number, hi: number }),
  strict({ scheme: z.literal('ZScoreNormalization'), useMask: or(z.boolean(), false) }),
  strict({ scheme: z.literal('RescaleTo01Normalization') }),
  strict({ scheme: z.literal('RGBTo01Normalization') }),
  strict({ scheme: z.literal('NoNormalization') }),
]);
const nnunet = strict({
  profile: z.literal('nnunet-v2'),
  ...about,
  axes: or(axes, 'storedZYX'),
  spacing: z.array(z.number().positive().finite()).min(2).max(3),
  patch: z.array(z.number().int().min(1).max(4096)).min(2).max(3),
  intensity: z.union([nnunetIntensity, z.array(nnunetIntensity).min(1).max(16)]),
  mirror: or(z.array(z.union([z.literal(0), z.literal(1), z.literal(2)])).max(3), []),
  overlap: or(z.number().min(0).max(0.95), 0.5),
  regions: z.array(regionRule).min(1).max(256).optional(),
}).refine(({ spacing, patch }) => spacing.length === 3 || patch.length === 2, {
  path: ['spacing'],
  message: 'expected three numbers for a patch of three',
});

/** `voxelmark.json` as authors write it. Unknown keys are refused. Its JSON Schema is published as docs/manifest.schema.json. */
export const manifestSource = z.discriminatedUnion('profile', [written, nnunet], {
  error: (issue) => (issue.code === 'invalid_union' ? 'unknown profile; expected "nnunet-v2", or none' : undefined),
});

/**
 * `voxelmark.json`, manifest version 1, read: shorthands expanded, every default said. This form is stored and hashed; it
 * passes through unchanged when it is read again.
 */
export const manifest = manifestSource
  .transform((source) => {
    const { $schema: _, ...rest } = source;
    return expandManifest(rest as Manifest | NnunetProfile);
  })
  .pipe(written as unknown as z.ZodType<ExpandedManifest, ExpandedManifest>);

/** One fault of a manifest: where, and what was found and expected. */
export interface ManifestFault {
  readonly path: string;
  readonly message: string;
}

/** Reads the text of a manifest, from a file or from the metadata of a model, and lists all its faults. */
export function readManifestText(
  source: string,
):
  | { readonly ok: true; readonly manifest: ExpandedManifest }
  | { readonly ok: false; readonly faults: readonly ManifestFault[] } {
  const bytes = new TextEncoder().encode(source).length;
  if (bytes > MAX_MANIFEST_BYTES) {
    return { ok: false, faults: [{ path: '', message: `${bytes} bytes; expected at most ${MAX_MANIFEST_BYTES}` }] };
  }
  let json: unknown;
  try {
    json = JSON.parse(source.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { ok: false, faults: [{ path: '', message: `not JSON: ${(error as Error).message}` }] };
  }
  const parsed = manifest.safeParse(json);
  if (parsed.success) return { ok: true, manifest: parsed.data };
  return { ok: false, faults: parsed.error.issues.map(({ path, message }) => ({ path: pathText(path), message })) };
}

/** `preprocess[2].spacing` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, depth) => (typeof key === 'number' ? `[${key}]` : `${depth === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

/** JSON Schema (2020-12) of `voxelmark.json` for editors and other tools. */
export function manifestJsonSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'voxelmark.json',
    description: 'Manifest version 1 of a Voxelmark algorithm: what is done to an image before and after a network.',
    ...(z.toJSONSchema(manifestSource, { io: 'input' }) as Record<string, unknown>),
  };
}
