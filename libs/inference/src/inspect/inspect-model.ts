import { manifest as manifestSchema } from '#contracts';
import { manifestProblems, networkFace, type Manifest } from '#pipeline';
import { compareFace } from './check-model.js';
import { checkStructure } from './check-structure.js';
import {
  fedInputs,
  standardOpset,
  type GraphDescription,
  type ModelDescription,
  type TensorOutline,
} from './description.js';
import { Findings, type Finding } from './findings.js';
import { infer } from './infer.js';
import { readModel } from './read-model.js';
import { bytesSource, WireError, withFileSource, type ByteSource } from './wire.js';

/** What the inspector has to say about a model; null where the file could not be read so far. */
export interface Inspection {
  /** No refusal among the findings. */
  readonly accepted: boolean;
  readonly findings: readonly Finding[];
  readonly opset: number | null;
  /** Numbers that were learnt: elements of all initialisers but whole numbers, which are shapes and indices. */
  readonly parameters: number | null;
  /** Of all graphs, by name, most frequent first. */
  readonly operators: readonly { readonly op: string; readonly count: number }[] | null;
  readonly inputs: readonly TensorOutline[] | null;
  readonly outputs: readonly TensorOutline[] | null;
  /** Weights, twice while loading, and the largest sum of tensors alive at once, for `tile`. The runtime itself comes on top. */
  readonly memoryEstimateBytes: number | null;
  /** Multiplications and additions for one tile, two a pair. */
  readonly workEstimate: number | null;
  /** Input sizes that the estimates are for, by name. */
  readonly tile: Readonly<Record<string, readonly number[]>> | null;
}

/** Looks at a model file through a small window. @see inspectModel */
export function inspectModelFile(path: string, manifest: unknown = null): Inspection {
  return withFileSource(path, (source) => inspectSource(source, manifest));
}

/**
 * Looks at a model without loading it: a bounded walk of the file, then arithmetic on what it found. Collects all findings.
 * Takes at most about a second and some tens of MiB, whatever the file.
 *
 * @param manifest of the model, of whatever shape: JSON that is no manifest is a finding; null: the one embedded in the
 *   model as metadata `voxelmark.manifest`, if any
 */
export function inspectModel(bytes: Uint8Array, manifest: unknown = null): Inspection {
  return inspectSource(bytesSource(bytes), manifest);
}

function inspectSource(source: ByteSource, given: unknown): Inspection {
  const found = new Findings();
  let model: ModelDescription;
  try {
    model = readModel(source, found);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    found.refuse(error.code, error.message);
    return conclude(found, null, null);
  }
  const manifest = manifestOf(model, given, found);
  checkStructure(model, found);
  const face = { inputs: fedInputs(model.graph), outputs: model.graph.outputs };
  if (manifest) compareFace(face, manifest, found);
  return conclude(found, model, estimate(model, manifest, found));
}

/** Size of an open spatial axis when no manifest says it: a common tile. */
const ASSUMED = { 3: 128, 2: 512 } as const;

interface Estimate {
  readonly bytes: number;
  readonly work: number;
  readonly tile: Readonly<Record<string, readonly number[]>>;
}

/**
 * Twice through the graph: with open sizes as small as can be, so that whatever is too large then is too large always; and
 * with the sizes that the manifest feeds, or usual ones. What only the usual ones make too large is a warning.
 */
function estimate(model: ModelDescription, manifest: Manifest | null, found: Findings): Estimate | null {
  const opset = standardOpset(model);
  const fed = (input: TensorOutline) => fedSizes(input, manifest);
  const refuse = (...[code, message, node]: Parameters<Findings['refuse']>) => found.refuse(code, message, node);
  // what divides by -1 with the least sizes and with usual ones does so always
  const least = infer(model, opset, (input) => fed(input)?.map((size) => size ?? 1) ?? null, refuse, 'least');
  const tile: Record<string, readonly number[]> = {};
  for (const input of fedInputs(model.graph)) {
    const sizes = fed(input);
    if (sizes) tile[input.name] = tileOf(sizes, input);
    else
      found.warn(
        'model-shape-unknown',
        `input "${input.name}" declares no axes: without a manifest nothing is known of sizes`,
      );
  }
  const fixed = fedInputs(model.graph).every((input) => fed(input)?.includes(null) === false);
  const sized = infer(
    model,
    opset,
    ({ name }) => tile[name] ?? null,
    (code, message, node, certain) => {
      const always = code === 'model-integer-division' && node !== null && least.minusOne.has(node);
      if (fixed || certain || always) found.refuse(code, message, node);
      else found.warn(code, `${message} (with open axes of ${Object.values(ASSUMED).join(' or ')})`, node);
    },
    'tile',
  );
  return { bytes: Math.round(2 * model.constantBytes + sized.peakBytes), work: sized.work, tile };
}

/** Sizes of an input as the model fixes or the manifest feeds them, null for open ones; null when there are no axes known. */
function fedSizes({ name, shape }: TensorOutline, manifest: Manifest | null): readonly (number | null)[] | null {
  const face = manifest && networkFace(manifest).input;
  const fed = face?.tensor === name && (shape === null || face.dims.length === shape.length) ? face.dims : null;
  return shape?.map((size, axis) => (typeof size === 'number' && size > 0 ? size : (fed?.[axis] ?? null))) ?? fed;
}

function tileOf(sizes: readonly (number | null)[], { shape }: TensorOutline): readonly number[] {
  const spatial = Math.max(2, sizes.length - 2);
  const last = shape?.[shape.length - 1];
  // [N, C, …] unless the last axis is fixed and small and the second is open: then channels are last
  const channels =
    typeof shape?.[1] === 'string' && typeof last === 'number' && last > 0 && last <= 64 ? shape.length - 1 : 1;
  return sizes.map((size, axis) => size ?? (axis === 0 || axis === channels ? 1 : (ASSUMED[spatial as 2 | 3] ?? 64)));
}

function manifestOf({ manifestText }: ModelDescription, given: unknown, found: Findings): Manifest | null {
  const embedded = manifestText === null ? null : parsed(manifestText, found);
  if (given === null || given === undefined)
    return embedded === null ? null : checked(embedded, 'embedded in the model', found);
  if (embedded !== null && !sameJson(embedded, given)) {
    found.warn(
      'manifest-overridden',
      'the model carries another manifest in its metadata; the one given beside it counts',
    );
  }
  return checked(given, 'given', found);
}

/** Two manifests, word for word; a nest of brackets, which is too deep to be written out, is like nothing. */
function sameJson(a: unknown, b: unknown): boolean {
  try {
    return JSON.stringify(a) === JSON.stringify(b);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function parsed(text: string, found: Findings): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    found.refuse('manifest-invalid', `the embedded manifest is not JSON: ${(error as Error).message}`);
    return null;
  }
}

function checked(value: unknown, whose: string, found: Findings): Manifest | null {
  const read = manifestSchema.safeParse(value);
  if (!read.success) {
    for (const { path, message } of read.error.issues.slice(0, 20)) {
      found.refuse(
        'manifest-invalid',
        `the manifest ${whose}: ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`,
      );
    }
    return null;
  }
  for (const problem of manifestProblems(read.data))
    found.refuse('manifest-invalid', `the manifest ${whose}: ${problem}`);
  return read.data;
}

function countOperators(graph: GraphDescription): { op: string; count: number }[] {
  const counts = new Map<string, number>();
  const visit = ({ nodes }: GraphDescription): void => {
    for (const { op, attributes } of nodes) {
      counts.set(op, (counts.get(op) ?? 0) + 1);
      for (const { graphs } of attributes.values()) graphs.forEach(visit);
    }
  };
  visit(graph);
  return [...counts].map(([op, count]) => ({ op, count })).sort((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1));
}

function conclude(found: Findings, model: ModelDescription | null, estimated: Estimate | null): Inspection {
  return {
    accepted: !found.refused,
    findings: found.all(),
    opset: model ? standardOpset(model) || null : null,
    parameters: model?.parameters ?? null,
    operators: model ? countOperators(model.graph) : null,
    inputs: model ? fedInputs(model.graph) : null,
    outputs: model?.graph.outputs ?? null,
    memoryEstimateBytes: estimated?.bytes ?? null,
    workEstimate: estimated?.work ?? null,
    tile: estimated?.tile ?? null,
  };
}
