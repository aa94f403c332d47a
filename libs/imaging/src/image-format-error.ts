/** Stable reasons for refusing an image file or a pair of grids. */
export type ImageFormatCode =
  | 'nifti-gzip' // the gzip stream is damaged, cut short or followed by other bytes
  | 'nifti-header' // not a single-file NIfTI-1 or NIfTI-2
  | 'nifti-truncated' // fewer bytes than the header declares
  | 'nifti-trailing-bytes' // more bytes than the header declares
  | 'nifti-too-large' // the declared size exceeds the limit of the caller
  | 'nifti-dimensions' // sizes that are not a three-dimensional image
  | 'nifti-datatype' // a voxel type that cannot be read
  | 'nifti-scaling' // slope or intercept that is not a number
  | 'nifti-spacing' // zero, negative or non-finite distance between voxels
  | 'nifti-affine' // an affine that is not finite, singular or sheared
  | 'image-not-finite' // voxels that are NaN or infinite, where numbers are needed
  | 'label-values' // a label map with fractions, negative or very large values
  | 'grid-differs' // two grids that no permutation and flip of axes makes equal
  | 'image-format' // no format that is read
  | DicomCode
  | RtStructCode
  | NrrdCode
  | MetaImageCode;

type DicomCode =
  // one file
  | 'dicom-header' // not a DICOM file
  | 'dicom-structure' // elements, sequences or fragments that contradict themselves
  | 'dicom-truncated' // an element reaches past the end of the file
  | 'dicom-transfer-syntax' // an encoding that is not read
  | 'dicom-deflate' // a deflated data set that is damaged or larger than it says
  | 'dicom-too-large' // more voxels than the limit of the caller
  | 'dicom-not-image' // a report, plan or segmentation where an image is expected
  | 'dicom-dimensions' // rows, columns or frames that make no image
  | 'dicom-pixel-format' // colour, or bits that contradict one another
  | 'dicom-pixel-missing' // no pixels, or not as many compressed frames as declared
  | 'dicom-pixel-length' // not as many bytes of pixels as declared
  | 'dicom-codestream' // a compressed frame that cannot be decoded
  | 'dicom-frame-differs' // a compressed frame of another size or depth than its header says
  | 'dicom-scaling' // rescale slope or intercept that is not a number
  | 'dicom-position' // no position of a slice, or one that is not finite
  | 'dicom-orientation' // no orientation of a slice, or one without right angles
  | 'dicom-spacing' // no distance between pixels or slices
  // files together
  | 'dicom-no-files' // nothing to read
  | 'dicom-several-series' // files of more than one series or frame of reference
  | 'dicom-instance-twice' // the same instance more than once
  | 'dicom-size-differs' // slices of different sizes or pixel formats
  | 'dicom-orientation-differs' // slices that are not parallel
  | 'dicom-spacing-differs' // slices with different pixel spacing
  | 'dicom-slice-duplicate' // two slices in one place
  | 'dicom-slice-gap' // a slice is missing
  | 'dicom-slice-spacing' // slices at uneven distances
  | 'dicom-gantry-tilt' // slices shifted within their planes
  // segmentations
  | 'dicom-segments'; // segments that are missing, repeated or not declared

type RtStructCode =
  | 'rtstruct-header' // not a structure set
  | 'rtstruct-rois' // structures that are missing, repeated or not declared
  | 'rtstruct-contour-type' // contours that enclose nothing
  | 'rtstruct-points' // points that are missing, no numbers, or not as many as declared
  | 'rtstruct-plane' // a contour that lies in no plane of voxels
  | 'rtstruct-slice' // a contour between two slices
  | 'rtstruct-outside' // a contour outside of the image
  | 'rtstruct-contours-cross' // contours of one structure that overlap without one being a hole in the other
  | 'rtstruct-too-large'; // more points or edges than a real one has

type NrrdCode =
  | 'nrrd-header' // no NRRD header, or one that contradicts itself
  | 'nrrd-field' // a field that is missing, repeated or not understood
  | 'nrrd-detached' // voxels in another file that was not given
  | 'nrrd-dimensions'
  | 'nrrd-datatype'
  | 'nrrd-encoding' // an encoding that is not read, or damaged
  | 'nrrd-space' // directions or origin that are missing, not finite, singular or sheared
  | 'nrrd-truncated'
  | 'nrrd-trailing-bytes'
  | 'nrrd-too-large';

type MetaImageCode =
  | 'metaimage-header'
  | 'metaimage-field'
  | 'metaimage-detached'
  | 'metaimage-dimensions'
  | 'metaimage-datatype'
  | 'metaimage-compression'
  | 'metaimage-space'
  | 'metaimage-truncated'
  | 'metaimage-trailing-bytes'
  | 'metaimage-too-large';

/** An image that cannot be used as it is. The message says what was found and what was expected; `code` is stable. */
export class ImageFormatError extends RangeError {
  readonly code: ImageFormatCode;

  constructor(code: ImageFormatCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImageFormatError';
    this.code = code;
  }
}
