import { channelByName } from './channel-by-name.js';

describe('what the name of a channel says', () => {
  it.each([
    ...['CT', 'ct', 'CTA', 'CT scan', 'NCCT', 'CT_portal-venous'].map((name) => [name, { modality: 'CT', unit: 'HU' }] as const),
    ...['MR', 'MRI', 'T1', 'T1w', 't1gd', 'T1ce', 'T2', 'T2-FLAIR', 'T2star', 'FLAIR', 'ADC', 'DWI', 'PDw', 'LGE MRI'].map((name) => [name, { modality: 'MR' }] as const),
    ...['PET', 'PT', 'FDG-PET'].map((name) => [name, { modality: 'PT' }] as const),
    ...['SUV', 'SUVbw', 'PET (SUV)'].map((name) => [name, { modality: 'PT', unit: 'SUV' }] as const),
    ...['image', 'channel 0', 'zscore', 'noNorm', 'CTres', 'CT perfusion', 'CT CBF', 'PET/CT', 'CBCT', 'active', 'T3', '', 'ÄCT'].map((name) => [name, {}] as const),
  ])('%s', (name, expected) => expect(channelByName(name)).toEqual(expected));
});
