import { inspectModelFile } from '#inference';
import { text, type Command } from '../command.js';
import { EXIT } from '../exit.js';
import { checkFile } from '../files.js';
import { describeInspection } from '../inspect/describe.js';
import { findManifest, manifestJson } from '../sandbox/find-manifest.js';

export const inspect: Command = {
  name: ['inspect'],
  summary: 'looks at an ONNX model as the server does on upload, without running it; needs no server',
  usage: 'MODEL.onnx [--manifest voxelmark.json]',
  options: {
    manifest: { type: 'string', help: 'manifest that the model has to fit; by default the one embedded in the model' },
  },
  words: [1, 1],
  async run({ words, options, terminal }) {
    const [path] = words;
    await checkFile(path, 'model');
    const named = text({ options }, 'manifest');
    const found = named === null ? null : await findManifest(path, named);
    const manifest = found === null ? null : manifestJson(found); // null: the inspector reads the embedded one by itself
    const inspection = inspectModelFile(path, manifest);
    terminal.out(inspection, describeInspection(path, inspection));
    return inspection.accepted ? EXIT.ok : EXIT.invalidInput;
  },
};
