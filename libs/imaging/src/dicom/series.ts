import type { Volume, VoxelArray } from '../volume.js';
import { ImageFormatError } from '../image-format-error.js';
import { readAcquisition } from './acquisition.js';
import type { Acquisition } from './acquisition.js';
import type { DicomDataSet } from './data-set.js';
import { openDicom, openDicomHeader } from './file.js';
import type { DicomFile } from './file.js';
import { allocateStored, openFrames, readPixelFormat } from './frames.js';
import type { PixelFormat, StoredArray } from './frames.js';
import type { PixelCodecs } from './pixel-codecs.js';
import { readSlices } from './slices.js';
import type { Slice } from './slices.js';
import { stackSlices } from './stack.js';
import { TAG } from './tags.js';

export interface DicomLimits {
  /** Largest volume in bytes that is read; 2 GiB unless told. */
  readonly maxBytes?: number;
}

/** A volume read from DICOM images, with how it was made. */
export interface DicomSeries extends Volume {
  readonly seriesInstanceUid: string;
  readonly acquisition: Acquisition;
}

/** What a folder holds of one series. */
export interface DicomSeriesEntry {
  readonly seriesInstanceUid: string;
  readonly modality: string;
  /** other: reports, plans, structures, images without a place in space. */
  readonly kind: 'image' | 'segmentation' | 'other';
  /** Indices of its files among those given. */
  readonly files: readonly number[];
}

export const DEFAULT_MAX_BYTES = 2 ** 31;
export const SEGMENTATION_STORAGE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.66\.(4|7)$/;
/** Modalities whose values are what was measured and whose images are planes in the patient. */
const IMAGES = new Set(['CT', 'MR', 'PT', 'NM']);

/**
 * Sorts the files of a folder into series by their headers. Files that are not DICOM belong to none.
 *
 * @returns series in the order in which their first file came
 */
export async function listDicomSeries(files: readonly Uint8Array[]): Promise<DicomSeriesEntry[]> {
  const found = new Map<string, { modality: string; kind: DicomSeriesEntry['kind']; files: number[] }>();
  for (const [index, bytes] of files.entries()) {
    const header = await headerOf(bytes);
    const uid = header?.text(TAG.seriesInstanceUid);
    if (!header || uid === undefined) continue;
    const kind = kindOf(header);
    const key = `${uid} ${kind}`;
    const entry = found.get(key) ?? { modality: header.text(TAG.modality) ?? '', kind, files: [] };
    entry.files.push(index);
    found.set(key, entry);
  }
  return [...found].map(([key, entry]) => ({ seriesInstanceUid: key.split(' ')[0], ...entry }));
}

async function headerOf(bytes: Uint8Array): Promise<DicomDataSet | null> {
  try {
    return await openDicomHeader(bytes);
  } catch (error) {
    if (error instanceof ImageFormatError) return null; // not DICOM, or not to be read: reading it says why
    throw error;
  }
}

export function kindOf(header: DicomDataSet): DicomSeriesEntry['kind'] {
  if (SEGMENTATION_STORAGE.test(header.text(TAG.sopClassUid) ?? '')) return 'segmentation';
  return header.has(TAG.rows) && IMAGES.has(header.text(TAG.modality) ?? '') ? 'image' : 'other';
}

/**
 * Reads the DICOM images of one series as one volume: CT, MR, PET; one frame a file, or many (enhanced images).
 *
 * Slices are ordered by their positions in the patient; file names and instance numbers do not matter. The third axis grows
 * along row x column, so an axial series runs from feet to head. Values are real ones (HU for CT): int16 where every value
 * fits and no slice has a fractional scale, float32 otherwise. Nothing is resampled, cropped or inverted.
 *
 * Stricter than most viewers: gaps, duplicates, uneven distances, a tilted gantry and several series at once are refused,
 * each with its own code, since in each case a volume could only be guessed.
 *
 * @throws ImageFormatError
 */
export async function readDicomSeries(
  files: readonly Uint8Array[],
  codecs: PixelCodecs,
  limits: DicomLimits = {},
): Promise<DicomSeries> {
  const maxBytes = limits.maxBytes ?? DEFAULT_MAX_BYTES;
  if (files.length === 0)
    throw new ImageFormatError('dicom-no-files', 'no files were given; expected the images of one series');
  const images: Image[] = [];
  for (const [index, bytes] of files.entries()) images.push(await openImage(bytes, index, files.length, maxBytes));
  checkOneSeries(images);
  const { format } = images[0];
  const { slices, geometry } = stackSlices(
    images.flatMap((image) => image.slices),
    format.columns,
    format.rows,
  );
  const pixels = format.rows * format.columns;
  const bytes = pixels * slices.length * (format.bitsAllocated > 16 ? 4 : format.bitsAllocated / 8);
  if (bytes > maxBytes) {
    throw new ImageFormatError(
      'dicom-too-large',
      `series declares ${geometry.sizeXyz.join(' x ')} voxels, ${bytes} bytes; at most ${maxBytes} bytes are read`,
    );
  }
  const readers = images.map((image) => openFrames(image.file, image.format, codecs));
  const stored = allocateStored(format, pixels * slices.length);
  for (const [k, slice] of slices.entries()) await readers[slice.file].read(slice.frame, stored, k * pixels);
  const [first] = images;
  return {
    geometry,
    data: rescale(stored, slices, pixels),
    seriesInstanceUid: first.seriesInstanceUid,
    acquisition: { ...readAcquisition(first.file.dataSet), ...paddingOf(first) },
  };
}

interface Image {
  readonly file: DicomFile;
  readonly format: PixelFormat;
  readonly slices: readonly Slice[];
  readonly seriesInstanceUid: string;
}

async function openImage(bytes: Uint8Array, index: number, count: number, maxBytes: number): Promise<Image> {
  try {
    const file = await openDicom(bytes, maxBytes);
    const { dataSet } = file;
    const modality = dataSet.text(TAG.modality) ?? 'not stated';
    if (kindOf(dataSet) !== 'image') {
      throw new ImageFormatError(
        'dicom-not-image',
        `modality is ${modality}${dataSet.has(TAG.rows) ? '' : ' and there are no rows of pixels'}; expected an image of ${[...IMAGES].join(', ')}`,
      );
    }
    const format = readPixelFormat(dataSet);
    if (format.bitsAllocated === 1)
      throw new ImageFormatError('dicom-pixel-format', 'pixels have 1 bit; expected 8, 16 or 32');
    const slices = readSlices(dataSet, index, format.frames);
    return { file, format, slices, seriesInstanceUid: dataSet.text(TAG.seriesInstanceUid) ?? '' };
  } catch (error) {
    if (!(error instanceof ImageFormatError) || count === 1) throw error;
    throw new ImageFormatError(error.code, `image ${index} of ${count}: ${error.message}`, { cause: error.cause });
  }
}

/** Files must be different images of one series, in one frame of reference, of one size. */
function checkOneSeries(images: readonly Image[]): void {
  const [first] = images;
  const seen = new Map<string, number>();
  for (const [index, { file, format, seriesInstanceUid }] of images.entries()) {
    const { dataSet } = file;
    const place = dataSet.text(TAG.frameOfReferenceUid);
    if (seriesInstanceUid !== first.seriesInstanceUid || place !== first.file.dataSet.text(TAG.frameOfReferenceUid)) {
      throw new ImageFormatError(
        'dicom-several-series',
        `image ${index} belongs to another ${seriesInstanceUid !== first.seriesInstanceUid ? 'series' : 'frame of reference'} than image 0; expected the images of one series`,
      );
    }
    const instance = dataSet.text(TAG.sopInstanceUid);
    if (instance !== undefined) {
      const before = seen.get(instance);
      if (before !== undefined) {
        throw new ImageFormatError(
          'dicom-instance-twice',
          `images ${before} and ${index} are the same instance; expected each once`,
        );
      }
      seen.set(instance, index);
    }
    const differs = (['rows', 'columns', 'bitsAllocated', 'signed'] as const).find(
      (key) => format[key] !== first.format[key],
    );
    if (differs) {
      throw new ImageFormatError(
        'dicom-size-differs',
        `image ${index} has ${differs} ${format[differs]} and image 0 ${first.format[differs]}; expected images of one size and pixel format`,
      );
    }
  }
}

/** Stored to real values, slice by slice; PET has another slope for each. */
function rescale(stored: StoredArray, slices: readonly Slice[], pixels: number): VoxelArray {
  const { slope, intercept } = slices[0];
  const offset =
    slope === 1 && Number.isInteger(intercept) && slices.every((s) => s.slope === 1 && s.intercept === intercept);
  if (offset) {
    let [least, most] = [Infinity, -Infinity];
    for (let v = 0; v < stored.length; v++) {
      if (stored[v] < least) least = stored[v];
      if (stored[v] > most) most = stored[v];
    }
    if (least + intercept >= -32768 && most + intercept <= 32767) {
      // in place where the width is right: a CT of a gigabyte is not held twice
      const data = stored.BYTES_PER_ELEMENT === 2 ? new Int16Array(stored.buffer) : new Int16Array(stored.length);
      for (let v = 0; v < stored.length; v++) data[v] = stored[v] + intercept;
      return data;
    }
  }
  const data = new Float32Array(stored.length);
  slices.forEach((slice, k) => {
    for (let v = k * pixels; v < (k + 1) * pixels; v++) data[v] = stored[v] * slice.slope + slice.intercept;
  });
  return data;
}

/** Values that mark pixels outside of what was measured, in units of the volume. */
function paddingOf({ file, format, slices }: Image): Pick<Acquisition, 'paddingRange'> {
  const read = (tag: number): number | null => {
    const bits = file.dataSet.uint16(tag);
    return bits !== null && format.signed ? (bits << 16) >> 16 : bits;
  };
  const value = read(TAG.pixelPadding);
  if (value === null) return {};
  const limit = read(TAG.pixelPaddingLimit) ?? value;
  const [{ slope, intercept }] = slices;
  const ends = [value, limit].map((x) => x * slope + intercept).sort((a, b) => a - b);
  return { paddingRange: [ends[0], ends[1]] };
}
