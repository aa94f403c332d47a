import { dirname, join } from 'node:path';
import { DEFAULT_MIN_DICE, type PreflightTask } from '#evaluation';
import type { ExpandedManifest } from '#pipeline';
import { CliError, EXIT } from '../exit.js';
import { checkFile } from '../files.js';
import { readImage } from '../sandbox/read-image.js';

/**
 * The author's own case: named on the command line, or by the manifest and lying beside it.
 *
 * @param given image of the first channel and expected label map, or null
 * @param more  images of further channels
 * @param manifestPath of the file that the manifest stands in
 * @throws CliError `no-such-file`, or `images-channels`
 */
export async function conformanceOf(
  manifest: ExpandedManifest,
  manifestPath: string,
  given: readonly string[] | null,
  more: readonly string[],
): Promise<PreflightTask['conformance']> {
  const { conformance } = manifest;
  const channels = manifest.inputs[0].channels.length;
  const minDice = conformance?.minDice ?? DEFAULT_MIN_DICE;
  if (given === null) {
    if (!conformance) return { skip: 'no conformance case; give one with --conformance IMAGE LABELS' };
    if (channels > 1)
      return {
        skip: `the manifest names one image and reads ${channels} channels; give them with --conformance and --channel`,
      };
    const beside = [conformance.image, conformance.expected].map((file) => join(dirname(manifestPath), file));
    const missing = await firstMissing(beside);
    if (missing !== null) return { skip: `the manifest names ${missing}, which does not lie beside it` };
    return read([beside[0]], beside[1], minDice);
  }
  const images = [given[0], ...more];
  if (images.length !== channels) {
    throw new CliError(
      'images-channels',
      `${images.length} conformance image(s) given; the manifest expects ${channels}`,
      EXIT.invalidInput,
    );
  }
  return read(images, given[1], minDice);
}

async function read(
  images: readonly string[],
  expected: string,
  minDice: number,
): Promise<PreflightTask['conformance']> {
  const files: Uint8Array[] = [];
  for (const path of images) files.push(await readImage(path));
  return { images: files, expected: await readImage(expected), minDice };
}

async function firstMissing(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    try {
      await checkFile(path, 'conformance case');
    } catch (error) {
      if (error instanceof CliError) return path;
      throw error;
    }
  }
  return null;
}
