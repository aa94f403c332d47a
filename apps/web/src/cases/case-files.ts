import { ENDPOINTS, type CaseView } from '#contracts';
import { addressOf } from '../api/api-client.js';
import { objectUrl, type CasePrediction, type CaseReference } from './chosen-layers.js';

/** What of a case can be taken along: each as NIfTI, segmentations as DICOM too. */
export interface CaseFile {
  readonly title: string;
  readonly nifti: string;
  /** Null for images: they are served as series by DICOMweb. */
  readonly dicom: string | null;
}

/** Files of the images and of the layers that are chosen; what a person may not see is in neither. */
export function caseFiles(
  view: Pick<CaseView, 'images'>,
  reference: CaseReference | null,
  prediction: CasePrediction | null,
): CaseFile[] {
  const segmentation = (title: string, id: string): CaseFile => ({
    title,
    nifti: objectUrl(id),
    dicom: addressOf(ENDPOINTS.getSegmentation, { id }),
  });
  const files: CaseFile[] = view.images.map(({ channel, objectId }) => ({
    title: view.images.length === 1 ? 'Image' : `Image ${channel}`,
    nifti: objectUrl(objectId),
    dicom: null,
  }));
  if (reference !== null) {
    files.push(segmentation(`Reference, ${reference.consensus ? 'consensus' : reference.reader}`, reference.objectId));
  }
  if (prediction !== null && prediction.objectId !== null) {
    files.push(segmentation(`${prediction.algorithm.name} ${prediction.version}`, prediction.objectId));
  }
  return files;
}
