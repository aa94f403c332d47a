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
  | 'grid-differs'; // two grids that no permutation and flip of axes makes equal

/** An image that cannot be used as it is. The message says what was found and what was expected; `code` is stable. */
export class ImageFormatError extends RangeError {
  readonly code: ImageFormatCode;

  constructor(code: ImageFormatCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImageFormatError';
    this.code = code;
  }
}
