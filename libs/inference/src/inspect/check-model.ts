import { ModelFailure } from '#evaluation';
import type { Manifest } from '#pipeline';
import type { ModelOutline, TensorOutline } from './outline.js';

/**
 * Does the face of the model fit what the manifest says and what we feed?
 *
 * @throws ModelFailure `model-input-missing`, `model-input-rank`, `model-input-dtype`, `model-output-missing`,
 *   `output-shape` or `manifest-invalid`; the detail names what we got and what we expected
 */
export function checkModel(outline: ModelOutline, manifest: Manifest): void {
  checkInput(outline, manifest);
  checkOutput(outline, manifest);
}

function checkInput({ inputs }: ModelOutline, manifest: Manifest): void {
  const { tensor, channels } = manifest.inputs[0];
  const input = inputs.find(({ name }) => name === tensor);
  if (!input) {
    throw new ModelFailure('model-input-missing', `the manifest feeds "${tensor}"; the model has ${list(inputs)}`);
  }
  const others = inputs.filter(({ name }) => name !== tensor);
  if (others.length > 0) {
    throw new ModelFailure(
      'manifest-invalid',
      `the model also wants ${list(others)}; this manifest feeds only "${tensor}"`,
    );
  }
  if (input.dtype !== 'float') {
    throw new ModelFailure(
      'model-input-dtype',
      `input "${tensor}" is ${input.dtype}; this platform feeds float (32 bit)`,
    );
  }
  const { shape } = input;
  if (shape === null) return;
  if (shape.length !== 5) {
    const got = `input "${tensor}" has ${shape.length} dimensions ${format(shape)}`;
    throw new ModelFailure('model-input-rank', `${got}; this platform feeds 5 (N, C and three spatial axes)`);
  }
  const fed: readonly (number | null)[] = [1, channels.length, ...spatialSizes(manifest)];
  const wrong = fed.findIndex((size, axis) => size !== null && !fits(shape[axis], size));
  if (wrong >= 0) {
    const got = `axis ${wrong} of input "${tensor}" is fixed to ${shape[wrong]} ${format(shape)}`;
    throw new ModelFailure('manifest-invalid', `${got}; the manifest feeds ${fed[wrong]}`);
  }
}

function checkOutput({ outputs }: ModelOutline, manifest: Manifest): void {
  const { tensor } = manifest.output;
  const output = outputs.find(({ name }) => name === tensor);
  if (!output) {
    throw new ModelFailure('model-output-missing', `the manifest reads "${tensor}"; the model has ${list(outputs)}`);
  }
  if (output.dtype !== 'float') {
    throw new ModelFailure(
      'output-shape',
      `output "${tensor}" is ${output.dtype}; this platform reads float (32 bit) channels`,
    );
  }
  if (output.shape === null) return;
  const channels = manifest.labels.length;
  if (output.shape.length !== 5 || !fits(output.shape[0], 1) || !fits(output.shape[1], channels)) {
    const expected = `[1, ${channels}, …three spatial axes], one channel for each of the ${channels} labels`;
    throw new ModelFailure('output-shape', `output "${tensor}" is ${format(output.shape)}; expected ${expected}`);
  }
}

/** Sizes that the manifest feeds along the three spatial axes, where it fixes them. */
function spatialSizes({ inference }: Manifest): readonly (number | null)[] {
  return inference.mode === 'sliding' ? inference.patch : [null, null, null];
}

/** Open sizes fit everything; so do the 0 and the huge values that some exporters write for "open". */
function fits(declared: number | string, fed: number): boolean {
  return typeof declared === 'string' || declared === fed || declared === 0 || declared > Number.MAX_SAFE_INTEGER;
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
