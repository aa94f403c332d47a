import { caseFiles } from './case-files.js';
import type { CasePrediction } from './chosen-layers.js';

const reference = { objectId: 'r', reader: 'reader-1', consensus: false };
const prediction = { objectId: 'p', algorithm: { name: 'Net' }, version: '1.0.0' } as CasePrediction;
const CT = { channel: 'CT', objectId: 'i', bytes: 1 };

describe('files of a case', () => {
  it('offers images as NIfTI, and the chosen segmentations as DICOM too', () => {
    expect(caseFiles({ images: [CT] }, reference, prediction)).toEqual([
      { title: 'Image', nifti: '/api/v1/objects/i', dicom: null },
      { title: 'Reference, reader-1', nifti: '/api/v1/objects/r', dicom: '/api/v1/objects/r/segmentation' },
      { title: 'Net 1.0.0', nifti: '/api/v1/objects/p', dicom: '/api/v1/objects/p/segmentation' },
    ]);
  });

  it('offers nothing that is withheld or was not made', () => {
    const two = [CT, { channel: 'PET', objectId: 'j', bytes: 1 }];
    const failed = { ...prediction, objectId: null };
    expect(caseFiles({ images: two }, null, failed).map(({ title }) => title)).toEqual(['Image CT', 'Image PET']);
    expect(caseFiles({ images: [] }, null, null)).toEqual([]);
  });
});
