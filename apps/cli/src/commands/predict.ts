import { stat } from 'node:fs/promises';
import { required, text, texts, type Command, type Terminal } from '../command.js';
import { EXIT, usageError, type ExitCode } from '../exit.js';
import { checkFile } from '../files.js';
import { checkWritable } from '../output-file.js';
import { segment, type Segmented } from '../predict/segment.js';
import { failureOf, notOurs, type Failure } from '../sandbox/failure.js';
import { findManifest, manifestInvalid } from '../sandbox/find-manifest.js';
import { LIMIT_OPTIONS, limitsOf } from '../sandbox/limits.js';
import { ticking } from '../ticking.js';
import { untilInterrupted } from '../interruption.js';

export const predict: Command = {
  name: ['predict'],
  summary: 'segments an image with an ONNX model, in the sandbox and by the code of a benchmark; needs no server',
  usage: '--model M.onnx… [--manifest voxelmark.json] --image IN… -o OUT.nii.gz',
  options: {
    model: { type: 'string', multiple: true, help: 'the model; repeat it for an ensemble' },
    manifest: { type: 'string', help: 'by default voxelmark.json beside the model, else the one embedded in it' },
    image: {
      type: 'string',
      multiple: true,
      help: 'a NIfTI file or a folder of DICOM files; repeat it for more channels, in the order of the manifest',
    },
    output: { type: 'string', short: 'o', help: 'where the label map is written, .nii.gz or .nii' },
    ...LIMIT_OPTIONS,
  },
  words: [0, 0],
  stopsByItself: true,
  async run(invocation) {
    const { terminal } = invocation;
    const [models, images] = [texts(invocation, 'model'), texts(invocation, 'image')];
    if (models.length === 0) throw usageError('--model is needed');
    if (images.length === 0) throw usageError('--image is needed');
    const output = required(invocation, 'output');
    if (!/\.nii(\.gz)?$/.test(output))
      throw usageError(`--output is "${output}"; expected a name that ends in .nii.gz or .nii`);
    const limits = limitsOf(invocation);
    const progress = ticking(terminal);
    try {
      for (const model of models) await checkFile(model, 'model');
      await checkWritable(output);
      await refuseOverwriting(output, [...models, ...images]);
      const manifest = await findManifest(models[0], text(invocation, 'manifest'));
      if (manifest === null) {
        throw manifestInvalid(
          `${models[0]} carries no manifest, and there is no voxelmark.json beside it; name one with --manifest`,
        );
      }
      const segmented = await untilInterrupted((signal) =>
        segment({ models, manifest, images, output, limits }, signal, (stage) => progress.now(stage)),
      );
      progress.end();
      return tell(output, segmented, terminal);
    } catch (error) {
      progress.end();
      const failure = failureOf(error);
      if (failure === null) throw notOurs(error);
      return tellFailure(failure, terminal);
    }
  },
};

/** A scan is not replaced by its labels, whatever way its path is written. @throws CliError `usage` */
async function refuseOverwriting(output: string, inputs: readonly string[]): Promise<void> {
  const target = await placeOf(output);
  for (const input of inputs) {
    const place = await placeOf(input);
    if (target !== null && target === place)
      throw usageError(`--output is ${input}, which is read; expected another file`);
  }
}

/** Device and inode; null where there is nothing. */
async function placeOf(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  return found && `${found.dev}:${found.ino}`;
}

function tell(output: string, { labels, stagesMs, usage, isolation }: Segmented, terminal: Terminal): ExitCode {
  const [cpuSeconds, peakRssBytes] = [usage.cpuMs / 1000, usage.peakRssBytes];
  const rows = Object.entries(labels).map(
    ([value, { name, voxels, ml }]) =>
      `  ${value.padStart(5)}  ${name.padEnd(24)} ${`${voxels}`.padStart(12)} voxels ${ml.toFixed(2).padStart(10)} ml`,
  );
  const stages = Object.entries(stagesMs).map(([stage, ms]) => `${stage} ${(ms / 1000).toFixed(2)} s`);
  terminal.out(
    { output, labels, stagesMs, cpuSeconds, peakRssBytes, exit: 'ok', sessionMs: usage.sessionMs, isolation },
    [
      `${output} written`,
      ...rows,
      `  ${stages.join(', ')}; ${cpuSeconds.toFixed(2)} s of CPU, ${Math.ceil(peakRssBytes / 2 ** 20)} MiB, isolation ${isolation}`,
    ].join('\n'),
  );
  return EXIT.ok;
}

function tellFailure({ code, message, ending, exit }: Failure, terminal: Terminal): ExitCode {
  terminal.say(`voxelmark: ${code}: ${message}`);
  const nothing = { output: null, labels: {}, stagesMs: {}, cpuSeconds: null, peakRssBytes: null };
  if (terminal.json) terminal.out({ ...nothing, exit: ending, error: { code, message } }, '');
  return exit;
}
