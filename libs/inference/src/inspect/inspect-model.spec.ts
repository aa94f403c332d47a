import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath, resolve } from 'node:path';
import fc from 'fast-check';
import { minimalManifest } from '../test-support/manifest.js';
import * as onnx from '../test-support/onnx.js';
import { bytes, int, join, text, varint, type Bytes } from '../test-support/protobuf.js';
import { INSPECTION_CODES } from './findings.js';
import { inspectModel, inspectModelFile } from './inspect-model.js';
import { ALLOWED_OPERATORS } from './operators.js';
import { shapeRule } from './shape-rules.js';

const root = resolve(import.meta.dirname, '../../../..');
const codes = (model: Bytes, manifest: unknown = null) =>
  inspectModel(model, manifest).findings.map(({ code }) => code);
const embedded = (manifest: unknown) =>
  bytes(14, join(text(1, 'voxelmark.manifest'), text(2, JSON.stringify(manifest))));

describe('inspection of a model', () => {
  it('says what the model is', () => {
    const inspection = inspectModel(onnx.thresholdModel(), minimalManifest());
    expect(inspection).toMatchObject({
      accepted: true,
      findings: [],
      opset: 17,
      parameters: 4,
      inputs: [{ name: 'image', dtype: 'float32', shape: [1, 1, 'x', 'y', 'z'] }],
      outputs: [{ name: 'logits', dtype: 'float32', shape: [1, 2, 'x', 'y', 'z'] }],
    });
  });

  it('collects all findings, with the names of their nodes', () => {
    const model = onnx.body([
      join(onnx.node('RandomNormalLike', ['image'], ['a']), text(3, 'noise')),
      onnx.node('Nonsense', ['nowhere'], ['b']),
      onnx.node('Concat', ['a', 'b'], ['logits'], [onnx.attribute.int('axis', 1)]),
    ]);
    const { accepted, findings } = inspectModel(model);
    expect(accepted).toBe(false);
    expect(findings.map(({ severity, code, node }) => [severity, code, node])).toEqual([
      ['refusal', 'model-operator', 'noise'],
      ['refusal', 'model-operator', 'Nonsense #2'],
      ['refusal', 'model-name-unknown', 'Nonsense #2'],
    ]);
    expect(findings[0].message).toMatch(/RandomNormalLike.*two runs differ/);
  });

  it('holds the model against the manifest, whether it is given or embedded', () => {
    const wrong = minimalManifest({ output: { tensor: 'y', layout: 'NCXYZ', meaning: 'logits' } });
    expect(codes(onnx.thresholdModel(), wrong)).toEqual(['model-output-missing']);
    expect(codes(join(onnx.thresholdModel(), embedded(wrong)))).toEqual(['model-output-missing']);
    expect(codes(join(onnx.thresholdModel(), embedded(minimalManifest())))).toEqual([]);
    expect(codes(join(onnx.thresholdModel(), embedded(wrong)), minimalManifest())).toEqual(['manifest-overridden']);
  });

  it.each([
    [null, []],
    ['a text', ['manifest-invalid']],
    [{ manifestVersion: 2 }, ['manifest-invalid']],
  ] as const)('takes whatever it is given as manifest: %j', (given, expected) => {
    expect([...new Set(codes(onnx.thresholdModel(), given))]).toEqual(expected);
  });

  it('estimates for the tile of the manifest: one 3 x 3 x 3 convolution, by hand', () => {
    const conv = onnx.body(
      [onnx.node('Conv', ['image', 'w'], ['logits'], [onnx.attribute.ints('pads', [1, 1, 1, 1, 1, 1])])],
      [onnx.tensor('w', [2, 1, 3, 3, 3], new Float32Array(54))],
    );
    const sliding = minimalManifest({
      inference: { mode: 'sliding', patch: [10, 20, 30], overlap: 0.5, blend: 'constant', padValue: 0 },
    });
    const { memoryEstimateBytes, workEstimate, tile, parameters } = inspectModel(conv, sliding);
    expect(tile).toEqual({ image: [1, 1, 10, 20, 30] });
    expect(parameters).toBe(54);
    expect(workEstimate).toBe(2 * 27 * 2 * 6000); // two operations, 27 weights, two channels, 6000 voxels
    expect(memoryEstimateBytes).toBe(2 * 54 * 4 + 6000 * 4 + 2 * 6000 * 4); // weights twice, the tile, two channels
  });

  it('warns where only a tile that nobody fixed would be too large', () => {
    const big = onnx.body(
      [
        onnx.node('Tile', ['image', 'times'], ['many']),
        onnx.node('ReduceMax', ['many'], ['a'], [onnx.attribute.int('keepdims', 0)]),
        onnx.node('Mul', ['image', 'a'], ['m']),
        onnx.node('Concat', ['m', 'm'], ['logits'], [onnx.attribute.int('axis', 1)]),
      ],
      [onnx.tensor('times', [5], onnx.int64s(1, 2000, 1, 1, 1))],
    );
    const { accepted, findings } = inspectModel(big);
    expect(accepted).toBe(true);
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toContain('warning model-tensor-too-large');
    const small = minimalManifest({
      inference: { mode: 'sliding', patch: [8, 8, 8], overlap: 0.5, blend: 'constant', padValue: 0 },
    });
    expect(inspectModel(big, small).findings).toEqual([]);
  });

  it('accepts loops and branches that are bounded', () => {
    expect(codes(onnx.loopModel(3n))).toEqual([]);
    expect(codes(onnx.loopModel(1000n))).toEqual([]);
  });

  it('warns of a divisor that would be -1 for an assumed size, and refuses it for one that is fed', () => {
    const dividesBy = (size: string | number) =>
      onnx.model(
        onnx.graph({
          nodes: [
            onnx.node('Shape', ['image'], ['sizes']),
            onnx.node('Gather', ['sizes', 'last'], ['width']),
            onnx.node('Sub', ['width', 'next'], ['divisor']),
            onnx.node('Div', ['width', 'divisor'], ['quotient']),
            onnx.node('Cast', ['quotient'], ['factor'], [onnx.attribute.int('to', onnx.FLOAT)]),
            onnx.node('Mul', ['image', 'factor'], ['scaled']),
            onnx.node('Concat', ['scaled', 'scaled'], ['logits'], [onnx.attribute.int('axis', 1)]),
          ],
          inputs: [onnx.value('image', onnx.FLOAT, [1, 1, 'x', 'y', size])],
          outputs: [onnx.LOGITS],
          initialisers: [onnx.tensor('last', [], onnx.int64s(4)), onnx.tensor('next', [], onnx.int64s(129))],
        }),
      );
    const severities = (bytes: Uint8Array) =>
      inspectModel(bytes).findings.map(({ code, severity }) => [code, severity]);
    expect(severities(dividesBy('z'))).toEqual([['model-integer-division', 'warning']]);
    expect(severities(dividesBy(128))).toContainEqual(['model-integer-division', 'refusal']);
  });

  it('does not mind the order of nodes when there is one', () => {
    const nodes = [
      onnx.node('Concat', ['b', 'b'], ['logits'], [onnx.attribute.int('axis', 1)]),
      onnx.node('Relu', ['a'], ['b']),
      onnx.node('Tanh', ['image'], ['a']),
    ];
    expect(codes(onnx.body(nodes))).toEqual([]);
  });

  it('answers every mutation of a model, and of one that uses much, without another error', () => {
    const swin = new Uint8Array(readFileSync(joinPath(root, 'test/corpus/controls/swin-windows-open-sizes.onnx')));
    for (const [whole, runs] of [
      [onnx.doublingModel(5), 1500],
      [onnx.loopModel(7n), 1500],
      [swin, 150],
    ] as const) {
      const mutation = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
      fc.assert(
        fc.property(mutation, (changes) => {
          const mutated = whole.slice();
          for (const [at, byte] of changes) mutated[at] = byte;
          const { accepted, findings } = inspectModel(mutated);
          expect(accepted).toBe(!findings.some(({ severity }) => severity === 'refusal'));
          for (const { code } of findings) expect(INSPECTION_CODES).toContain(code);
        }),
        { numRuns: runs, seed: 7 },
      );
    }
  });
});

describe('large files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(joinPath(tmpdir(), 'voxelmark-inspect-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A sparse file: `head`, then zeros up to `size`. */
  function sparse(name: string, head: Bytes, size: number, tail: Bytes = new Uint8Array(0)): string {
    const path = joinPath(folder, name);
    const file = openSync(path, 'w');
    writeSync(file, head);
    ftruncateSync(file, size);
    if (tail.length > 0) writeSync(file, tail, 0, tail.length, size);
    closeSync(file);
    return path;
  }
  const codesOf = (path: string) => inspectModelFile(path).findings.map(({ code }) => code);

  it('of zeros, and beyond what a protocol buffer can be', () => {
    expect(codesOf(sparse('zeros', new Uint8Array(0), 2_000_000_000))).toEqual(['model-not-onnx']);
    expect(codesOf(sparse('over', new Uint8Array(0), 2 ** 31))).toEqual(['model-too-large']);
  });

  it('with a documentation of 105 MB, which is passed over', () => {
    const length = 105_000_000;
    const head = join(varint(6 * 8 + 2), varint(length));
    const path = sparse('doc', head, head.length + length, onnx.thresholdModel());
    expect(inspectModelFile(path)).toMatchObject({ accepted: true, findings: [] });
  });

  it('with weights of 1.5 GB, which are passed over', () => {
    const elements = 375_000_000;
    const start = join(int(1, elements), int(2, onnx.FLOAT), text(8, 'w'), varint(9 * 8 + 2), varint(4 * elements));
    const tensorLength = start.length + 4 * elements;
    const rest = onnx.graph({
      nodes: [onnx.node('Mul', ['image', 'w'], ['logits'])],
      inputs: [onnx.IMAGE],
      outputs: [onnx.LOGITS],
    });
    const graphHead = join(varint(5 * 8 + 2), varint(tensorLength), start);
    const opset = bytes(8, join(text(1, ''), int(2, 17)));
    const head = join(
      int(1, 8),
      opset,
      varint(7 * 8 + 2),
      varint(graphHead.length + 4 * elements + rest.length),
      graphHead,
    );
    const inspection = inspectModelFile(sparse('weights', head, head.length + 4 * elements, rest));
    expect(inspection.parameters).toBe(elements);
    expect(inspection.memoryEstimateBytes).toBeGreaterThan(3e9);
  });

  it('scattered over more windows than are read', () => {
    const field = join(varint(6 * 8 + 2), varint(20_000));
    const path = joinPath(folder, 'scattered');
    const file = openSync(path, 'w');
    for (let i = 0; i < 61_000; i++) writeSync(file, field, 0, field.length, i * (field.length + 20_000));
    ftruncateSync(file, 61_000 * (field.length + 20_000));
    closeSync(file);
    expect(codesOf(path)).toEqual(['model-too-complex']);
  });
});

describe('published lists', () => {
  it('docs/errors.md lists every code of the inspector', () => {
    const errors = readFileSync(joinPath(root, 'docs/errors.md'), 'utf8');
    expect(INSPECTION_CODES.filter((code) => !errors.includes(`| \`${code}\` |`))).toEqual([]);
  });

  it('docs/sandbox.md lists the operators that are accepted, and no others', () => {
    const page = readFileSync(joinPath(root, 'docs/sandbox.md'), 'utf8');
    const section = page.slice(page.indexOf('## Accepted operators'), page.indexOf('## Isolation'));
    const listed = [...section.matchAll(/`([A-Za-z0-9]+)`/g)].map((match) => match[1]);
    expect([...new Set(listed)].sort()).toEqual([...ALLOWED_OPERATORS].sort());
  });

  it('every accepted operator has a rule for the size of its output, or a place of its own', () => {
    const apart = ['If', 'Loop', 'Constant'];
    expect([...ALLOWED_OPERATORS].filter((op) => !apart.includes(op) && shapeRule(op) === null)).toEqual([]);
  });
});
