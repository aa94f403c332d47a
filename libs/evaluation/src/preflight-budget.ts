import { voxelCount, type Geometry } from '#imaging';
import { failed, passed, skip, type Answer } from './check-answers.js';
import { forecast } from './forecast.js';
import type { CaseUsage } from './ports.js';
import type { PreflightTask } from './preflight.js';
import type { ZeroTile } from './zero-tile.js';

/** The practice case, once it was run. */
export interface Practised {
  readonly name: string;
  readonly usage: CaseUsage;
}

/**
 * The longest of the cases against the limit of one case. What comes before and after the network is taken from the slowest
 * case that was run; for cases with more voxels than the practice case, in proportion from that.
 *
 * Crops depend on voxels, which the forecast does not see (`exact: false`). What they left of the practice case
 * (`croppedTo`, the share of the network's time) is taken to be what they leave of the others; without a practice case they
 * are taken to cut nothing off. Neither proves that another case is too long, so only a practice case that was itself too
 * long turns anybody away: `fits` is null where the forecast is over the limit and no more is known.
 */
export function budgeted(
  { manifest, limits }: PreflightTask,
  budget: PreflightTask['budget'],
  tile: ZeroTile,
  usages: readonly CaseUsage[],
  practised: Practised | null,
  memoryEstimateBytes: number | null,
): Answer {
  const around = Math.max(0, ...usages.map(secondsAround));
  const peakMemoryBytes = Math.max(tile.peakRssBytes, ...usages.map(({ peakRssBytes }) => peakRssBytes));
  const figures = {
    secondsPerRun: tile.secondsPerRun,
    secondsAround: usages.length === 0 ? null : around,
    measuredSeconds: usages.map(({ elapsedMs }) => elapsedMs / 1000),
    peakMemoryBytes,
    memoryEstimateBytes,
    limitSeconds: limits.caseSeconds,
    limitMemoryBytes: limits.memoryMib * 1024 * 1024,
  };
  if ('skip' in budget) return skip(budget.skip, figures);
  const exact = !manifest.preprocess.some(({ op }) => op === 'cropNonzero' || op === 'cropForeground');
  const whole = budget.cases.map(({ name, geometry }) => ({ case: name, ...forecast(manifest, geometry, tile) }));
  if (whole.length === 0) return skip('there is no case whose size may be told', figures);
  const croppedTo = exact ? null : shareLeft(practised, whole);
  const larger = enlargement(budget.cases, practised);
  const cases = whole.map((one, n) => ({
    ...one,
    seconds: one.seconds * (croppedTo ?? 1) + Math.max(around, larger(budget.cases[n].geometry)),
  }));
  const worst = cases.reduce((longest, one) => (one.seconds > longest.seconds ? one : longest));
  const fits = verdict(worst.seconds, exact ? null : practised, limits.caseSeconds, exact);
  const detail = {
    ...figures,
    secondsPerCase: worst.seconds,
    secondsTotal: cases.reduce((sum, { seconds }) => sum + seconds, 0),
    tiles: worst.tiles,
    runs: worst.runs,
    exact,
    croppedTo,
    fits,
    cases,
  };
  if (fits !== false) return passed(detail);
  if (!exact && practised !== null) {
    const took = Math.ceil(practised.usage.elapsedMs / 1000);
    return failed(
      'budget-exceeded',
      `case ${practised.name} took ${took} s, its crop included; the limit is ${limits.caseSeconds} s`,
      detail,
    );
  }
  const sum = `${worst.tiles} tiles x ${worst.mirrors} mirror images x ${worst.models} models x ${tile.secondsPerRun.toPrecision(3)} s`;
  return failed(
    'budget-exceeded',
    `case ${worst.case} would take about ${Math.ceil(worst.seconds)} s (${sum}); the limit is ${limits.caseSeconds} s`,
    detail,
  );
}

/** Reading, preparing and the way back, s. */
function secondsAround({ elapsedMs, sessionMs }: CaseUsage): number {
  return (elapsedMs - sessionMs) / 1000;
}

/** The time around the network, s, that the practice case lets one expect of an image: it goes with the voxels. 0: not known. */
function enlargement(
  cases: readonly { readonly name: string; readonly geometry: Geometry }[],
  practised: Practised | null,
): (geometry: Geometry) => number {
  const known = cases.find(({ name }) => name === practised?.name);
  if (known === undefined || practised === null) return () => 0;
  const secondsPerVoxel = secondsAround(practised.usage) / voxelCount(known.geometry);
  return (geometry) => secondsPerVoxel * voxelCount(geometry);
}

/** Whether the longest case fits; null: not known. */
function verdict(seconds: number, practised: Practised | null, limitSeconds: number, exact: boolean): boolean | null {
  const tooLong = practised !== null && practised.usage.elapsedMs / 1000 > limitSeconds;
  if (seconds <= limitSeconds && !tooLong) return true;
  return exact || tooLong ? false : null;
}

/** The share of the forecast that the network took on the practice case, at most 1; null when that was not run. */
function shareLeft(
  practised: Practised | null,
  whole: readonly { readonly case: string; readonly seconds: number }[],
): number | null {
  const forecastSeconds = whole.find((one) => one.case === practised?.name)?.seconds ?? 0;
  if (practised === null || forecastSeconds <= 0) return null;
  return Math.min(1, practised.usage.sessionMs / 1000 / forecastSeconds);
}
