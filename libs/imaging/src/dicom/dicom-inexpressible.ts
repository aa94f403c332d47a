/** A volume that DICOM has no form for, or none that is written here; its message says why. Files of others keep their own errors. */
export class DicomInexpressible extends RangeError {
  override readonly name = 'DicomInexpressible';
}
