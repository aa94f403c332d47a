import { createHash } from 'node:crypto';
import { writeNifti, type Volume } from '#imaging';
import { generateCase } from '../src/generate.js';
import type { PhantomCase } from '../src/cases.js';

/** SHA-256 of each file of a case, over the uncompressed NIfTI bytes: gzip may differ between engines, these may not. */
export interface CaseDigests {
  readonly image: string;
  readonly 'reader-1': string;
  readonly 'reader-2': string;
  readonly consensus: string;
}

export async function digestCase(phantom: PhantomCase): Promise<CaseDigests> {
  const { image, readers, consensus } = generateCase(phantom);
  const [first, second] = readers;
  return {
    image: await digest(image),
    'reader-1': await digest(first.labels),
    'reader-2': await digest(second.labels),
    consensus: await digest(consensus),
  };
}

async function digest(volume: Volume): Promise<string> {
  return createHash('sha256')
    .update(await writeNifti(volume, { gzip: false }))
    .digest('hex');
}
