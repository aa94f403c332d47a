import { expandManifest, networkFace, type Manifest } from '#pipeline';
import { checkStructure } from './check-structure.js';
import { fedInputs, standardOpset } from './description.js';
import { Findings } from './findings.js';
import { infer } from './infer.js';
import { readModel } from './read-model.js';
import { WireError, withFileSource } from './wire.js';

/** What a network needs, bytes, as far as it can be worked out before it is loaded. */
export interface TileMemory {
  /** Of its constants, once. */
  readonly weights: number;
  /** Largest sum of tensors alive at once while it runs on one tile (or batch of tiles). */
  readonly tile: number;
}

/** Null where the manifest or the model leaves a size open, or where the inspector would refuse the file: nothing is known. */
export function tileMemoryOf(path: string, manifest: Manifest): TileMemory | null {
  const { dims, tensor } = networkFace(manifest).input;
  if (dims.includes(null)) return null;
  const found = new Findings();
  try {
    const model = withFileSource(path, (source) => readModel(source, found));
    if (fedInputs(model.graph).some(({ name }) => name !== tensor)) return null;
    checkStructure(model, found);
    if (found.all().some(({ severity }) => severity === 'refusal')) return null;
    let known = true;
    const doubt = () => {
      known = false;
    };
    const { peakBytes } = infer(model, standardOpset(model), () => dims as readonly number[], doubt, 'tile');
    if (!known) return null;
    return { weights: model.constantBytes, tile: peakBytes * expandManifest(manifest).inference.batch };
  } catch (error) {
    if (error instanceof WireError) return null; // told when it is loaded
    throw error;
  }
}
