import { cache, ImageVolume, metaData, utilities } from '@cornerstonejs/core';
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
/** A texture of vtk.js, whose types are not among our dependencies, and the number that it has for one of its filters. */
interface FilteredTexture {
  setMinificationFilter(filter: number): void;
  setMagnificationFilter(filter: number): void;
}
const LINEAR = 1;

interface SliceFacts {
  readonly geometry: Geometry;
  readonly pixels: object;
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
  if (type === 'imagePixelModule') return facts.pixels;
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
 * Does what `volumeLoader.createLocalVolume` does, but for the smallest and largest value of each slice, which nothing here
 * asks for: finding them takes longer than all the rest, half a second for 512 x 512 x 200 voxels.
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
  const { sizeXyz, spacingMm, originLps, direction: d } = geometry;
  const [columns, rows, slices] = sizeXyz;
  const bits = voxels.BYTES_PER_ELEMENT * 8;
  const pixels = {
    bitsAllocated: bits,
    bitsStored: bits,
    highBit: bits - 1,
    samplesPerPixel: 1,
    pixelRepresentation: voxels instanceof Int16Array ? 1 : 0,
    photometricInterpretation: 'MONOCHROME2',
    rows,
    columns,
  };
  volumes.set(volumeId, { geometry, window, pixels });
  const dataType = voxels.constructor.name as Types.PixelDataTypedArrayString;
  const mutable = ([x, y, z]: Vec3): Types.Point3 => [x, y, z];
  const imageIds = Array.from({ length: slices }, (_, slice) => `${volumeId}${SLICE_MARK}${slice}`);
  imageIds.forEach((imageId, slice) => {
    const ofSlice = voxels.subarray(slice * rows * columns, (slice + 1) * rows * columns);
    cache.putImageSync(imageId, sliceImage(imageId, ofSlice, geometry, window, imageVolume?.imageIds[slice]));
  });
  const dimensions = mutable(sizeXyz);
  const volume = new ImageVolume({
    volumeId,
    dimensions,
    spacing: mutable(spacingMm),
    origin: mutable(originLps),
    // Ours is row-major with the axes as columns; Cornerstone lists axis after axis.
    direction: [d[0], d[3], d[6], d[1], d[4], d[7], d[2], d[5], d[8]],
    dataType,
    imageIds,
    voxelManager: utilities.VoxelManager.createImageVolumeVoxelManager({
      imageIds,
      dimensions,
      numberOfComponents: 1,
      id: volumeId,
    }),
    numberOfComponents: 1,
    ...(imageVolume && { referencedVolumeId: imageVolume.volumeId, referencedImageIds: imageVolume.imageIds }),
    metadata: {
      BitsAllocated: bits,
      BitsStored: bits,
      HighBit: bits - 1,
      SamplesPerPixel: 1,
      PixelRepresentation: pixels.pixelRepresentation,
      PhotometricInterpretation: 'MONOCHROME2',
      Modality: 'OT',
      SeriesInstanceUID: volumeId,
      FrameOfReferenceUID: FRAME_OF_REFERENCE,
      ImageOrientationPatient: [d[0], d[3], d[6], d[1], d[4], d[7]],
      PixelSpacing: [spacingMm[1], spacingMm[0]],
      Columns: columns,
      Rows: rows,
      voiLut: [{ windowCenter: window.center, windowWidth: window.width }],
      VOILUTFunction: 'LINEAR',
    },
  } as unknown as Types.ImageVolumeProps);
  cache.putVolumeSync(volumeId, volume);
  // A texture takes the slices that are said to be new. Nobody says so before the first plane is drawn, which then stays blank
  // until something has it drawn again. Changing the filter says it of all slices; done by the first drawing, as it is for
  // what is interpolated, it would do so after that.
  if (!imageVolume) {
    const texture = volume.vtkOpenGLTexture as unknown as FilteredTexture;
    texture.setMinificationFilter(LINEAR);
    texture.setMagnificationFilter(LINEAR);
  }
  volume.invalidate();
  return volume;
}

/** A slice as Cornerstone's cache holds images. */
function sliceImage(
  imageId: string,
  voxels: DisplayVoxels,
  { sizeXyz: [width, height], spacingMm }: Geometry,
  window: GreyWindow,
  referencedImageId: string | undefined,
): Types.IImage {
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    width,
    height,
    scalarData: voxels,
    numberOfComponents: 1,
    id: imageId,
  });
  const range = { lower: window.center - window.width / 2, upper: window.center + window.width / 2 };
  return {
    imageId,
    voxelManager,
    getPixelData: () => voxels,
    dataType: voxels.constructor.name,
    minPixelValue: range.lower,
    maxPixelValue: range.upper,
    slope: 1,
    intercept: 0,
    windowCenter: window.center,
    windowWidth: window.width,
    rows: height,
    columns: width,
    height,
    width,
    color: false,
    rgba: undefined,
    numberOfComponents: 1,
    columnPixelSpacing: spacingMm[0],
    rowPixelSpacing: spacingMm[1],
    FrameOfReferenceUID: FRAME_OF_REFERENCE,
    invert: false,
    getCanvas: undefined,
    sizeInBytes: voxels.byteLength,
    referencedImageId,
  } as unknown as Types.IImage;
}

/** Forgets what was said about the slices of volumes that are no longer in the cache. */
export function forgetVolumes(): void {
  volumes.clear();
}
