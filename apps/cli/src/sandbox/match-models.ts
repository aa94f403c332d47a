import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ExpandedManifest } from '#pipeline';
import { CliError, EXIT } from '../exit.js';

export interface MatchedModels {
  /** With as many models as there are files. */
  readonly manifest: ExpandedManifest;
  /** Paths in the order of `manifest.models`. */
  readonly paths: readonly string[];
}

/**
 * Which file is which model of the manifest. One file for one model needs no name; several are told apart by their names,
 * or by that of their folder (`fold_0/model.onnx` is `fold_0.onnx`, as `model import nnunet` writes it). Several files for
 * a manifest that speaks of no ensemble become one, all of equal weight.
 *
 * @throws CliError `models-differ`
 */
export function matchModels(manifest: ExpandedManifest, paths: readonly string[]): MatchedModels {
  const { models } = manifest;
  if (models.length === 1 && paths.length === 1) return { manifest, paths };
  if (models.length === 1) {
    const files = paths.map((path, n) => ({ file: uniqueName(path, n, paths), weight: 1 }));
    return { manifest: { ...manifest, models: files }, paths };
  }
  const ordered = models.map(({ file }) => {
    const exact = paths.filter((path) => basename(path) === file);
    return exact.length > 0 ? exact : paths.filter((path) => `${basename(dirname(path))}.onnx` === file);
  });
  if (paths.length !== models.length || ordered.some((found) => found.length !== 1)) {
    const wanted = models.map(({ file }) => file).join(', ');
    throw new CliError(
      'models-differ',
      `got ${paths.map((path) => basename(path)).join(', ')}; the manifest expects ${wanted}, each once`,
      EXIT.invalidInput,
    );
  }
  return { manifest, paths: ordered.map(([path]) => path) };
}

function uniqueName(path: string, n: number, paths: readonly string[]): string {
  const name = basename(path);
  return paths.filter((other) => basename(other) === name).length === 1 ? name : `${n}-${name}`;
}

/** One model of an ensemble stands for all where the others lie beside it, under the names of the manifest. */
export function withSiblings({ models }: ExpandedManifest, paths: readonly string[]): readonly string[] {
  const [only] = paths;
  if (paths.length > 1 || models.length === 1 || !models.some(({ file }) => file === basename(only))) return paths;
  const siblings = models.map(({ file }) => join(dirname(only), file));
  return siblings.every((path) => existsSync(path)) ? siblings : paths;
}

/**
 * Digests of the files, held against those that the manifest states.
 *
 * @throws CliError `models-differ` when a file is not the one the manifest was written for
 */
export async function digests({ manifest, paths }: MatchedModels): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [n, path] of paths.entries()) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    const digest = hash.digest('hex');
    const { sha256 } = manifest.models[n];
    if (sha256 !== undefined && sha256 !== digest) {
      throw new CliError(
        'models-differ',
        `${path} has the SHA-256 ${digest}; the manifest expects ${sha256}`,
        EXIT.invalidInput,
      );
    }
    found.push(digest);
  }
  return found;
}
