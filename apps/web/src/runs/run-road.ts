import type { RunSummary } from '#contracts';
import type { RunState } from '#domain';

/** The road of a run. An ending other than `completed` marks the step at which it stopped. */
const ROAD = ['queued', 'validating', 'running', 'scoring', 'completed'] as const satisfies readonly RunState[];
export type RoadStep = (typeof ROAD)[number];
export type StepFace = 'done' | 'now' | 'ahead' | 'stopped';

type Standing = Pick<RunSummary, 'state' | 'startedAt' | 'progress' | 'failure'>;

/** How far along the road a run is. */
export function roadOf(run: Standing): { readonly step: RoadStep; readonly face: StepFace }[] {
  const at = position(run);
  const ended = run.state === 'failed' || run.state === 'cancelled' || run.state === 'expired';
  return ROAD.map((step, n) => ({
    step,
    face: run.state === 'completed' || n < at ? 'done' : n > at || at < 0 ? 'ahead' : ended ? 'stopped' : 'now',
  }));
}

/**
 * Index of the step a run is at, or stopped at; -1 before the first and where it cannot be told: of a held-out run that
 * ended early, whoever may not see its progress is not told how far it came, unless the code says so.
 */
function position({ state, startedAt, progress, failure }: Standing): number {
  if (state === 'waiting') return -1;
  if (state === 'quarantined') return ROAD.indexOf('running');
  const known = ROAD.findIndex((step) => step === state);
  if (known >= 0) return known;
  if (failure?.code.startsWith('model-') === true || failure?.code === 'manifest-invalid')
    return ROAD.indexOf('validating');
  if (progress === null) return -1;
  if (startedAt === null) return ROAD.indexOf('queued');
  return ROAD.indexOf(progress.done > 0 ? 'running' : 'validating');
}
