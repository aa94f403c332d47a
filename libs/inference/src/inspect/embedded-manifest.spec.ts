import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MANIFEST_METADATA_KEY } from '#contracts';
import { bytes, join as joined, text } from '../test-support/protobuf.js';
import * as onnx from '../test-support/onnx.js';
import { embedManifest, readEmbeddedManifest } from './embedded-manifest.js';
import { inspectModel } from './inspect-model.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'voxelmark-embed-'))));
afterAll(() => rm(folder, { recursive: true }));

const property = (key: string, value: string) => bytes(14, joined(text(1, key), text(2, value)));

async function file(name: string, content: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('manifest in the metadata of a model', () => {
  it('is appended; every byte of the model stays', async () => {
    const model = onnx.thresholdModel();
    const [from, to] = [await file('a.onnx', model), join(folder, 'b.onnx')];
    expect(readEmbeddedManifest(from)).toBeNull();
    const manifest = JSON.stringify({ name: 'é'.repeat(3000) }); // longer than one byte of length can say
    await embedManifest(from, manifest, to);
    const written = new Uint8Array(await readFile(to));
    expect(written.subarray(0, model.length)).toEqual(new Uint8Array(model));
    expect(new Uint8Array(written.subarray(model.length))).toEqual(
      new Uint8Array(property(MANIFEST_METADATA_KEY, manifest)),
    );
    expect(readEmbeddedManifest(to)).toBe(manifest);
    expect(inspectModel(written).findings.map(({ code }) => code)).toContain('manifest-invalid'); // the inspector reads it
  });

  it('is replaced only when that is asked for, wherever it stands, and other properties stay', async () => {
    const model = onnx.thresholdModel();
    const from = await file(
      'c.onnx',
      joined(
        property(MANIFEST_METADATA_KEY, 'first'),
        property('author', 'A. N.'),
        model,
        property(MANIFEST_METADATA_KEY, 'second'),
      ),
    );
    expect(readEmbeddedManifest(from)).toBe('second');
    const to = join(folder, 'd.onnx');
    await expect(embedManifest(from, 'third', to)).rejects.toMatchObject({ code: 'manifest-embedded-already' });
    await embedManifest(from, 'third', to, { replace: true });
    const expected = joined(property('author', 'A. N.'), model, property(MANIFEST_METADATA_KEY, 'third'));
    expect(new Uint8Array(await readFile(to))).toEqual(new Uint8Array(expected));
    await embedManifest(to, 'fourth', to, { replace: true }); // in place
    expect(readEmbeddedManifest(to)).toBe('fourth');
  });

  it('is not written into what is no model, and leaves nothing behind', async () => {
    const from = await file('e.onnx', new TextEncoder().encode('not a model'));
    await expect(embedManifest(from, '{}', join(folder, 'f.onnx'))).rejects.toMatchObject({ code: 'model-not-onnx' });
    expect((await readdir(folder)).filter((name) => name.startsWith('f.'))).toEqual([]);
  });
});
