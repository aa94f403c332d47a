import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ImageFormatError } from '#imaging';
import { segmentation } from '../../libs/imaging/src/test-support/segmentation-writer.js';
import { read } from './read.js';
import type { Kind } from './read.js';

const sample = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(resolve(import.meta.dirname, '../golden/imaging', name)));

const SAMPLES: [string, Kind, Uint8Array][] = [
  ['NIfTI', 'nifti', sample('oblique-int16.nii')],
  ['NRRD', 'nrrd', sample('oblique-int16.nrrd')],
  ['compressed NRRD', 'nrrd', sample('oblique-int16-compressed.nrrd')],
  ['MetaImage', 'metaimage', sample('oblique-int16.mha')],
  ['compressed MetaImage', 'metaimage', sample('oblique-int16-compressed.mha')],
  ['a binary segmentation', 'segmentation', segmentation()],
  ['a fractional segmentation', 'segmentation', segmentation({ type: 'FRACTIONAL', fractionalMaximum: 2 })],
];

/** Whatever is wrong with a file, it is read or refused with a code: never a defect, never a hang. */
async function expectNoDefect(kind: Kind, bytes: Uint8Array): Promise<boolean> {
  const answer: unknown = await read(kind, [bytes]).catch((error: unknown) => error);
  if (answer instanceof Error && !(answer instanceof ImageFormatError)) throw answer;
  return !(answer instanceof Error);
}

describe('good files, spoiled a little', () => {
  it.each(SAMPLES)('%s is read', async (_, kind, bytes) => {
    expect(await expectNoDefect(kind, bytes)).toBe(true);
  });

  it.each(SAMPLES)('%s, cut at any length, is refused', async (_, kind, bytes) => {
    for (let length = 0; length < bytes.length; length++) {
      if (await expectNoDefect(kind, bytes.subarray(0, length)))
        throw new Error(`${length} of ${bytes.length} bytes were read`);
    }
  });

  it.each(SAMPLES)('%s with any byte changed is read or refused with a code', async (_, kind, bytes) => {
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [255, bytes[at] ^ 1]) {
        const spoiled = bytes.slice();
        spoiled[at] = value;
        await expectNoDefect(kind, spoiled);
      }
    }
  });
});
