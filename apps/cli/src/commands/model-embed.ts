import { EmbedError, embedManifest, inspectModelFile } from '#inference';
import { required, type Command } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { checkFile } from '../files.js';
import { findManifest, manifestJson, parseManifest } from '../sandbox/find-manifest.js';

export const modelEmbed: Command = {
  name: ['model', 'embed'],
  summary: 'writes a manifest into the metadata of an ONNX model, so that one file is a submission',
  usage: 'MODEL.onnx --manifest voxelmark.json -o OUT.onnx [--replace]',
  options: {
    manifest: { type: 'string', help: 'the manifest' },
    output: { type: 'string', short: 'o', help: 'where the model with its manifest is written' },
    replace: { type: 'boolean', help: 'replace the manifest that the model carries already' },
  },
  words: [1, 1],
  async run(invocation) {
    const { terminal, options } = invocation;
    const [model] = invocation.words;
    const named = required(invocation, 'manifest');
    const output = required(invocation, 'output');
    await checkFile(model, 'model');
    const found = await findManifest(model, named);
    if (found === null) throw new Error('a manifest that is named was not looked for');
    const manifest = parseManifest(found);
    // what does not fit together would be refused later on, by everybody
    const refusal = inspectModelFile(model, manifestJson(found)).findings.find(
      ({ severity }) => severity === 'refusal',
    );
    if (refusal) throw new CliError(refusal.code, `${model}: ${refusal.message}`, EXIT.invalidInput);
    try {
      await embedManifest(model, found.text, output, { replace: options.replace === true });
    } catch (error) {
      throw asCliError(error, output);
    }
    const bytes = await checkFile(output, 'model');
    terminal.out(
      { output, bytes, manifest },
      `${output} written: the model as it was, with its manifest (${manifest.name} ${manifest.version})`,
    );
    return EXIT.ok;
  },
};

function asCliError(error: unknown, output: string): unknown {
  if (error instanceof EmbedError) return new CliError(error.code, error.message, EXIT.invalidInput, { cause: error });
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const exit = code === 'ENOENT' ? EXIT.notFound : EXIT.unexpected;
  return new CliError('not-writable', `${output} cannot be written (${code})`, exit, { cause: error });
}
