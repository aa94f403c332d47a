import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Inspection } from '#inference';
import * as onnx from '../../../../libs/inference/src/test-support/onnx.js';
import { runCli } from '../test-support/run-cli.js';

const MODELS = resolve(import.meta.dirname, '../../../../datasets/phantoms/models');
const SMALL = join(MODELS, 'unet-small/model.onnx');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voxelmark-inspect-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function inspect(...args: readonly string[]) {
  const { code, stdout, stderr } = await runCli(['inspect', ...args, '--json'], {}).ended;
  return { code, stderr, answer: JSON.parse(stdout) as Inspection & { error?: { code: string } } };
}

describe('voxelmark inspect', () => {
  it('accepts a model of the demo with its manifest, exit 0', async () => {
    const { code, answer } = await inspect(SMALL, '--manifest', join(MODELS, 'unet-small/voxelmark.json'));
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      accepted: true,
      findings: [],
      opset: 17,
      parameters: 93_045,
      inputs: [{ name: 'image', dtype: 'float32', shape: [1, 1, 'x', 'y', 'z'] }],
      outputs: [{ name: 'logits', dtype: 'float32', shape: [1, 5, 'x', 'y', 'z'] }],
    });
    expect(answer.memoryEstimateBytes).toBeGreaterThan(0);
  });

  it('refuses with all findings, exit 6', async () => {
    const path = join(folder, 'endless.onnx');
    await writeFile(path, onnx.endlessModel());
    const { code, answer } = await inspect(path);
    expect(code).toBe(6);
    expect(answer.accepted).toBe(false);
    expect(answer.findings).toEqual([
      {
        severity: 'refusal',
        code: 'model-loop-unbounded',
        message: expect.stringMatching(/turns/) as string,
        node: 'Loop #1',
      },
    ]);
  });

  it('gives null for what cannot be read', async () => {
    const path = join(folder, 'junk.onnx');
    await writeFile(path, 'not a model');
    const { code, answer } = await inspect(path);
    expect(code).toBe(6);
    expect(answer).toMatchObject({
      accepted: false,
      opset: null,
      parameters: null,
      inputs: null,
      outputs: null,
      memoryEstimateBytes: null,
    });
  });

  it('knows a missing file (5) from a manifest that is none (6)', async () => {
    expect(await inspect(join(folder, 'nowhere.onnx'))).toMatchObject({
      code: 5,
      answer: { error: { code: 'no-such-file' } },
    });
    expect(await inspect(folder)).toMatchObject({ code: 5, answer: { error: { code: 'no-such-file' } } });
    expect(await inspect(SMALL, '--manifest', SMALL)).toMatchObject({ code: 6 });
    const path = join(folder, 'manifest.json');
    await writeFile(path, '{"manifestVersion": 3}');
    const { code, answer } = await inspect(SMALL, '--manifest', path);
    expect(code).toBe(6);
    expect(new Set(answer.findings.map((finding) => finding.code))).toEqual(new Set(['manifest-invalid']));
  });

  it('does not let a name in the file speak to the terminal', async () => {
    const path = join(folder, 'escape.onnx');
    await writeFile(path, onnx.body([onnx.node('\u001b[2J\u001b]0;owned\u0007', ['image'], ['logits'])]));
    const { code, stdout } = await runCli(['inspect', path], {}).ended;
    expect(code).toBe(6);
    expect(stdout).not.toMatch(/\u001b|\u0007/);
    expect(stdout).toContain('model-operator');
  });
});
