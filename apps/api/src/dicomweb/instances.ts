import { Inject, Injectable } from '@nestjs/common';
import { HTJ2K_LOSSLESS } from '#codecs';
import { notFound, RequestRefused } from '#domain';
import { frameOfReferenceUidOf, instanceNumberOf, instanceUidOf, type BlobStore } from '#evaluation';
import {
  dicomSequenceEnd,
  DicomInexpressible,
  imageClassOf,
  imageHeaders,
  joinedBytes,
  writeDicom,
  writeDicomItem,
  type DicomInstance,
  type ImageHeaders,
  type SeriesNames,
  type StoredValues,
  type WrittenElement,
} from '#imaging';
import type { CaseEngine } from '../datasets/case-engine.js';
import { BLOBS, CASES, SETTINGS, type ApiSettings } from '../settings.js';
import { FrameShelf, type OpenFrames } from './frame-shelf.js';
import { imagesOf, type Series } from './studies.js';

export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** A series that is ready to be read. Numbers of instances and frames count from 1. */
export interface OpenSeries {
  readonly series: Series;
  readonly sopClassUid: string;
  readonly transferSyntaxes: readonly string[];
  /** Everything but the pixels. */
  header(number: number): { readonly sopInstanceUid: string; readonly elements: readonly WrittenElement[] };
  /** The whole instance as a file. */
  file(number: number, transferSyntax: string): Promise<Uint8Array[]>;
  /** Pixels of the whole instance as they stand in an uncompressed file. */
  pixels(number: number): Promise<Uint8Array>;
  readonly framesPerInstance: number;
  frame(number: number, frame: number, transferSyntax: string): Promise<Uint8Array>;
  /** Grey values of one slice, for a picture; null: it is no image. */
  readonly frames: OpenFrames | null;
}

const PIXEL_DATA = 0x7fe00010;
const NUMBER_OF_FRAMES = 0x00280008;
/** What segmentations that are kept may weigh together. */
const KEPT_BYTES = 64 * 2 ** 20;

/** Images and segmentations as DICOM instances, made of what is stored. */
@Injectable()
export class Instances {
  private readonly segmentations = new Map<string, DicomInstance>();
  private readonly making = new Map<string, Promise<DicomInstance>>();
  /** The last one in line. A label map is held in memory while it is written, so there is one at a time. */
  private line: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(BLOBS) private readonly blobs: Pick<BlobStore, 'read'>,
    @Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'version'>,
    @Inject(CASES) private readonly engine: Pick<CaseEngine, 'segmentation'>,
    private readonly shelf: FrameShelf,
  ) {}

  /** Class of the instances of a series, without reading anything. */
  sopClassOf(series: Series): string {
    return series.kind === 'image' ? imageClassOf(series.modality) : '1.2.840.10008.5.1.4.1.1.66.4';
  }

  /** The one that is sent when any may be comes first. */
  transferSyntaxesOf({ kind }: Series): readonly string[] {
    return kind === 'image' ? [EXPLICIT_LITTLE_ENDIAN, HTJ2K_LOSSLESS] : [EXPLICIT_LITTLE_ENDIAN];
  }

  /** @throws RequestRefused 409 `dicomweb-not-expressible` */
  async open(series: Series): Promise<OpenSeries> {
    return series.kind === 'image' ? this.openImage(series) : this.openSegmentation(series);
  }

  private async openImage(series: Series): Promise<OpenSeries> {
    const frames = await expressibly(() => this.shelf.open(series.object));
    const headers = expressible(() => headersOf(series, frames.stored));
    const nameOf = (number: number): string => instanceUidOf(series.uid, number);
    return {
      series,
      sopClassUid: headers.sopClassUid,
      transferSyntaxes: this.transferSyntaxesOf(series),
      framesPerInstance: 1,
      frames,
      header: (number) => ({ sopInstanceUid: nameOf(number), elements: headers.header(number - 1) }),
      pixels: (number) => frames.samples(number - 1),
      frame: (number, _, syntax) => (syntax === HTJ2K_LOSSLESS ? frames.compressed(number - 1) : frames.samples(number - 1)),
      file: async (number, syntax) => {
        const pixels = syntax === HTJ2K_LOSSLESS ? encapsulated(await frames.compressed(number - 1)) : native(await frames.samples(number - 1));
        const elements = [...headers.header(number - 1), pixels];
        return writeDicom({ sopClassUid: headers.sopClassUid, sopInstanceUid: nameOf(number), elements }, syntax);
      },
    };
  }

  private async openSegmentation(series: Series): Promise<OpenSeries> {
    const instance = await expressibly(() => this.segmentation(series));
    const { sopClassUid, sopInstanceUid, elements } = instance;
    const [pixels] = elements.find(({ tag }) => tag === PIXEL_DATA)?.pieces ?? [new Uint8Array()]; // in one piece, not copied
    const frames = Number(textOf(elements, NUMBER_OF_FRAMES));
    const [columns, rows] = series.study.case.geometry.sizeXyz;
    return {
      series,
      sopClassUid,
      transferSyntaxes: this.transferSyntaxesOf(series),
      framesPerInstance: frames,
      frames: null,
      header: () => ({ sopInstanceUid, elements: elements.filter(({ tag }) => tag !== PIXEL_DATA) }),
      pixels: async () => pixels,
      frame: async (_, frame) => bitsOf(pixels, (frame - 1) * columns * rows, columns * rows),
      file: async () => writeDicom(instance),
    };
  }

  /** Whoever asks for one that is being made waits for the same. */
  private segmentation(series: Series): Promise<DicomInstance> {
    const known = this.segmentations.get(series.uid);
    if (known !== undefined) return Promise.resolve(known);
    const underWay = this.making.get(series.uid);
    if (underWay !== undefined) return underWay;
    const turn = this.line.then(() => this.write(series));
    this.line = turn.catch(() => undefined); // whoever asked is told
    this.making.set(series.uid, turn);
    void turn.catch(() => undefined).then(() => this.making.delete(series.uid));
    return turn;
  }

  private async write(series: Series): Promise<DicomInstance> {
    const { benchmark, phase } = series.study;
    const [image] = imagesOf(series.study); // what a segmentation is said to be drawn on
    // a label has the colour of its own region, else of the region that names it first
    const byOwn = [...phase.rules.regions].sort((one, other) => other.labels.length - one.labels.length);
    const colors = new Map(byOwn.flatMap(({ labels, color }) => (color === undefined ? [] : [[labels[0], color] as const])));
    const made = await this.engine.segmentation({
      file: await this.blobs.read(series.object.sha256),
      labels: benchmark.labels.map(({ value, name }) => ({ label: value, name, ...(colors.has(value) ? { color: colors.get(value) } : {}) })),
      names: {
        ...studyNames(series),
        seriesInstanceUid: series.uid,
        seriesNumber: series.number,
        seriesDescription: series.description,
        sopInstanceUid: instanceUidOf(series.uid, 1),
        createdAt: benchmark.createdAt.toISOString(), // the same instance on every day
        softwareVersion: this.settings.version,
        algorithm: series.author?.automatic === true ? series.author.name : null,
      },
      source: { seriesInstanceUid: image.uid, sopClassUid: this.sopClassOf(image) },
    });
    this.keep(series.uid, made);
    return made;
  }

  private keep(uid: string, made: DicomInstance): void {
    this.segmentations.set(uid, made);
    let bytes = [...this.segmentations.values()].reduce((sum, one) => sum + sizeOf(one), 0);
    for (const [oldest, one] of this.segmentations) {
      if (bytes <= KEPT_BYTES || oldest === uid) break; // the newest stays: viewers ask for it frame by frame
      this.segmentations.delete(oldest);
      bytes -= sizeOf(one);
    }
  }
}

/** @throws RequestRefused 404 when the series has no such instance */
export function numberOf(series: Series, instanceUid: string): number {
  const number = instanceNumberOf(series.uid, instanceUid);
  if (number === null || number > series.instanceCount) throw notFound('instance');
  return number;
}

const sizeOf = ({ elements }: DicomInstance): number =>
  elements.reduce((sum, { pieces }) => sum + pieces.reduce((bytes, { length }) => bytes + length, 0), 0);

function textOf(elements: readonly WrittenElement[], tag: number): string {
  return new TextDecoder().decode(joinedBytes(elements.find((one) => one.tag === tag)?.pieces ?? [])).trim();
}

function studyNames({ study }: Series) {
  return {
    studyInstanceUid: study.uid,
    frameOfReferenceUid: frameOfReferenceUidOf(study.case.id),
    patient: study.case.name,
    studyDescription: descriptionOf(study),
  };
}

export const descriptionOf = ({ benchmark, phase }: Series['study']): string => `${benchmark.title}, ${phase.title}`;

function headersOf(series: Series, stored: StoredValues): ImageHeaders {
  const { benchmark, case: one } = series.study;
  const names: SeriesNames = {
    ...studyNames(series),
    seriesInstanceUid: series.uid,
    seriesNumber: series.number,
    seriesDescription: series.description,
    sopInstanceUid: (k) => instanceUidOf(series.uid, k + 1),
    modality: series.modality,
    ...(series.unit === undefined ? {} : { unit: series.unit }),
    // windows of a benchmark are those of its first channel
    windows: series.number === 1 ? benchmark.windowPresets : [],
  };
  return imageHeaders(one.geometry, stored, names);
}

const native = (pixels: Uint8Array): WrittenElement => ({ tag: PIXEL_DATA, vr: 'OW', pieces: [pixels] });

/** One frame in one fragment after an empty offset table. */
function encapsulated(frame: Uint8Array): WrittenElement {
  const even = frame.length % 2 === 0 ? [frame] : [frame, new Uint8Array(1)];
  return { tag: PIXEL_DATA, vr: 'OB', open: true, pieces: [...writeDicomItem([]), ...writeDicomItem(even), dicomSequenceEnd()] };
}

/** Some bits of a row of bits, beginning at the lowest of a byte again. */
function bitsOf(bytes: Uint8Array, from: number, count: number): Uint8Array {
  if (from % 8 === 0) {
    const whole = bytes.slice(from / 8, Math.ceil((from + count) / 8));
    if (count % 8 > 0) whole[whole.length - 1] &= (1 << (count % 8)) - 1; // what follows is of the next frame
    return whole;
  }
  const bits = new Uint8Array(Math.ceil(count / 8));
  for (let n = 0; n < count; n++) if ((bytes[(from + n) >> 3] >> ((from + n) & 7)) & 1) bits[n >> 3] |= 1 << (n & 7);
  return bits;
}

function expressible<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asRefusal(error);
  }
}

async function expressibly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asRefusal(error);
  }
}

/** What DICOM has no words for is nobody's defect. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof DicomInexpressible)) return error;
  return new RequestRefused(409, 'dicomweb-not-expressible', `This series cannot be written as DICOM: ${error.message}. It can be had as NIfTI.`);
}
