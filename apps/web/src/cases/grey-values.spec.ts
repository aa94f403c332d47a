import { greyValues } from './grey-values.js';

describe('what grey values mean', () => {
  it('is what the channel says, else what its name says, else nothing', () => {
    expect(greyValues({ name: 'CT', modality: 'PT', unit: 'g/ml' })).toEqual({ modality: 'PT', valueUnit: 'g/ml' });
    expect(greyValues({ name: 'CT', modality: 'MR' })).toEqual({ modality: 'MR' });
    expect(greyValues({ name: 'CT' })).toEqual({ modality: 'CT', valueUnit: 'HU' });
    expect(greyValues({ name: 'FLAIR' })).toEqual({ modality: 'MR' });
    expect(greyValues({ name: 'image' })).toEqual({});
    expect(greyValues(undefined)).toEqual({});
  });
});
