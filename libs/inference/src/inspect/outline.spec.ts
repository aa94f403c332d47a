import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { ModelFailure } from '#domain';
import * as onnx from '../test-support/onnx.js';
import { bytes, int, join, text, varint } from '../test-support/protobuf.js';
import { outlineModel, outlineModelFile } from './outline.js';

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ModelFailure) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('outline of a model file', () => {
  it('reads names, types, open and fixed sizes, opset and the number of nodes', () => {
    expect(outlineModel(onnx.thresholdModel())).toEqual({
      irVersion: 8,
      opset: 17,
      nodes: 1,
      inputs: [{ name: 'image', dtype: 'float32', shape: [1, 1, 'x', 'y', 'z'] }],
      outputs: [{ name: 'logits', dtype: 'float32', shape: [1, 2, 'x', 'y', 'z'] }],
    });
  });

  it('does not count initialisers that old exporters list among the inputs', () => {
    const weights = onnx.tensor('w', [1], Float32Array.of(2));
    const parts = {
      nodes: [onnx.node('Mul', ['image', 'w'], ['logits'])],
      outputs: [onnx.LOGITS],
      initialisers: [weights],
    };
    const model = onnx.model(onnx.graph({ ...parts, inputs: [onnx.IMAGE, onnx.value('w', onnx.FLOAT, [1])] }));
    expect(outlineModel(model).inputs.map(({ name }) => name)).toEqual(['image']);
  });

  it('tells a tensor of open rank from a scalar', () => {
    const face = (shape: readonly onnx.Size[] | null) =>
      onnx.model(onnx.graph({ nodes: [], inputs: [onnx.value('image', onnx.FLOAT, shape)], outputs: [onnx.LOGITS] }));
    expect(outlineModel(face(null)).inputs[0].shape).toBeNull();
    expect(outlineModel(face([])).inputs[0].shape).toEqual([]);
  });

  it.each(['initialiser', 'constant', 'subgraph', 'sparse'] as const)('refuses external data in: %s', (place) => {
    expect(codeOf(() => outlineModel(onnx.externalDataModel('weights.bin', place)))).toBe('model-external-data');
  });

  it('refuses external data that hides in a function, in training information, or in one half of a split message', () => {
    const stolen = onnx.externalTensor('stolen', [4], 'x.bin');
    const constant = onnx.node('Constant', [], ['stolen'], [onnx.attribute.tensor('value', stolen)]);
    const plain = onnx.thresholdModel();
    expect(codeOf(() => outlineModel(join(plain, bytes(25, bytes(7, constant)))))).toBe('model-external-data');
    expect(codeOf(() => outlineModel(join(plain, bytes(20, bytes(1, bytes(5, stolen))))))).toBe('model-external-data');
    // protobuf merges two graphs into one; for us they are none
    expect(codeOf(() => outlineModel(join(plain, bytes(7, bytes(5, stolen)))))).toBe('model-not-onnx');
  });

  it('refuses external_data entries even where data_location does not say external', () => {
    const sly = join(int(1, 4), int(2, onnx.FLOAT), text(8, 's'), bytes(13, join(text(1, 'location'), text(2, 'x'))));
    expect(codeOf(() => outlineModel(onnx.body([], [sly])))).toBe('model-external-data');
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['text', new TextEncoder().encode('this is not a model at all')],
    ['a NIfTI-like header', Uint8Array.from({ length: 352 }, (_, i) => (i === 0 ? 92 : i === 1 ? 1 : 0))],
    ['zeros', new Uint8Array(1000)],
    ['a graph without version', bytes(7, onnx.graph({ nodes: [], inputs: [onnx.IMAGE], outputs: [onnx.LOGITS] }))],
    ['a version without graph', join(int(1, 8), bytes(8, int(2, 17)))],
    ['a group', join(onnx.thresholdModel(), varint(99 * 8 + 3))],
    ['an overlong number', join(onnx.thresholdModel(), Uint8Array.of(8, ...Array<number>(10).fill(0xff), 1))],
  ])('refuses %s', (_, content) => {
    expect(codeOf(() => outlineModel(content))).toBe('model-not-onnx');
  });

  it('refuses every truncation of a model with a code, never with another error', () => {
    const whole = onnx.thresholdModel();
    for (let length = 0; length < whole.length; length++) {
      expect(['model-not-onnx', 'accepted']).toContain(codeOf(() => outlineModel(whole.subarray(0, length))));
    }
    // cut inside the graph: the length that was promised is not there
    expect(codeOf(() => outlineModel(whole.subarray(0, whole.length - 20)))).toBe('model-not-onnx');
  });

  it('answers every mutation with an outline or a code', () => {
    const whole = onnx.endlessModel();
    const mutation = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(mutation, (changes) => {
        const mutated = whole.slice();
        for (const [at, byte] of changes) mutated[at] = byte;
        expect(typeof codeOf(() => outlineModel(mutated))).toBe('string');
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  it('stops at deep nesting and at a flood of fields', () => {
    let inner = onnx.graph({ nodes: [], inputs: [], outputs: [] });
    for (let depth = 0; depth < 200; depth++) {
      inner = onnx.graph({
        nodes: [onnx.node('If', [], [], [onnx.attribute.graph('then_branch', inner)])],
        inputs: [],
        outputs: [],
      });
    }
    expect(codeOf(() => outlineModel(onnx.model(inner)))).toBe('model-refused');
    const flood = join(
      onnx.thresholdModel(),
      Uint8Array.from({ length: 2_100_000 }, (_, i) => (i % 2 ? 1 : 0x48)),
    );
    expect(codeOf(() => outlineModel(flood))).toBe('model-refused');
  });

  it('reads a file through its window as it reads memory, without touching the weights', () => {
    const folder = mkdtempSync(joinPath(tmpdir(), 'outline-'));
    try {
      const path = joinPath(folder, 'big.onnx');
      const weights = onnx.tensor('w', [300_000], new Float32Array(300_000)); // 1.2 MB: many windows
      const big = onnx.body(
        [onnx.node('Identity', ['image'], ['logits'])],
        [weights, onnx.tensor('late', [1], Float32Array.of(1))],
      );
      writeFileSync(path, big);
      expect(outlineModelFile(path)).toEqual(outlineModel(big));
      writeFileSync(path, big.subarray(0, 600_000));
      expect(codeOf(() => outlineModelFile(path))).toBe('model-not-onnx');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
