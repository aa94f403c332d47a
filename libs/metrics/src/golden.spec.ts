import { bringToGrid } from '#imaging';
import type { LabelMap } from '#imaging';
import { describePair } from './describe-pair.js';
import type { CaseDescription, PrintedBlock } from './describe-pair.js';
import { surfaceDistances } from './surface-distances.js';
import { GOLDEN_PAIRS, goldenJson, goldenMaps, goldenNumber, maskOf } from './test-support/golden-pairs.js';
import type { GoldenBlock, GoldenPair, GoldenValue } from './test-support/golden-pairs.js';

type Printed = PrintedBlock[string] | undefined;

/** Counts and their ratios to 1e-12, volumes to 1e-9, distances and NSD to 1e-6 with a floor of 1e-9 mm. */
function toleranceOf(key: string, wanted: number): number {
  if (/^(nsd@|hd|assd|masd|distance_penalty)/.test(key)) {
    return Math.max(1e-6 * Math.abs(wanted), 1e-9);
  }
  if (/_mm3$|relative_volume|volumetric/.test(key)) return Math.max(1e-9 * Math.abs(wanted), 1e-12);
  return 1e-12;
}

/** Every key of what is wanted, however deep, with its value; words and nulls to the letter. */
function faults(found: Printed, wanted: GoldenValue, path: readonly string[]): string[] {
  if (wanted !== null && typeof wanted === 'object') {
    return Object.entries(wanted).flatMap(([key, value]) =>
      faults((found as PrintedBlock | undefined)?.[key], value, [...path, key]),
    );
  }
  const key = path[path.length - 1];
  const close =
    typeof wanted === 'number'
      ? typeof found === 'number' && Math.abs(found - wanted) <= toleranceOf(key, wanted)
      : found === wanted;
  return close ? [] : [`${path.join('.')} is ${JSON.stringify(found)}; expected ${JSON.stringify(wanted)}`];
}

function leaves(block: GoldenBlock): number {
  return Object.values(block).reduce<number>((n, v) => n + (v !== null && typeof v === 'object' ? leaves(v) : 1), 0);
}

it('finds thirty pairs with all their values', () => {
  expect(GOLDEN_PAIRS).toHaveLength(30);
  const blocks = GOLDEN_PAIRS.flatMap((name) => Object.values(goldenJson<GoldenPair>(name).labels));
  expect(blocks).toHaveLength(37);
  expect(blocks.reduce((sum, { expected }) => sum + leaves(expected), 0)).toBe(1148);
});

describe.each(GOLDEN_PAIRS)('%s', (name) => {
  const pair = goldenJson<GoldenPair>(name);
  const { labels: wanted } = pair;
  let maps: { reference: LabelMap; prediction: LabelMap };
  let found: CaseDescription['labels'];
  beforeAll(async () => {
    maps = await goldenMaps(pair);
    found = describePair(maps.reference, maps.prediction, { labels: Object.keys(wanted).map(Number) }).labels;
  });

  it('has every expected value of every label', () => {
    expect(maps.reference.geometry.sizeXyz).toEqual(pair.shape);
    expect(Object.keys(found)).toEqual(Object.keys(wanted));
    expect(Object.entries(wanted).flatMap(([label, { expected }]) => faults(found[label], expected, [label]))).toEqual(
      [],
    );
  });

  it('gives reasons for what is null, and for nothing else', () => {
    for (const description of Object.values(found)) {
      const nulls = Object.keys(description).filter((key) => description[key] === null);
      const reasons = Object.keys(description.reasons).filter((key) => typeof description.reasons[key] === 'string');
      expect(reasons.sort()).toEqual(nulls.sort());
    }
  });

  it('has the areas and the number of surface elements of the reference implementation', () => {
    const { reference } = maps;
    const prediction = bringToGrid(maps.prediction, reference.geometry);
    for (const [label, { surface_distance: theirs }] of Object.entries(wanted)) {
      const masks = [reference, prediction].map((map) => maskOf(map, Number(label)));
      // That implementation counts the flat faces of a single slice as surface, so it is asked here as a volume.
      const volume = [false, false, false] as const;
      const distances = surfaceDistances(masks[0], masks[1], pair.shape, pair.spacing_mm, volume);
      if (distances.status !== 'ok') continue;
      for (const [profile, side] of [
        [distances.fromReference, 'ref'],
        [distances.fromPrediction, 'pred'],
      ] as const) {
        expect(profile.elements).toBe(theirs[`n_surfels_${side}`]);
        const area = goldenNumber(theirs[`surface_area_${side}_mm2`]);
        expect(Math.abs(profile.totalArea - area)).toBeLessThanOrEqual(1e-12 * area);
      }
    }
  });
});
