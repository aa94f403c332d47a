import { geometryFromRasAffine } from '../affine.js';
import { ImageFormatError } from '../image-format-error.js';
import { inflateExactly } from '../inflate.js';
import type { VoxelArray } from '../volume.js';
import { partAsFile, partOffset, partsHeadBytes, partsOf } from './gzip-parts.js';
import type { GzipParts } from './gzip-parts.js';
import { isGzip } from './gzip.js';
import { parseNiftiHeader } from './header.js';
import { checkedSize, decodeVoxels } from './read.js';
import type { NiftiLimits } from './read.js';
import { slicesOfPart } from './stream.js';
import type { NiftiStart } from './stream.js';

/** Header and extensions of a file that is salvaged, in bytes: what would be inflated before the header declares anything. */
const LARGEST_LEAD = 1 << 20;

/** What is sound of a damaged file. */
export interface SalvagedNifti extends NiftiStart {
  /** x fastest, in stored order. Slices that cannot be read repeat the nearest one that can. */
  readonly voxels: VoxelArray;
  /** Slices along the slowest axis that cannot be read, first and last of each run; none where only the trailer is damaged. */
  readonly unreadable: readonly (readonly [first: number, last: number])[];
}

/**
 * Reads what is sound of a NIfTI file that `readNifti` refuses because its compressed voxels are damaged or cut short. Only a
 * file in parts with a checksum each (`writeNifti`, given a `PartCompressor`) tells which they are; every voxel that is called
 * readable has passed its checksum.
 *
 * @param bytes the whole file, or what is left of it
 * @returns null when it does not say where its parts are, when its header is not sound or is said to take more than 1 MiB with
 *   its extensions, or when no slice is sound
 * @throws ImageFormatError when a sound header declares what is refused, such as more than `maxBytes`
 */
export async function salvageNifti(bytes: Uint8Array, limits: NiftiLimits = {}): Promise<SalvagedNifti | null> {
  const parts = isGzip(bytes) && bytes.length >= 12 ? partsOf(bytes.subarray(0, partsHeadBytes(bytes))) : null;
  if (!parts?.checksums || parts.lead > LARGEST_LEAD) return null;
  const lead = await soundPart(bytes, parts, 0, parts.lead);
  if (!lead) return null;
  const header = parseNiftiHeader(lead);
  const expected = checkedSize(header, { ...limits, maxChannels: 1 });
  const slices = slicesOfPart(parts, header, expected);
  if (slices === null) return null;

  const [nx, ny, nz] = header.sizeXyz;
  const isSound = new Uint8Array(nz);
  let voxels: VoxelArray | undefined;
  for (let part = 1; part < parts.lengths.length; part++) {
    const first = (part - 1) * slices;
    const content = await soundPart(
      bytes,
      parts,
      part,
      Math.min(parts.each, expected - parts.lead - (part - 1) * parts.each),
    );
    if (!content) continue;
    const decoded = decodeVoxels(header, content);
    voxels ??= new (decoded.constructor as new (length: number) => VoxelArray)(nx * ny * nz);
    voxels.set(decoded as never, first * nx * ny);
    isSound.fill(1, first, first + slices);
  }
  if (!voxels) return null;
  const unreadable = runsOfZero(isSound);
  for (const [first, last] of unreadable) {
    for (let slice = first; slice <= last; slice++) {
      const isAfter = first === 0 || (last < nz - 1 && last - slice < slice - first);
      const nearest = isAfter ? last + 1 : first - 1;
      voxels.copyWithin(slice * nx * ny, nearest * nx * ny, (nearest + 1) * nx * ny);
    }
  }
  return { geometry: geometryFromRasAffine(header.affineRas, header.sizeXyz), header, voxels, unreadable };
}

/** Content of a part that is there and passes its checksum; null otherwise. */
async function soundPart(
  bytes: Uint8Array,
  parts: GzipParts,
  part: number,
  contentBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const from = partOffset(parts, part);
  const isLast = part === parts.lengths.length - 1;
  const own = bytes.subarray(from, from + parts.lengths[part]);
  const file = partAsFile(own, isLast, parts.checksums?.[part] ?? 0, contentBytes);
  try {
    return await inflateExactly(file, 'gzip', contentBytes, {
      damaged: 'nifti-gzip',
      truncated: 'nifti-truncated',
      trailing: 'nifti-trailing-bytes',
    });
  } catch (error) {
    if (error instanceof ImageFormatError) return null; // damaged, and said so by what it leaves out
    throw error;
  }
}

function runsOfZero(flags: Uint8Array): [number, number][] {
  const runs: [number, number][] = [];
  for (let n = 0; n < flags.length; n++) {
    if (flags[n] !== 0) continue;
    const run = runs.at(-1);
    if (run?.[1] === n - 1) run[1] = n;
    else runs.push([n, n]);
  }
  return runs;
}
