import { metaData, volumeLoader } from '@cornerstonejs/core';
import type { Types } from '@cornerstonejs/core';
import type { Geometry, Vec3 } from '#imaging';
import type { DisplayVoxels } from './case-volumes.js';
import type { GreyWindow } from './grey-window.js';
import { thickGeometry } from './thicken.js';

// Volumes from memory. Cornerstone expects DICOM-like facts about each slice even when nobody asks for DICOM: without
// the provider below it loads the middle slice again through a loader that does not exist ("No image loader found for
// scheme") and warns hundreds of times that it finds no image near the focal point.

const FRAME_OF_REFERENCE = 'voxelmark';
const SLICE_MARK = '_slice_';

interface SliceFacts {
  readonly geometry: Geometry;
  readonly window: GreyWindow;
}
const volumes = new Map<string, SliceFacts>();

let providerAdded = false;
function addProviderOnce(): void {
  if (providerAdded) return;
  providerAdded = true;
  metaData.addProvider(sliceMetadata, 11_000); // above the library's own guess, which gives all slices one position
}

function sliceMetadata(type: string, imageId: unknown): unknown {
  if (typeof imageId !== 'string') return undefined;
  const mark = imageId.lastIndexOf(SLICE_MARK);
  const facts = mark < 0 ? undefined : volumes.get(imageId.slice(0, mark));
  if (!facts) return undefined;
  const slice = Number(imageId.slice(mark + SLICE_MARK.length));
  if (type === 'voiLutModule') return { windowCenter: [facts.window.center], windowWidth: [facts.window.width] };
  if (type === 'generalSeriesModule') return { modality: 'OT', seriesInstanceUID: imageId.slice(0, mark) };
  if (type === 'imagePlaneModule') return slicePlane(facts.geometry, slice);
  return undefined;
}

function slicePlane({ sizeXyz, spacingMm, originLps, direction: d }: Geometry, slice: number): object {
  const rowCosines = [d[0], d[3], d[6]];
  const columnCosines = [d[1], d[4], d[7]];
  return {
    frameOfReferenceUID: FRAME_OF_REFERENCE,
    rows: sizeXyz[1],
    columns: sizeXyz[0],
    rowCosines,
    columnCosines,
    imageOrientationPatient: [...rowCosines, ...columnCosines],
    imagePositionPatient: [0, 1, 2].map((w) => originLps[w] + d[3 * w + 2] * spacingMm[2] * slice),
    pixelSpacing: [spacingMm[1], spacingMm[0]],
    rowPixelSpacing: spacingMm[1],
    columnPixelSpacing: spacingMm[0],
    sliceThickness: spacingMm[2],
  };
}

/**
 * Puts voxels into Cornerstone's cache as a volume. The array is used as it is, not copied.
 *
 * @param geometry grid of the data; its volume gets `thickGeometry` of it
 * @param voxels as `thicken` gives them
 * @param window first window of an image; a label map's is of no consequence but has to be something
 */
export function addVolume(
  volumeId: string,
  grid: Geometry,
  voxels: DisplayVoxels,
  window: GreyWindow,
  imageVolume?: Types.IImageVolume,
): Types.IImageVolume {
  addProviderOnce();
  const geometry = thickGeometry(grid);
  volumes.set(volumeId, { geometry, window });
  const { sizeXyz, spacingMm, originLps, direction: d } = geometry;
  const bits = voxels.BYTES_PER_ELEMENT * 8;
  const mutable = ([x, y, z]: Vec3): Types.Point3 => [x, y, z];
  return volumeLoader.createLocalVolume(volumeId, {
    dimensions: mutable(sizeXyz),
    spacing: mutable(spacingMm),
    origin: mutable(originLps),
    // Ours is row-major with the axes as columns; Cornerstone lists axis after axis.
    direction: [d[0], d[3], d[6], d[1], d[4], d[7], d[2], d[5], d[8]],
    scalarData: voxels,
    ...(imageVolume && { referencedVolumeId: imageVolume.volumeId, referencedImageIds: imageVolume.imageIds }),
    metadata: {
      BitsAllocated: bits,
      BitsStored: bits,
      HighBit: bits - 1,
      SamplesPerPixel: 1,
      PixelRepresentation: voxels instanceof Int16Array ? 1 : 0,
      PhotometricInterpretation: 'MONOCHROME2',
      Modality: 'OT',
      SeriesInstanceUID: volumeId,
      FrameOfReferenceUID: FRAME_OF_REFERENCE,
      ImageOrientationPatient: [d[0], d[3], d[6], d[1], d[4], d[7]],
      PixelSpacing: [spacingMm[1], spacingMm[0]],
      Columns: sizeXyz[0],
      Rows: sizeXyz[1],
      voiLut: [{ windowCenter: window.center, windowWidth: window.width }],
      VOILUTFunction: 'LINEAR',
    },
  });
}

/** Forgets what was said about the slices of volumes that are no longer in the cache. */
export function forgetVolumes(): void {
  volumes.clear();
}
