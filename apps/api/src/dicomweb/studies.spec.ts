import { VISITOR, type Resource, type SecrecyLabel } from '#domain';
import type { AccessLog, EvaluationRecords, Log } from '#evaluation';
import type { Sight } from '../benchmarks/sight.js';
import { modalityOf, Studies, type Study } from './studies.js';

const object = (label: SecrecyLabel) => ({ object: { id: label, label } });

/** A case of a published benchmark with one reference; `reveal` is what its phase says of references. */
function segmented(sight: Resource, predictions: readonly SecrecyLabel[]): Promise<boolean> {
  const records = { predictionsOfCase: () => Promise.resolve(predictions.map(object)) } as unknown as EvaluationRecords;
  const seen = {
    ofBenchmark: () => Promise.resolve(sight),
    ofCase: () => sight,
    toldBy: () => null,
  } as unknown as Sight;
  const studies = new Studies(records, {} as AccessLog, {} as Log, seen);
  const study = { case: { id: 'c', references: [object('PUBLIC')] } } as unknown as Study;
  return studies.seesSegmentations(VISITOR, study);
}

describe('whether a study has segmentations, for ModalitiesInStudy', () => {
  const open = { published: true, label: 'PUBLIC', phase: 'practice' } as const;

  it('a reference that may be seen is one', async () => {
    expect(await segmented({ ...open, reveal: 'by-label' }, [])).toBe(true);
  });

  it('where references are withheld, a prediction is one', async () => {
    expect(await segmented({ ...open, reveal: 'withheld' }, ['PUBLIC'])).toBe(true);
    expect(await segmented({ ...open, reveal: 'withheld' }, [])).toBe(false);
  });

  it('what may not be seen is none', async () => {
    expect(await segmented({ ...open, reveal: 'withheld' }, ['SEALED'])).toBe(false);
    expect(await segmented({ ...open, label: 'SEALED', reveal: 'withheld' }, ['PUBLIC'])).toBe(false);
  });
});

describe('the modality of an image', () => {
  const study = (channels: readonly { name: string; modality?: string }[], facts: object = {}) =>
    ({ benchmark: { channels }, case: { facts } }) as unknown as Study;

  it('is what its channel says, else of a single channel what the header said, else OT', () => {
    expect(modalityOf(study([{ name: 'image', modality: 'MR' }], { modality: 'CT' }), 'image')).toBe('MR');
    expect(modalityOf(study([{ name: 'image' }], { modality: 'CT' }), 'image')).toBe('CT');
    expect(modalityOf(study([{ name: 'image' }]), 'image')).toBe('OT');
    expect(modalityOf(study([{ name: 'a' }, { name: 'b', modality: 'PT' }], { modality: 'CT' }), 'a')).toBe('OT');
    expect(modalityOf(study([{ name: 'image' }], { modality: 'computed tomography' }), 'image')).toBe('OT'); // no code of DICOM
  });
});
