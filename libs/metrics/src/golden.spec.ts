import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bringToGrid, readLabelMap } from '#imaging';
import type { LabelMap, Vec3 } from '#imaging';
import type { MetricValue } from './metric-value.js';
import { scoreCase } from './score-case.js';
import { surfaceDistances } from './surface-distances.js';

/** Numbers of independent implementations; see the README in that folder for functions, versions and tolerances. */
const FOLDER = resolve(import.meta.dirname, '../../../test/golden/pairs');

type Expected = Record<string, number | string | null>;
interface GoldenCase {
  readonly files: { readonly reference: string; readonly prediction: string };
  readonly shape: Vec3;
  readonly spacing_mm: Vec3;
  readonly prediction_grid_differs: boolean;
  readonly labels: Record<string, { expected: Expected; formula: Record<string, number>; surface_distance: Expected }>;
}

const golden = (name: string): GoldenCase => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as GoldenCase;
const maskOf = (name: string): Promise<LabelMap> => readLabelMap(new Uint8Array(readFileSync(join(FOLDER, name))));
const cases = readdirSync(FOLDER).filter((name) => /^p\d\d_.*\.json$/.test(name));

const RATIOS = ['dice', 'iou'];
const DISTANCES = ['hd', 'hd95', 'assd', 'masd', 'nsd@0.5', 'nsd@1', 'nsd@2', 'nsd@3'];

function asNumber(value: MetricValue): number {
  if (value.kind === 'value') return value.value;
  return value.kind === 'unbounded' ? Infinity : NaN;
}

function expectClose(found: number, wanted: number, relative: number, floor: number): void {
  if (wanted === Infinity) expect(found).toBe(Infinity);
  else expect(Math.abs(found - wanted)).toBeLessThanOrEqual(Math.max(relative * Math.abs(wanted), floor));
}

it('finds all thirty pairs', () => expect(cases).toHaveLength(30));

describe.each(cases)('%s', (name) => {
  const { files, labels, shape, spacing_mm } = golden(name);
  const load = (): Promise<LabelMap[]> => Promise.all([maskOf(files.reference), maskOf(files.prediction)]);

  it('has the expected metrics for every label', async () => {
    const [reference, prediction] = await load();
    expect(reference.geometry.sizeXyz).toEqual(shape);
    const regions = Object.keys(labels).map((label) => ({ name: label, labels: [Number(label)] }));
    const scores = scoreCase({ reference, prediction, regions, metrics: [...RATIOS, ...DISTANCES, 'volume_error_ml'] });
    expect(scores.map(({ region }) => region)).toEqual(Object.keys(labels));
    for (const { region, status, values } of scores) {
      const { expected } = labels[region];
      expect(status).toBe(expected.status);
      for (const id of RATIOS) expectClose(asNumber(values[id]), Number(expected[id]), 1e-12, 1e-12);
      for (const id of DISTANCES) expectClose(asNumber(values[id]), Number(expected[id]), 1e-6, 1e-9);
      expectClose(asNumber(values.volume_error_ml), Number(expected.absolute_volume_error_mm3) / 1000, 1e-9, 1e-12);
    }
  });

  it('has the areas and the number of surface elements of the reference implementation', async () => {
    const [reference, other] = await load();
    const prediction = bringToGrid(other, reference.geometry);
    for (const [label, { surface_distance: wanted }] of Object.entries(labels)) {
      const wantedLabel = Number(label);
      const mask = ({ data }: LabelMap): Uint8Array => new Uint8Array(data).map((l) => (l === wantedLabel ? 1 : 0));
      // That implementation counts the flat faces of a single slice as surface, so it is asked here as a volume.
      const pair = surfaceDistances(mask(reference), mask(prediction), shape, spacing_mm, [false, false, false]);
      if (pair.status !== 'ok') continue;
      for (const [profile, side] of [
        [pair.fromReference, 'ref'],
        [pair.fromPrediction, 'pred'],
      ] as const) {
        expect(profile.elements).toBe(wanted[`n_surfels_${side}`]);
        expectClose(profile.totalArea, Number(wanted[`surface_area_${side}_mm2`]), 1e-12, 0);
      }
    }
  });
});
