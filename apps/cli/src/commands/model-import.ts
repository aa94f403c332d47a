import { manifest as manifestSchema } from '#contracts';
import { required, text, type Command } from '../command.js';
import { CliError, EXIT, usageError } from '../exit.js';
import { PACKAGES, readPackage, type PackageKind } from '../model-import/read-package.js';
import { writeOutput } from '../output-file.js';

export const modelImport: Command = {
  name: ['model', 'import'],
  summary:
    'writes voxelmark.json from an nnU-Net v2 folder, a MONAI bundle or a bioimage.io description; runs nothing in them',
  usage: 'nnunet|monai|bioimage DIR -o voxelmark.json',
  options: {
    output: { type: 'string', short: 'o', help: 'where the manifest is written' },
    configuration: {
      type: 'string',
      help: 'of nnU-Net, for instance 2d; by default that of the folder’s name, else 3d_fullres',
    },
    'input-tensor': { type: 'string', help: 'name of the ONNX input; by default "input"' },
    'output-tensor': { type: 'string', help: 'name of the ONNX output; by default "output"' },
  },
  words: [2, 2],
  async run(invocation) {
    const { terminal } = invocation;
    const [kind, folder] = invocation.words;
    if (!(PACKAGES as readonly string[]).includes(kind))
      throw usageError(`the package is "${kind}"; expected ${PACKAGES.join(', ')}`);
    const output = required(invocation, 'output');
    const imported = await readPackage(kind as PackageKind, folder, {
      configuration: text(invocation, 'configuration'),
      inputTensor: text(invocation, 'input-tensor'),
      outputTensor: text(invocation, 'output-tensor'),
    });
    if (!imported.ok) {
      const { refused, notes } = imported;
      const message = `${refused.length} step(s) cannot be expressed: ${refused.map(({ step }) => step).join(', ')}`;
      const lines = refused.map(({ step, reason }) => `${step}: ${reason}`);
      terminal.out({ error: { code: 'import-refused', message }, refused, notes }, lines.join('\n'));
      terminal.say(`voxelmark: ${message}; nothing was written`);
      return EXIT.invalidInput;
    }
    const checked = manifestSchema.safeParse(imported.manifest);
    if (!checked.success) {
      const faults = checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      throw new CliError(
        'import-refused',
        `the manifest that comes out is not valid: ${faults.join('; ')}`,
        EXIT.invalidInput,
      );
    }
    await writeOutput(output, `${JSON.stringify(checked.data, null, 2)}\n`);
    for (const note of imported.notes) terminal.say(`voxelmark: ${note}`);
    terminal.out(
      { output, manifest: checked.data, notes: imported.notes },
      `${output} written: ${checked.data.preprocess.length} operations before the network, ${checked.data.postprocess.length} after it`,
    );
    return EXIT.ok;
  },
};
