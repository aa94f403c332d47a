import type { BenchmarkChannel } from './benchmark.js';

const MODALITY_BY_WORD: readonly (readonly [RegExp, string])[] = [
  [/^(ct|cta|ncct|cect|ldct|hrct)$/, 'CT'],
  [/^(mri?|mra|t[12][a-z]*|inplanet[12]|flair|adc|dwi|dti|swi|bold|hbv|lge|mprage|mp2rage|pdw?|pdt2)$/, 'MR'],
  [/^(pet|pt|suv[a-z]*)$/, 'PT'],
];

/** Words beside that of a modality which leave a CT scan one: a map that was made of several scans is not in HU. */
const OF_SCANS = /^(image|scan|volume|native|plain|contrast|enhanced|portal|venous|arterial|delayed|phase|low|dose|\d+)$/;

/**
 * What the name of a channel says of its modality and unit, where nothing else does: 'CT' is a CT scan in HU; 'T1w', 't2_flair'
 * and 'ADC' are MR; 'FDG-PET' is PET, 'SUV' is PET in standardised uptake values. Names that say nothing ('image', 'channel 0',
 * 'zscore'), more than one thing ('PET/CT'), or a map of CT scans ('CT perfusion') give nothing.
 *
 * Source of the words: channel_names of nnU-Net, modality of the Decathlon, suffixes of BIDS 1.9.
 */
export function channelByName(name: string): Pick<BenchmarkChannel, 'modality' | 'unit'> {
  const words = name.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const found = words.map((word) => MODALITY_BY_WORD.find(([pattern]) => pattern.test(word))?.[1]);
  const [modality, ...others] = new Set(found.filter((one) => one !== undefined));
  if (modality === undefined || others.length > 0) return {};
  if (modality === 'CT') return words.every((word, n) => found[n] !== undefined || OF_SCANS.test(word)) ? { modality, unit: 'HU' } : {};
  return modality === 'PT' && words.some((word) => word.startsWith('suv')) ? { modality, unit: 'SUV' } : { modality };
}
