import { geometryFromRasAffine } from '../affine.js';
import type { Geometry } from '../geometry.js';
import { ImageFormatError } from '../image-format-error.js';
import { inflate, inflateExactly, joinBytes, LARGEST_INFLATION } from '../inflate.js';
import type { VoxelArray } from '../volume.js';
import { VOXEL_BYTES } from '../voxel-bytes.js';
import { isGzip } from './gzip.js';
import { END_OF_DEFLATE, partOffset, partsHeadBytes, partsOf } from './gzip-parts.js';
import type { GzipParts } from './gzip-parts.js';
import { HEADER_PROBE_BYTES, parseNiftiHeader, VOXEL_TYPES } from './header.js';
import type { NiftiHeader } from './header.js';
import { checkedSize, checkTrailer, decodeVoxels, trailing, truncated } from './read.js';
import type { NiftiLimits } from './read.js';

/** What is known as soon as the header is there. */
export interface NiftiStart {
  readonly geometry: Geometry;
  readonly header: NiftiHeader;
}

/** Who is told while a file arrives. */
export interface NiftiArrival {
  readonly onStart: (start: NiftiStart) => void;
  /** Slices along the slowest axis, in stored order and each once: `voxels` holds whole slices from `firstSlice` on. */
  readonly onSlices: (firstSlice: number, voxels: VoxelArray) => void;
}

/** What is wanted before its turn of a file that can be read from the middle (`writeNifti`, given a `PartCompressor`). */
export interface NiftiGlance {
  /** Between which stored slices, both included. */
  readonly slices: (start: NiftiStart) => readonly [first: number, last: number];
  /** Some bytes of the file, `to` excluded; null: they cannot be had. */
  readonly read: (from: number, to: number) => Promise<Uint8Array | null>;
  /** Whole slices, the wanted ones among them. They come again in their turn. */
  readonly onSlices: (firstSlice: number, voxels: VoxelArray) => void;
  /** Waited for after them: whoever shows them may want the machine for a moment. */
  readonly shown: () => Promise<void>;
}

export interface NiftiStreamOptions extends NiftiLimits {
  /** Bytes of the file as it is stored, where they are known: a header that declares the impossible is then refused at once. */
  readonly storedBytes?: number;
  /** About so many bytes of voxels are handed over at a time, at least one slice; 4 MiB unless told. */
  readonly bytesAtOnce?: number;
  /** Looked at before anything else is inflated, where the file lets us. Not for files that are handed over at once. */
  readonly glance?: NiftiGlance;
}

/**
 * Reads a NIfTI file (.nii or .nii.gz, one channel) while it arrives, slice by slice, with the rules and faults of
 * `readNifti`. What is wrong at the end of a file is found at its end: slices handed over count only when this resolves.
 *
 * @param pieces of the file, in order; an error of theirs is passed on as it is
 * @throws ImageFormatError as `readNifti`
 */
export async function streamNifti(
  pieces: AsyncIterable<Uint8Array>,
  arrival: NiftiArrival,
  { maxBytes, storedBytes, bytesAtOnce = 1 << 22, glance }: NiftiStreamOptions = {},
): Promise<void> {
  const stored = await peek(pieces);
  const gzip = isGzip(stored.first);
  const content = gzip ? inflate(stored.all(), 'gzip', 'nifti-gzip') : stored.all();
  let preamble = new Uint8Array(0);
  let slabs: Slabs | undefined;
  let expected = Infinity;
  let read = 0;
  for await (const piece of content) {
    let rest = piece;
    if (!slabs) {
      preamble = joinBytes([preamble, piece], preamble.length + piece.length);
      if (preamble.length < HEADER_PROBE_BYTES) continue;
      rest = preamble;
      let begun: NiftiStart;
      ({ slabs, expected, begun } = start(preamble));
      const parts = gzip && expected > bytesAtOnce ? partsOf(stored.first) : null;
      if (glance && parts) await lookAt(glance, parts, begun, expected);
    }
    if (read + rest.length > expected) throw trailing(`more than ${expected}`, expected);
    slabs.take(rest);
    read += rest.length;
  }
  // The content is shorter than a NIfTI-2 header; a NIfTI-1 file of a few voxels may be complete all the same.
  if (!slabs) {
    ({ slabs, expected } = start(preamble));
    read = preamble.length;
    if (read > expected) throw trailing(read, expected);
    slabs.take(preamble);
  }
  if (read < expected) throw truncated(read, expected);
  if (gzip) checkTrailer(stored.lastBytes(), read);

  function start(bytes: Uint8Array): { slabs: Slabs; expected: number; begun: NiftiStart } {
    const header = parseNiftiHeader(bytes.subarray(0, HEADER_PROBE_BYTES));
    const size = checkedSize(header, { ...(maxBytes !== undefined && { maxBytes }), maxChannels: 1 });
    if (storedBytes !== undefined) {
      const possible = gzip ? storedBytes * LARGEST_INFLATION : storedBytes;
      if (size > possible) throw truncated(`at most ${possible}`, size);
    }
    const begun = { geometry: geometryFromRasAffine(header.affineRas, header.sizeXyz), header };
    arrival.onStart(begun);
    return { slabs: new Slabs(header, bytesAtOnce, arrival.onSlices), expected: size, begun };
  }
}

/**
 * Where the volume of a NIfTI file lies, from its first bytes; nothing more is read.
 *
 * @param pieces of the file, in order; may end behind its header
 * @throws ImageFormatError as `readNifti` does for what is wrong with a header
 */
export async function niftiGeometry(pieces: AsyncIterable<Uint8Array>): Promise<Geometry> {
  const stored = await peek(pieces);
  const content = isGzip(stored.first) ? inflate(stored.all(), 'gzip', 'nifti-gzip') : stored.all();
  let preamble = new Uint8Array(0);
  for await (const piece of content) {
    preamble = joinBytes([preamble, piece], preamble.length + piece.length);
    if (preamble.length >= HEADER_PROBE_BYTES) break;
  }
  const header = parseNiftiHeader(preamble.subarray(0, HEADER_PROBE_BYTES));
  return geometryFromRasAffine(header.affineRas, header.sizeXyz);
}

/** Reads the parts that hold what is wanted. Where they are not what they say, the file is found out in its turn, or is sound. */
async function lookAt(...asked: Parameters<typeof readParts>): Promise<void> {
  try {
    await readParts(...asked);
  } catch (error) {
    if (!(error instanceof ImageFormatError)) throw error;
  }
}

/** Slices in each part but the first, which holds the header; null when the parts are not those of such a file. */
export function slicesOfPart({ lead, each, lengths }: GzipParts, header: NiftiHeader, expected: number): number | null {
  const sliceBytes = (expected - header.voxelOffset) / header.sizeXyz[2];
  const fits =
    lead === header.voxelOffset &&
    each % sliceBytes === 0 &&
    lengths.length === 1 + Math.ceil((expected - lead) / each);
  return fits ? each / sliceBytes : null;
}

async function readParts(glance: NiftiGlance, parts: GzipParts, begun: NiftiStart, expected: number): Promise<void> {
  const { header } = begun;
  const { lead, each, lengths } = parts;
  const nz = header.sizeXyz[2];
  const slices = slicesOfPart(parts, header, expected);
  if (slices === null) return;
  const [first, last] = glance
    .slices(begun)
    .map((slice) => 1 + Math.floor(Math.min(Math.max(slice, 0), nz - 1) / slices));
  const bytes = await glance.read(partOffset(parts, first), partOffset(parts, last + 1));
  if (bytes === null) return;
  for (let part = first, at = 0; part <= last; at += lengths[part++]) {
    const own = bytes.subarray(at, at + lengths[part]);
    const isLast = part === lengths.length - 1;
    const whole = isLast ? own : joinBytes([own, END_OF_DEFLATE], own.length + END_OF_DEFLATE.length);
    const inside = isLast ? expected - lead - (part - 1) * each : each;
    const content = await inflateExactly(whole, 'deflate-raw', inside, {
      damaged: 'nifti-gzip',
      truncated: 'nifti-truncated',
      trailing: 'nifti-trailing-bytes',
    });
    glance.onSlices((part - 1) * slices, decodeVoxels(header, content));
  }
  await glance.shown();
}

/** Fills buffers of whole slices and hands them over decoded. */
class Slabs {
  readonly #header: NiftiHeader;
  readonly #sliceBytes: number;
  readonly #slicesAtOnce: number;
  readonly #onSlices: NiftiArrival['onSlices'];
  #skip: number;
  #slice = 0;
  #bytes: Uint8Array<ArrayBuffer>;
  #filled = 0;

  constructor(header: NiftiHeader, bytesAtOnce: number, onSlices: NiftiArrival['onSlices']) {
    const type = VOXEL_TYPES.get(header.datatype);
    if (!type) throw new TypeError(`datatype ${header.datatype} passed the header and has no voxel type`);
    this.#header = header;
    this.#skip = header.voxelOffset;
    this.#sliceBytes = header.sizeXyz[0] * header.sizeXyz[1] * VOXEL_BYTES[type];
    this.#slicesAtOnce = Math.max(1, Math.floor(bytesAtOnce / this.#sliceBytes));
    this.#onSlices = onSlices;
    this.#bytes = this.#buffer();
  }

  take(piece: Uint8Array): void {
    let at = Math.min(this.#skip, piece.length);
    this.#skip -= at;
    while (at < piece.length) {
      const part = piece.subarray(at, at + this.#bytes.length - this.#filled);
      this.#bytes.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#bytes.length) break;
      const first = this.#slice;
      this.#slice += this.#bytes.length / this.#sliceBytes;
      this.#onSlices(first, decodeVoxels(this.#header, this.#bytes));
      this.#bytes = this.#buffer();
      this.#filled = 0;
    }
  }

  #buffer(): Uint8Array<ArrayBuffer> {
    const slices = Math.min(this.#slicesAtOnce, this.#header.sizeXyz[2] - this.#slice);
    return new Uint8Array(slices * this.#sliceBytes);
  }
}

interface Peeked {
  readonly first: Uint8Array;
  readonly all: () => AsyncGenerator<Uint8Array, void, void>;
  /** The last bytes that went by, at least four of a file that has as many. */
  readonly lastBytes: () => Uint8Array;
}

/** Enough to know a gzip file, and how long its own header is. */
const FIRST_BYTES = 12;

/** Looks at the first bytes, of a gzip file at its whole header, without losing them. */
async function peek(pieces: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const iterator = pieces[Symbol.asyncIterator]();
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < FIRST_BYTES || (isGzip(first) && first.length < partsHeadBytes(first))) {
    const next = await iterator.next();
    if (next.done) break;
    first = joinBytes([first, next.value], first.length + next.value.length);
  }
  let last = first;
  async function* all(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield first;
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        const { value } = next;
        const short = value.length < 4;
        last = short ? joinBytes([last.subarray(-4), value], Math.min(4, last.length) + value.length) : value;
        yield value;
      }
    } finally {
      await iterator.return?.(); // whoever reads may have stopped
    }
  }
  return { first, all, lastBytes: () => last };
}
