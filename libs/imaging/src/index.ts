export { diagonalMm, voxelCount, voxelVolumeMm3 } from './geometry.js';
export type { Geometry, Mat3, Vec3 } from './geometry.js';
export type { LabelMap, Volume, VoxelArray } from './volume.js';
export { ImageFormatError } from './image-format-error.js';
export type { ImageFormatCode } from './image-format-error.js';
export { affineLps, affineRas, geometryFromRasAffine, indexIjk, pointLps } from './affine.js';
export type { Affine } from './affine.js';
export { readLabelMap, readNifti, readNiftiChannels, toLabels } from './nifti/read.js';
export type { NiftiImage, NiftiLimits } from './nifti/read.js';
export { niftiGeometry, streamNifti } from './nifti/stream.js';
export type { NiftiArrival, NiftiGlance, NiftiStart } from './nifti/stream.js';
export { salvageNifti } from './nifti/salvage.js';
export type { SalvagedNifti } from './nifti/salvage.js';
export type { NiftiHeader } from './nifti/header.js';
export { storedGeometry, writeNifti } from './nifti/write.js';
export { deflate as gzip, inflate } from './inflate.js';
export type { NiftiWriteOptions } from './nifti/write.js';
export type { PartCompressor } from './nifti/gzip-parts.js';
export { imageFormat, readImage } from './read-image.js';
export type { ImageFormat } from './read-image.js';
export type { HeaderFileOptions } from './detached.js';
export { readNrrd } from './nrrd/read.js';
export { readMetaImage } from './metaimage/read.js';
export { listDicomSeries, readDicomSeries } from './dicom/series.js';
export type { DicomLimits, DicomSeries, DicomSeriesEntry } from './dicom/series.js';
export { openDicom } from './dicom/file.js';
export type { DicomFile } from './dicom/file.js';
export { DicomDataSet } from './dicom/data-set.js';
export type { Element as DicomElement } from './dicom/data-set.js';
export { describeDicom, describeDicomHeader, readDicomHeader } from './dicom/describe.js';
export type { DicomDescription } from './dicom/describe.js';
export {
  decimalString,
  dicomSequenceEnd,
  joinedBytes,
  writeDicom,
  writeDicomElements,
  writeDicomHead,
  writeDicomItem,
  writtenDecimals,
  writtenSequence,
  writtenTags,
  writtenText,
  writtenUint16,
  writtenUint32,
} from './dicom/write.js';
export type { DicomInstance, WrittenElement } from './dicom/write.js';
export { dicomJson } from './dicom/json.js';
export type { DicomJson, DicomJsonElement, DicomJsonOptions } from './dicom/json.js';
export { DicomInexpressible } from './dicom/dicom-inexpressible.js';
export { imageClassOf, imageHeaders, imageSeries, packSlice } from './dicom/image-series.js';
export type { ImageHeaders, ImageSeries, SeriesNames, StudyNames } from './dicom/image-series.js';
export { chooseStorage } from './dicom/stored-values.js';
export type { StoredValues } from './dicom/stored-values.js';
export { writeSegmentation } from './dicom/write-segmentation.js';
export type { SegmentationNames, SegmentName } from './dicom/write-segmentation.js';
export { conceptOfName } from './dicom/segment-concepts.js';
export type { SegmentConcept } from './dicom/segment-concepts.js';
export { readDicomSegmentation } from './dicom/segmentation.js';
export type {
  CodedConcept,
  DicomSegment,
  DicomSegmentation,
  SegmentationOptions,
} from './dicom/segmentation.js';
export type { SegmentationLayer } from './dicom/layers.js';
export { readRtStruct } from './rtstruct/read.js';
export type { RtStructOptions, RtStructure, RtStructureSet } from './rtstruct/read.js';
export type { Acquisition } from './dicom/acquisition.js';
export type { Codestream, PixelCodecs } from './dicom/pixel-codecs.js';
export {
  ALL_AXIS_CODES,
  applyAxisMap,
  axisCodes,
  axisMapTo,
  inverseAxisMap,
  isAxisCodes,
  mapGeometry,
  orientTo,
  permuteVoxels,
} from './orientation.js';
export type { AxisChoice, AxisMap } from './orientation.js';
export {
  bringLabels,
  bringToGrid,
  describeGrid,
  geometryHash,
  gridHash,
  GRID_RULES,
  GRID_TOLERANCE_VOXELS,
  resampleNearest,
  sameGrid,
} from './grid.js';
export type { BroughtLabels, GridRule } from './grid.js';
export { ERROR_CLASSES, errorMap, labelExtents } from './label-map.js';
export type { LabelExtent, VoxelBox } from './label-map.js';
export { squaredDistanceMm2 } from './distance-transform.js';
export { LowerEnvelope } from './lower-envelope.js';
export { connectedComponents, neighbourOffsets } from './connected-components.js';
export type { Components, Connectivity } from './connected-components.js';
export { dilate } from './dilate.js';
export { thin } from './thinning.js';
export type { CompactPieces } from './thinning.js';
export { majorityVote } from './consensus/majority.js';
export { staple } from './consensus/staple.js';
export type { ReaderPerformance, Staple, StapleLabel, StapleOptions } from './consensus/staple.js';
export { dicomHolds, HOLD_CODES } from './dicom/holds.js';
export type { Hold, HoldCode, HoldPolicy } from './dicom/holds.js';
