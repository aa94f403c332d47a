import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifestText } from '#contracts';
import type { DemoNetwork } from '#evaluation';

/**
 * Networks that come with the platform: a folder each, named as the network, with `voxelmark.json` and `model.onnx`. Other
 * folders are passed over.
 *
 * @param folder null: none come with it
 * @throws Error when a manifest cannot be read, which is a defect of the release
 */
export async function readDemoNetworks(folder: string | null): Promise<readonly DemoNetwork[]> {
  if (folder === null) return [];
  const networks: DemoNetwork[] = [];
  for (const network of (await readdir(folder)).sort()) {
    const [path, text] = [
      join(folder, network, 'model.onnx'),
      await readFile(join(folder, network, 'voxelmark.json'), 'utf8').catch(ifMissing),
    ];
    if (text === null) continue;
    const read = readManifestText(text);
    if (!read.ok)
      throw new Error(`${network}/voxelmark.json cannot be used: ${read.faults[0].path}: ${read.faults[0].message}`);
    const { size } = await stat(path);
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    const models = [{ file: 'model.onnx', sha256, bytes: size, read: () => createReadStream(path) }];
    networks.push({ network, name: read.manifest.name, manifest: read.manifest, models });
  }
  return networks;
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
