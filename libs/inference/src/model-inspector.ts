import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelInspector } from '#evaluation';
import { checkModel } from './inspect/check-model.js';
import { outlineModelFile } from './inspect/outline.js';
import { makeScratchFolder } from './scratch.js';

/**
 * Looks at an uploaded model in the process that received it: a bounded walk of the file, no ONNX Runtime. A copy is made
 * below `scratchDir` and removed again.
 */
export function createModelInspector({ scratchDir }: { readonly scratchDir: string }): ModelInspector {
  return {
    async inspect(copyTo, manifest) {
      const folder = await makeScratchFolder(scratchDir);
      try {
        const path = join(folder, 'model.onnx');
        await copyTo(path);
        checkModel(outlineModelFile(path), manifest);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
