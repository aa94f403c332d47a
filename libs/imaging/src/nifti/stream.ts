import { geometryFromRasAffine } from '../affine.js';
import type { Geometry } from '../geometry.js';
import { inflate, joinBytes, LARGEST_INFLATION } from '../inflate.js';
import type { VoxelArray } from '../volume.js';
import { VOXEL_BYTES } from '../voxel-bytes.js';
import { isGzip } from './gzip.js';
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

export interface NiftiStreamOptions extends NiftiLimits {
  /** Bytes of the file as it is stored, where they are known: a header that declares the impossible is then refused at once. */
  readonly storedBytes?: number;
  /** About so many bytes of voxels are handed over at a time, at least one slice; 4 MiB unless told. */
  readonly bytesAtOnce?: number;
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
  { maxBytes, storedBytes, bytesAtOnce = 1 << 22 }: NiftiStreamOptions = {},
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
      ({ slabs, expected } = start(preamble));
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

  function start(bytes: Uint8Array): { slabs: Slabs; expected: number } {
    const header = parseNiftiHeader(bytes.subarray(0, HEADER_PROBE_BYTES));
    const size = checkedSize(header, { ...(maxBytes !== undefined && { maxBytes }), maxChannels: 1 });
    if (storedBytes !== undefined) {
      const possible = gzip ? storedBytes * LARGEST_INFLATION : storedBytes;
      if (size > possible) throw truncated(`at most ${possible}`, size);
    }
    arrival.onStart({ geometry: geometryFromRasAffine(header.affineRas, header.sizeXyz), header });
    return { slabs: new Slabs(header, bytesAtOnce, arrival.onSlices), expected: size };
  }
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

/** Looks at the first two bytes or more without losing them. */
async function peek(pieces: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const iterator = pieces[Symbol.asyncIterator]();
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < 2) {
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
