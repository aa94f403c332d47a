import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelFailure, type ModelInspector } from '#evaluation';
import { failureCodeOf } from './inspect/findings.js';
import { inspectModelFile } from './inspect/inspect-model.js';
import { MAX_DETAIL } from './protocol.js';
import { makeScratchFolder } from './scratch.js';

/**
 * Looks at an uploaded model in the process that received it: a bounded walk of the file, no ONNX Runtime. A copy is made
 * below `scratchDir` and removed again. The failure carries the first refusal's code and the sentences of all.
 */
export function createModelInspector({ scratchDir }: { readonly scratchDir: string }): ModelInspector {
  return {
    async inspect(copyTo, manifest) {
      const folder = await makeScratchFolder(scratchDir);
      try {
        const path = join(folder, 'model.onnx');
        await copyTo(path);
        const refusals = inspectModelFile(path, manifest).findings.filter(({ severity }) => severity === 'refusal');
        if (refusals.length === 0) return;
        const code = failureCodeOf(refusals[0].code);
        const sentences = refusals.map(({ code: own, message, node }) => {
          const sentence = node === null ? message : `node "${node}" ${message}`;
          return own === code ? sentence : `${own}: ${sentence}`;
        });
        throw new ModelFailure(code, sentences.slice(0, 10).join('; ').slice(0, MAX_DETAIL));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
