import { createPixelCodecs } from '#codecs';
import { readDicomSegmentation, readDicomSeries, readLabelMap, readMetaImage, readNifti, readNrrd, readRtStruct } from '#imaging';
import type { Geometry } from '#imaging';
import { openTar } from '../../libs/datasets/src/archive/tar.js';
import type { ArchiveSource } from '../../libs/datasets/src/archive/archive-source.js';
import { openZip } from '../../libs/datasets/src/archive/zip.js';

export type Kind = 'zip' | 'tar' | 'series' | 'segmentation' | 'structures' | 'nifti' | 'labels' | 'nrrd' | 'metaimage';

/** Grid of the segmentations of this corpus. */
export const GRID: Geometry = {
  sizeXyz: [3, 2, 2],
  spacingMm: [0.75, 0.5, 2.5],
  originLps: [-10, 20, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

const codecs = createPixelCodecs();

/** Reads what is to be refused. */
export function read(kind: Kind, files: readonly Uint8Array[]): Promise<unknown> {
  const [first] = files;
  switch (kind) {
    case 'series':
      return readDicomSeries(files, codecs);
    case 'segmentation':
      return readDicomSegmentation(first, GRID, codecs);
    case 'structures':
      return readRtStruct(first, GRID);
    case 'nifti':
      return readNifti(first);
    case 'labels':
      return readLabelMap(first);
    case 'nrrd':
      return readNrrd(first);
    case 'metaimage':
      return readMetaImage(first);
    case 'zip':
    case 'tar':
      return readArchive(kind, first);
  }
}

/** Opens an archive and reads every entry of it. */
async function readArchive(kind: 'zip' | 'tar', bytes: Uint8Array): Promise<void> {
  const { entries, read: readEntry } = await (kind === 'zip' ? openZip : openTar)(sourceOf(bytes));
  for (const path of entries.keys()) await readEntry(path, Infinity);
}

/** An archive that is in memory; what is read of it is a copy, as of a file. */
function sourceOf(bytes: Uint8Array): ArchiveSource {
  return { size: bytes.length, read: (offset, length) => Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length))) };
}
