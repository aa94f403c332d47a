import { createPixelCodecs } from '#codecs';
import { readDicomSegmentation, readDicomSeries, readLabelMap, readMetaImage, readNifti, readNrrd } from '#imaging';
import type { Geometry } from '#imaging';

export type Kind = 'series' | 'segmentation' | 'nifti' | 'labels' | 'nrrd' | 'metaimage';

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
    case 'nifti':
      return readNifti(first);
    case 'labels':
      return readLabelMap(first);
    case 'nrrd':
      return readNrrd(first);
    case 'metaimage':
      return readMetaImage(first);
  }
}
