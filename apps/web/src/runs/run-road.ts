import type { RunSummary } from '#contracts';
import type { RunState } from '#domain';

/** The road of a run. An ending other than `completed` marks the step at which it stopped. */
const ROAD = ['queued', 'validating', 'running', 'scoring', 'completed'] as const satisfies readonly RunState[];
export type RoadStep = (typeof ROAD)[number];
export type StepFace = 'done' | 'now' | 'ahead' | 'stopped';

type Standing = Pick<RunSummary, 'state' | 'startedAt' | 'progress'>;

/** How far along the road a run is. */
export function roadOf(run: Standing): { readonly step: RoadStep; readonly face: StepFace }[] {
  const at = position(run);
  const ended = run.state === 'failed' || run.state === 'cancelled' || run.state === 'expired';
  return ROAD.map((step, n) => ({
    step,
    face: run.state === 'completed' || n < at ? 'done' : n > at || at < 0 ? 'ahead' : ended ? 'stopped' : 'now',
  }));
}

/** Index of the step a run is at, or stopped at as far as can be told; -1 before the first. */
function position({ state, startedAt, progress }: Standing): number {
  if (state === 'waiting') return -1;
  if (state === 'quarantined') return ROAD.indexOf('running');
  const known = ROAD.findIndex((step) => step === state);
  if (known >= 0) return known;
  if (startedAt === null) return ROAD.indexOf('queued');
  return ROAD.indexOf(progress !== null && progress.done > 0 ? 'running' : 'validating');
}
