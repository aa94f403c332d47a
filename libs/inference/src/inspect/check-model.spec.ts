import { ModelFailure } from '#domain';
import type { Manifest } from '#pipeline';
import { minimalManifest } from '../test-support/manifest.js';
import { checkModel } from './check-model.js';
import type { TensorOutline } from './description.js';
import type { ModelOutline } from './outline.js';

const IMAGE: TensorOutline = { name: 'image', dtype: 'float32', shape: [1, 1, 'x', 'y', 'z'] };
const LOGITS: TensorOutline = { name: 'logits', dtype: 'float32', shape: ['n', 2, 'x', 'y', 'z'] };

function outcome(
  face: { inputs?: readonly TensorOutline[]; outputs?: readonly TensorOutline[] },
  manifest: Manifest = minimalManifest(),
) {
  const outline: ModelOutline = {
    irVersion: 8,
    opset: 17,
    nodes: 1,
    inputs: face.inputs ?? [IMAGE],
    outputs: face.outputs ?? [LOGITS],
  };
  try {
    checkModel(outline, manifest);
  } catch (error) {
    if (error instanceof ModelFailure) return `${error.code}: ${error.detail}`;
    throw error;
  }
  return 'fits';
}

describe('model against manifest', () => {
  it('accepts open and matching sizes, an open rank, and the 0 that some exporters write for open', () => {
    expect(outcome({})).toBe('fits');
    expect(outcome({ inputs: [{ ...IMAGE, shape: null }], outputs: [{ ...LOGITS, shape: null }] })).toBe('fits');
    expect(outcome({ inputs: [{ ...IMAGE, shape: [0, 1, 0, 0, 0] }] })).toBe('fits');
  });

  it('names what it got and what it expected', () => {
    expect(outcome({ inputs: [{ ...IMAGE, shape: [1, 1, 64] }] })).toBe(
      'model-input-rank: input "image" has 3 dimensions [1, 1, 64]; this platform feeds 5 (N, C and three spatial axes)',
    );
  });

  it.each([
    ['another input name', { inputs: [{ ...IMAGE, name: 'x' }] }, 'model-input-missing'],
    ['no input', { inputs: [] }, 'model-input-missing'],
    ['a second input', { inputs: [IMAGE, { ...IMAGE, name: 'coordinates' }] }, 'manifest-invalid'],
    ['half precision input', { inputs: [{ ...IMAGE, dtype: 'float16' }] }, 'model-input-dtype'],
    ['three input channels', { inputs: [{ ...IMAGE, shape: [1, 3, 'x', 'y', 'z'] }] }, 'manifest-invalid'],
    ['a batch of two', { inputs: [{ ...IMAGE, shape: [2, 1, 'x', 'y', 'z'] }] }, 'manifest-invalid'],
    ['another output name', { outputs: [{ ...LOGITS, name: 'y' }] }, 'model-output-missing'],
    ['integer output', { outputs: [{ ...LOGITS, dtype: 'int64' }] }, 'output-shape'],
    [
      'three output channels for two labels',
      { outputs: [{ ...LOGITS, shape: [1, 3, 'x', 'y', 'z'] }] },
      'output-shape',
    ],
    ['output without channels', { outputs: [{ ...LOGITS, shape: [1, 'x', 'y', 'z'] }] }, 'output-shape'],
  ])('refuses %s', (_, face, code) => {
    expect(outcome(face).split(':')[0]).toBe(code);
  });

  it('compares fixed spatial sizes with the patch of a tiled manifest', () => {
    const fixed = { inputs: [{ ...IMAGE, shape: [1, 1, 64, 64, 32] }] };
    const tiled = (patch: readonly [number, number, number]) =>
      minimalManifest({ inference: { mode: 'sliding', patch, overlap: 0.5, blend: 'constant', padValue: 0 } });
    expect(outcome(fixed, tiled([64, 64, 32]))).toBe('fits');
    expect(outcome(fixed, tiled([64, 64, 64]))).toMatch(/^manifest-invalid: axis 4 .* fixed to 32 .*feeds 64/);
  });
});
