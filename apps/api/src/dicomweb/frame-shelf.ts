import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { createPixelCodecs, HTJ2K_LOSSLESS } from '#codecs';
import { notFound } from '#domain';
import { storeThenWrite, type BlobStore, type EvaluationRecords, type Log, type StoredBlob } from '#evaluation';
import type { CaseEngine } from '../datasets/case-engine.js';
import { BLOBS, CASES, LOG, RECORDS } from '../settings.js';
import { readIndex, readTail, TAIL_BYTES, type FrameIndex } from './frame-file.js';

/** An image whose slices can be read one by one. */
export interface OpenFrames extends FrameIndex {
  /** Slice k as an HTJ2K codestream. */
  compressed(k: number): Promise<Uint8Array>;
  /** Slice k as samples of 16 bits, little endian. */
  samples(k: number): Promise<Uint8Array>;
}

/** Indices that are kept: a few kilobytes each. */
const MOST_INDICES = 200;

/**
 * The slices of images, compressed without loss once, once a benchmark with the image is published (`FramesAhead`) or when it is first asked for
 * in DICOM, whichever is earlier, and kept as an object derived from it: no less secret, and served by nothing but DICOMweb.
 * Compressing 200 slices of 512 x 512 takes some seconds, reading one of them after that some milliseconds.
 */
@Injectable()
export class FrameShelf {
  private readonly codecs = createPixelCodecs();
  private readonly indices = new Map<string, FrameIndex>();
  private readonly making = new Map<string, Promise<StoredBlob>>();
  /** The last one in line. Volumes are held in memory while they are compressed, so there is one at a time. */
  private line: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(RECORDS) private readonly records: Pick<EvaluationRecords, 'findFrames' | 'addFrames' | 'blobInUse' | 'withLock'>,
    @Inject(BLOBS) private readonly blobs: Pick<BlobStore, 'open' | 'put' | 'read' | 'head' | 'delete'>,
    @Inject(CASES) private readonly engine: Pick<CaseEngine, 'frames'>,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Sees to it that the slices of an image are kept. @throws as `open` */
  async keep(image: { readonly id: string; readonly sha256: string }): Promise<void> {
    if ((await this.kept(image.id)) === null) await this.make(image);
  }

  /** @throws DicomInexpressible when DICOM cannot hold the values of the image, RequestRefused 404 when the image went meanwhile */
  async open(image: { readonly id: string; readonly sha256: string }): Promise<OpenFrames> {
    const blob = (await this.kept(image.id)) ?? (await this.make(image));
    const index = await this.indexOf(blob);
    const { columns, rows, offsets } = index;
    const compressed = (k: number): Promise<Uint8Array> => {
      if (!(k >= 0 && k < offsets.length - 1)) throw new RangeError(`slice ${k} of ${offsets.length - 1}`);
      return this.bytesOf(blob.sha256, offsets[k], offsets[k + 1]);
    };
    const stated = { columns, rows, components: 1, bitsPerSample: 16 };
    return {
      ...index,
      compressed,
      samples: async (k) => this.codecs.decode(HTJ2K_LOSSLESS, await compressed(k), stated),
    };
  }

  private async kept(imageId: string): Promise<StoredBlob | null> {
    const frames = await this.records.findFrames(imageId);
    // a store that was moved or cleared may have left them behind: they can be made again
    return frames !== null && (await this.blobs.head(frames.sha256)) !== null ? frames : null;
  }

  private make(image: { readonly id: string; readonly sha256: string }): Promise<StoredBlob> {
    const underWay = this.making.get(image.id);
    if (underWay !== undefined) return underWay;
    const turn = this.line.then(() => this.compress(image));
    this.line = turn.catch(() => undefined); // whoever asked is told
    this.making.set(image.id, turn);
    void turn.catch(() => undefined).then(() => this.making.delete(image.id));
    return turn;
  }

  private async compress(image: { readonly id: string; readonly sha256: string }): Promise<StoredBlob> {
    const started = performance.now();
    const file = await this.engine.frames({ file: await this.blobs.read(image.sha256) });
    const blob = { sha256: createHash('sha256').update(file).digest('hex'), bytes: file.length };
    await storeThenWrite({ records: this.records, blobs: this.blobs }, [{ ...blob, read: () => Readable.from([file]) }], async () => {
      if ((await this.records.addFrames(image.id, blob)) === null) throw notFound('object');
    });
    this.log.info('frames.made', { objectId: image.id, bytes: blob.bytes, elapsedMs: Math.round(performance.now() - started) });
    return blob;
  }

  private async indexOf({ sha256, bytes }: StoredBlob): Promise<FrameIndex> {
    const known = this.indices.get(sha256);
    if (known !== undefined) return known;
    const end = bytes - TAIL_BYTES;
    const length = readTail(await this.bytesOf(sha256, end, bytes), bytes);
    const index = readIndex(await this.bytesOf(sha256, end - length, end));
    if (this.indices.size >= MOST_INDICES) this.indices.clear();
    this.indices.set(sha256, index);
    return index;
  }

  private async bytesOf(sha256: string, from: number, to: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of await this.blobs.open(sha256, { start: from, end: to - 1 })) pieces.push(piece);
    return Buffer.concat(pieces);
  }
}
