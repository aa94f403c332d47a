import { withModalities } from './wanted-dataset.js';

describe('modalities said on the command line', () => {
  const pair = [{ name: 'a' }, { name: 'PET', modality: 'PT', unit: 'g/ml' }];

  it('go over what was found, which keeps its unit where both agree', () => {
    expect(withModalities([{ name: 'image' }], ['ct'])).toEqual([{ name: 'image', modality: 'CT', unit: 'HU' }]);
    expect(withModalities([{ name: 'image', modality: 'CT', unit: 'HU' }], ['MR'])).toEqual([{ name: 'image', modality: 'MR' }]);
    expect(withModalities(pair, ['a=CT', 'PET=PT'])).toEqual([{ name: 'a', modality: 'CT', unit: 'HU' }, pair[1]]);
    expect(withModalities(pair, [])).toEqual(pair);
  });

  it.each([
    ['CT', '--modality is "CT"; expected NAME=MODALITY, of a, PET'],
    ['b=CT', '--modality names the channel "b"; expected a, PET'],
    ['a=', '--modality is ""; expected a word as DICOM has it: CT, MR, PT, …'],
    ['a=computed tomography', '--modality is "computed tomography"; expected'],
  ])('are refused as %s', (said, message) => expect(() => withModalities(pair, [said])).toThrow(message));
});
