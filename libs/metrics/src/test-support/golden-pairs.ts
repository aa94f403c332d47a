import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readLabelMap } from '#imaging';
import type { LabelMap, Vec3 } from '#imaging';

/** Numbers of independent implementations; see the README in that folder for functions, versions and tolerances. */
const FOLDER = resolve(import.meta.dirname, '../../../../test/golden/pairs');

/** As stored: a number, "Infinity", "NaN" or a word, null for undefined, or a group of these. */
export type GoldenValue = number | string | null | GoldenBlock;
export interface GoldenBlock {
  readonly [key: string]: GoldenValue;
}

/** Blocks of one label: what we must give, and what other tools give. */
export type GoldenLabel = Readonly<
  Record<
    'expected' | 'formula' | 'surface_distance' | 'metrics_reloaded' | 'medpy' | 'panoptica' | 'brats_lesionwise',
    GoldenBlock
  >
>;

export interface GoldenPair {
  readonly case: string;
  readonly files: { readonly reference: string; readonly prediction: string };
  readonly shape: Vec3;
  readonly spacing_mm: Vec3;
  readonly labels: Readonly<Record<string, GoldenLabel>>;
}

/** Names of the pairs, from p01 to p30. */
export const GOLDEN_PAIRS: readonly string[] = readdirSync(FOLDER)
  .filter((name) => /^p\d\d_.*\.json$/.test(name))
  .sort();

export function goldenJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as T;
}

/** Reference segmentation and prediction of a pair. */
export async function goldenMaps({ files }: GoldenPair): Promise<{ reference: LabelMap; prediction: LabelMap }> {
  const read = (name: string): Promise<LabelMap> => readLabelMap(new Uint8Array(readFileSync(join(FOLDER, name))));
  return { reference: await read(files.reference), prediction: await read(files.prediction) };
}

/** A number that may be stored as a word. */
export function goldenNumber(value: GoldenValue): number {
  return typeof value === 'string' ? Number(value) : (value as number);
}

/** Mask of one label. */
export function maskOf({ data }: LabelMap, label: number): Uint8Array {
  return new Uint8Array(data).map((_, v) => (data[v] === label ? 1 : 0));
}
