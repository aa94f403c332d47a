import { Random, hash32 } from './random.js';
import { SITES, type SiteId } from './sites.js';

export type Split = 'practice' | 'test' | 'training';

/** What a hospital's records would say about the patient and the scan. Bands, never exact figures. */
export interface Clinical {
  readonly patientId: string;
  readonly site: string;
  readonly vendor: string;
  readonly model: string;
  readonly ageBand: '18-39' | '40-64' | '65+';
  readonly sex: 'female' | 'male';
  readonly bodyMassBand: 'under-25' | '25-30' | 'over-30';
  readonly sliceThicknessMm: number;
}

/** Everything needed to make one case. A plain object: it can be posted to a worker thread. */
export interface PhantomCase {
  /** Unique within the set, e.g. `practice-01`, `test-a-01`. */
  readonly name: string;
  readonly split: Split;
  readonly siteId: SiteId;
  /** Unsigned 32-bit integer. The highest bit is set for training cases and clear for all others. */
  readonly seed: number;
  readonly clinical: Clinical;
}

export interface PhantomDataset {
  readonly cases: readonly PhantomCase[];
}

const TRAINING_BIT = 0x80000000;

/** The 8 public practice cases and the 36 held-out cases of the demo benchmark, 12 a site, in order of name. */
export function phantomDataset(): PhantomDataset {
  const sites: readonly SiteId[] = ['a', 'b', 'c'];
  const practice = Array.from({ length: 8 }, (_, n) =>
    describe(`practice-${twoDigits(n + 1)}`, 'practice', sites[n % 3], n),
  );
  const test = sites.flatMap((site) =>
    Array.from({ length: 12 }, (_, n) => describe(`test-${site}-${twoDigits(n + 1)}`, 'test', site, n)),
  );
  return { cases: [...practice, ...test] };
}

/**
 * Case number `n` of an endless stream for training networks. Its seeds share no value with the benchmark's: they have
 * the highest bit set.
 *
 * @param n non-negative integer
 */
export function trainingCase(n: number, siteId: SiteId): PhantomCase {
  if (!Number.isInteger(n) || n < 0)
    throw new RangeError(`training case number is ${n}; expected a non-negative integer`);
  return describe(`training-${siteId}-${n}`, 'training', siteId, n);
}

/** @param ordinal place in its group: women and men alternate, so that every site has as many of either */
function describe(name: string, split: Split, siteId: SiteId, ordinal: number): PhantomCase {
  const hash = hash32(`voxelmark-phantoms/1/${name}`);
  const seed = (split === 'training' ? hash | TRAINING_BIT : hash & ~TRAINING_BIT) >>> 0;
  const site = SITES[siteId];
  const random = new Random(seed, 'clinical');
  const clinical: Clinical = {
    patientId: `P-${seed.toString(16).padStart(8, '0').toUpperCase()}`,
    site: site.name,
    vendor: site.vendor,
    model: site.model,
    ageBand: random.weighted([
      ['18-39', 0.25],
      ['40-64', 0.4],
      ['65+', 0.35],
    ]),
    sex: ordinal % 2 === 0 ? 'female' : 'male',
    bodyMassBand: random.weighted([
      ['under-25', 0.4],
      ['25-30', 0.35],
      ['over-30', 0.25],
    ]),
    sliceThicknessMm: site.sliceThicknessMm,
  };
  return { name, split, siteId, seed, clinical };
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
