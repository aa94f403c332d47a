import { bytesPerVoxel } from '#pipeline';
import { voxelCount, type Geometry } from '#imaging';
import { failed, passed, skip, type Answer } from './check-answers.js';
import { crops, forecast, type Forecast } from './forecast.js';
import type { CaseUsage } from './ports.js';
import type { PreflightTask } from './preflight.js';
import type { ZeroTile } from './zero-tile.js';

/** The practice case, once it was run. */
export interface Practised {
  readonly name: string;
  readonly usage: CaseUsage;
}

interface OneCase extends Forecast {
  readonly case: string;
  readonly geometry: Geometry;
}

/**
 * The longest and the largest of the cases against the limits of one case. Three answers: it fits; it does not, for sure;
 * or it is over a limit only by what is guessed (`fits: null`), which turns nobody away.
 *
 * For sure is the time of the network with that around it on the practice case, the smallest, and the memory of the volume and
 * the maps on the network's grid. Guessed is that the time around the network goes with the voxels, where part of it is the
 * same for every case, or is that of the author's own case; and that a process with larger maps keeps all else that it had
 * with a tile. Crops depend on voxels, which the forecast does not see (`exact: false`): what they left of the
 * practice case (`croppedTo`, the share of the network's time) is taken to be what they leave of the others; without a
 * practice case they are taken to cut nothing off. Then all is guessed but a practice case that was itself too long.
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
  const measuredBytes = Math.max(tile.peakRssBytes, ...usages.map(({ peakRssBytes }) => peakRssBytes));
  const { caseSeconds: limitSeconds } = limits;
  const limitMemoryBytes = limits.memoryMib * 1024 * 1024;
  const figures = {
    secondsPerRun: tile.secondsPerRun,
    secondsAround: usages.length === 0 ? null : around,
    measuredSeconds: usages.map(({ elapsedMs }) => elapsedMs / 1000),
    peakMemoryBytes: measuredBytes,
    memoryEstimateBytes,
    limitSeconds,
    limitMemoryBytes,
  };
  if ('skip' in budget) return skip(budget.skip, figures);
  if (budget.cases.length === 0) return skip('there is no case whose size may be told', figures);
  const exact = !crops(manifest);
  const whole = budget.cases.flatMap(({ name, geometry }): OneCase[] => {
    const found = forecast(manifest, geometry, tile);
    return found === null ? [] : [{ case: name, geometry, ...found }];
  });
  if (whole.length === 0) return skip('every case is too large without its crop to say anything of it', figures);

  const croppedTo = exact ? null : shareLeft(practised, whole);
  const share = croppedTo ?? 1;
  const larger = enlargement(whole, practised);
  const sureAround = practised === null ? 0 : secondsAround(practised.usage);
  const besideMaps = Math.max(0, tile.peakRssBytes - tileVoxels(tile) * bytesPerVoxel(manifest));
  const cases = whole.map(({ geometry, bytes, ...one }) => {
    const least = one.seconds * share + sureAround;
    return {
      ...one,
      seconds: one.seconds * share + Math.max(around, larger(geometry)),
      leastSeconds: least,
      memoryBytes: besideMaps + bytes * share,
      leastMemoryBytes: bytes * share,
    };
  });
  const worst = highest(cases, ({ seconds }) => seconds);
  const largest = highest(cases, ({ memoryBytes }) => memoryBytes);
  const peakMemoryBytes = Math.max(measuredBytes, largest.memoryBytes);
  const tooLong = exact ? highest(cases, ({ leastSeconds }) => leastSeconds) : null;
  const tooLarge = exact ? highest(cases, ({ leastMemoryBytes }) => leastMemoryBytes) : null;
  const refusal = [
    practised !== null && practised.usage.elapsedMs / 1000 > limitSeconds
      ? `case ${practised.name} took ${Math.ceil(practised.usage.elapsedMs / 1000)} s${exact ? '' : ', its crop included'}; the limit is ${limitSeconds} s`
      : null,
    tooLong !== null && tooLong.leastSeconds > limitSeconds
      ? `case ${tooLong.case} would take about ${Math.ceil(tooLong.leastSeconds)} s (${sumWords(tooLong, tile, sureAround)}); the limit is ${limitSeconds} s`
      : null,
    tooLarge !== null && tooLarge.leastMemoryBytes > limitMemoryBytes
      ? `case ${tooLarge.case} needs ${gibibytes(tooLarge.leastMemoryBytes)} for its image and the output channels on the grid of the network alone; the limit is ${gibibytes(limitMemoryBytes)}`
      : null,
  ].find((sentence) => sentence !== null);
  const sure =
    worst.seconds <= limitSeconds && peakMemoryBytes <= limitMemoryBytes && whole.length === budget.cases.length;
  const detail = {
    ...figures,
    peakMemoryBytes,
    measuredMemoryBytes: measuredBytes,
    secondsPerCase: worst.seconds,
    secondsTotal: cases.reduce((sum, { seconds }) => sum + seconds, 0),
    tiles: worst.tiles,
    runs: worst.runs,
    exact,
    croppedTo,
    fits: refusal !== undefined ? false : sure ? true : null,
    cases,
  };
  return refusal === undefined ? passed(detail) : failed('budget-exceeded', refusal, detail);
}

/** Reading, preparing and the way back, s. */
function secondsAround({ elapsedMs, sessionMs }: CaseUsage): number {
  return (elapsedMs - sessionMs) / 1000;
}

/** The time around the network, s, that an image would have if all of that of the practice case went with its voxels. 0: not known. */
function enlargement(cases: readonly OneCase[], practised: Practised | null): (geometry: Geometry) => number {
  const known = cases.find((one) => one.case === practised?.name);
  if (known === undefined || practised === null) return () => 0;
  const secondsPerVoxel = secondsAround(practised.usage) / voxelCount(known.geometry);
  return (geometry) => secondsPerVoxel * voxelCount(geometry);
}

/** Of the row of tiles that was measured. */
function tileVoxels({ shape: [a, b, c], lanes }: ZeroTile): number {
  return a * b * c * lanes;
}

/** The share of the forecast that the network took on the practice case, at most 1; null when that was not run. */
function shareLeft(practised: Practised | null, whole: readonly OneCase[]): number | null {
  const forecastSeconds = whole.find((one) => one.case === practised?.name)?.seconds ?? 0;
  if (practised === null || forecastSeconds <= 0) return null;
  return Math.min(1, practised.usage.sessionMs / 1000 / forecastSeconds);
}

function sumWords(
  { tiles, mirrors, models }: Pick<Forecast, 'tiles' | 'mirrors' | 'models'>,
  tile: ZeroTile,
  around: number,
): string {
  const network = `${tiles} tiles x ${mirrors} mirror images x ${models} models x ${tile.secondsPerRun.toPrecision(3)} s`;
  return around === 0 ? network : `${network}, and ${around.toPrecision(2)} s before and after`;
}

function highest<T>(items: readonly T[], figure: (item: T) => number): T {
  return items.reduce((most, one) => (figure(one) > figure(most) ? one : most));
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toPrecision(3)} GiB`;
}
