import { ModelFailure } from '#domain';
import { networkFace, type Manifest } from '#pipeline';
import type { TensorOutline } from './description.js';
import { failureCodeOf, Findings } from './findings.js';

/** The tensors that a model reads and writes. */
export interface ModelFace {
  readonly inputs: readonly TensorOutline[];
  readonly outputs: readonly TensorOutline[];
}

/**
 * Does the face of the model fit what the manifest says and what we feed?
 *
 * @throws ModelFailure `model-input-missing`, `model-input-rank`, `model-input-dtype`, `model-output-missing`,
 *   `output-shape` or `manifest-invalid`; the detail names what we got and what we expected
 */
export function checkModel(face: ModelFace, manifest: Manifest): void {
  const found = new Findings();
  compareFace(face, manifest, found);
  throwFirstRefusal(found);
}

/** @throws ModelFailure for the first refusal, if there is one */
export function throwFirstRefusal(found: Findings, cause?: unknown): void {
  const [first] = found.all();
  if (first?.severity !== 'refusal') return;
  throw new ModelFailure(
    failureCodeOf(first.code),
    first.node ? `node "${first.node}" ${first.message}` : first.message,
    { cause },
  );
}

/** All contradictions between a model and its manifest. */
export function compareFace(face: ModelFace, manifest: Manifest, found: Findings): void {
  compareInputs(face, manifest, found);
  compareOutput(face, manifest, found);
}

function compareInputs({ inputs }: ModelFace, manifest: Manifest, found: Findings): void {
  const { tensor, dtype, dims, channelAxis } = networkFace(manifest).input;
  const input = inputs.find(({ name }) => name === tensor);
  if (!input) {
    found.refuse('model-input-missing', `the manifest feeds "${tensor}"; the model has ${list(inputs)}`);
    return;
  }
  const others = inputs.filter(({ name }) => name !== tensor);
  if (others.length > 0) {
    found.refuse('manifest-invalid', `the model also wants ${list(others)}; this manifest feeds only "${tensor}"`);
  }
  if (input.dtype !== dtype) {
    found.refuse('model-input-dtype', `input "${tensor}" is ${input.dtype}; this platform feeds ${dtype}`);
  }
  const { shape } = input;
  if (shape === null) return;
  if (shape.length !== dims.length) {
    const got = `input "${tensor}" has ${shape.length} dimensions ${format(shape)}`;
    found.refuse(
      'model-input-rank',
      `${got}; this platform feeds ${dims.length} (${axesOf(dims.length, channelAxis)})`,
    );
    return;
  }
  dims.forEach((size, axis) => {
    if (size === null || fits(shape[axis], size)) return;
    const got = `axis ${axis} of input "${tensor}" is fixed to ${shape[axis]} ${format(shape)}`;
    found.refuse('manifest-invalid', `${got}; the manifest feeds ${size}`);
  });
}

function compareOutput({ outputs }: ModelFace, manifest: Manifest, found: Findings): void {
  const { tensor, dtype, dims, channelAxis } = networkFace(manifest).output;
  const output = outputs.find(({ name }) => name === tensor);
  if (!output) {
    found.refuse('model-output-missing', `the manifest reads "${tensor}"; the model has ${list(outputs)}`);
    return;
  }
  if (output.dtype !== dtype) {
    found.refuse('output-shape', `output "${tensor}" is ${output.dtype}; the manifest reads ${dtype}`);
  }
  const { shape } = output;
  if (shape === null) return;
  if (shape.length !== dims.length || dims.some((size, axis) => size !== null && !fits(shape[axis], size))) {
    const expected = `${format(dims.map((size) => size ?? 'open'))} (${axesOf(dims.length, channelAxis)})`;
    found.refuse('output-shape', `output "${tensor}" is ${format(shape)}; expected ${expected}`);
  }
}

/** Open sizes fit everything; so does the 0 that some exporters write for "open". */
function fits(declared: number | string, fed: number): boolean {
  return typeof declared === 'string' || declared === fed || declared === 0;
}

function axesOf(rank: number, channelAxis: number | null): string {
  const count = rank - (channelAxis === null ? 1 : 2);
  const spatial = `${['no', 'one', 'two', 'three'][count] ?? count} spatial axes`;
  if (channelAxis === null) return `N and ${spatial}`;
  return channelAxis === 1 ? `N, C and ${spatial}` : `N, ${spatial} and C`;
}

function list(tensors: readonly TensorOutline[]): string {
  return tensors.length === 0
    ? 'none'
    : tensors
        .slice(0, 8)
        .map(({ name }) => `"${name}"`)
        .join(', ');
}

function format(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`;
}
