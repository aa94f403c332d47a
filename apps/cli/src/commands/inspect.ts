import { stat, readFile } from 'node:fs/promises';
import { inspectModelFile } from '#inference';
import { text, type Command } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { describeInspection } from '../inspect/describe.js';

/** A manifest is at most this long; more is not read. */
const MANIFEST_BYTES = 64 * 1024;

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
    const manifestPath = text({ options }, 'manifest');
    const manifest = manifestPath === null ? null : await readManifest(manifestPath);
    const inspection = inspectModelFile(path, manifest);
    terminal.out(inspection, describeInspection(path, inspection));
    return inspection.accepted ? EXIT.ok : EXIT.invalidInput;
  },
};

/** @throws CliError `no-such-file` */
async function checkFile(path: string, what: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isFile()) return found.size;
  } catch (error) {
    throw unreadable(path, what, (error as NodeJS.ErrnoException).code ?? String(error), error);
  }
  throw unreadable(path, what, 'it is not a file');
}

function unreadable(path: string, what: string, why: string, cause?: unknown): CliError {
  return new CliError('no-such-file', `the ${what} ${path} cannot be read (${why})`, EXIT.notFound, { cause });
}

/**
 * The JSON of the file; what is wrong with its fields the inspector says.
 *
 * @throws CliError `no-such-file`, or `manifest-invalid` when it is no JSON
 */
async function readManifest(path: string): Promise<unknown> {
  const size = await checkFile(path, 'manifest');
  if (size > MANIFEST_BYTES) {
    throw new CliError(
      'manifest-invalid',
      `the manifest ${path} has ${size} bytes; up to ${MANIFEST_BYTES} are accepted`,
      EXIT.invalidInput,
    );
  }
  const content = await readFile(path, 'utf8');
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw new CliError(
      'manifest-invalid',
      `the manifest ${path} is not JSON: ${(error as Error).message}`,
      EXIT.invalidInput,
      { cause: error },
    );
  }
}
