import type { Acquisition } from '#imaging';
import { ChannelHeaders, ofModality } from './channel-headers.js';

/** Channels as described after these headers, all of channel 0. */
function described(names: readonly string[], ...headers: (Acquisition | null)[]) {
  const gathered = new ChannelHeaders(names);
  for (const header of headers) gathered.add(names[0] ?? 'CT', header);
  return gathered.described();
}

describe('modality and unit of channels', () => {
  it.each<[string, Acquisition[], object]>([
    ['CT', [{ modality: 'CT' }, { modality: 'CT' }], { modality: 'CT', unit: 'HU' }],
    ['MR', [{ modality: 'MR' }], { modality: 'MR' }],
    ['PET in g/ml', [{ modality: 'PT', petUnits: 'GML' }], { modality: 'PT', unit: 'g/ml' }],
    ['PET in Bq/ml', [{ modality: 'PT', petUnits: 'BQML' }], { modality: 'PT', unit: 'Bq/ml' }],
    ['PET in counts', [{ modality: 'PT', petUnits: 'CNTS' }], { modality: 'PT' }],
    ['PET that says no unit', [{ modality: 'PT' }], { modality: 'PT' }],
    ['PET in two units', [{ modality: 'PT', petUnits: 'GML' }, { modality: 'PT', petUnits: 'BQML' }], { modality: 'PT' }],
    ['PET of which one says no unit', [{ modality: 'PT', petUnits: 'GML' }, { modality: 'PT' }], { modality: 'PT' }],
    ['CT and MR', [{ modality: 'CT' }, { modality: 'MR' }], {}],
    ['none', [{ modality: '' }], {}],
  ])('as headers say: %s', (_, headers, expected) => expect(described(['image'], ...headers)).toEqual([{ name: 'image', ...expected }]));

  it('a header goes before the name, a name before nothing', () => {
    expect(described(['T1', 'CT', 'image'], { modality: 'PT' }, null)).toEqual([{ name: 'T1', modality: 'PT' }, { name: 'CT', modality: 'CT', unit: 'HU' }, { name: 'image' }]);
    expect(described(['T1'], { modality: 'CT' }, { modality: 'MR' })).toEqual([{ name: 'T1' }]); // headers that disagree are no silence
  });

  it('images without names of channels are one', () => {
    expect(described([])).toEqual([{ name: 'image' }]);
    expect(described([], { modality: 'MR' })).toEqual([{ name: 'image', modality: 'MR' }]);
  });

  it('a modality that a person says has the unit that it always has', () => {
    expect(['CT', 'MR', 'PT'].map((modality) => ofModality(modality))).toEqual([{ modality: 'CT', unit: 'HU' }, { modality: 'MR' }, { modality: 'PT' }]);
  });
});
