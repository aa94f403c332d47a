import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { RunSummary } from '#contracts';
import type { RunState } from '#domain';
import { Icon, type IconName } from '../ui/icons.js';
import { StateBadge } from '../ui/phase-state.js';
import { PHASE_WORDS, queueWords, RUN_WORDS } from './run-words.js';

/** The road of a run, as far as it went. Endings other than `completed` replace the step at which the run stopped. */
const ROAD = ['queued', 'validating', 'running', 'scoring', 'completed'] as const satisfies readonly RunState[];
const ROAD_WORDS: Readonly<Record<(typeof ROAD)[number], string>> = {
  queued: 'Queued',
  validating: 'Model check',
  running: 'Cases',
  scoring: 'Means and rank',
  completed: 'Completed',
};

type StepFace = 'done' | 'now' | 'ahead' | 'stopped';

/** How far along the road a run is; a run that ended badly is marked on the step where it must have stopped. */
export function roadOf(
  run: Pick<RunSummary, 'state' | 'startedAt' | 'progress'>,
): { readonly step: (typeof ROAD)[number]; readonly face: StepFace }[] {
  const at = position(run);
  const ended = run.state === 'failed' || run.state === 'cancelled' || run.state === 'expired';
  return ROAD.map((step, n) => ({
    step,
    face: run.state === 'completed' || n < at ? 'done' : n > at || at < 0 ? 'ahead' : ended ? 'stopped' : 'now',
  }));
}

function position({ state, startedAt, progress }: Pick<RunSummary, 'state' | 'startedAt' | 'progress'>): number {
  if (state === 'waiting') return -1;
  if (state === 'quarantined') return ROAD.indexOf('running');
  const known = ROAD.findIndex((step) => step === state);
  if (known >= 0) return known;
  if (startedAt === null) return ROAD.indexOf('queued');
  return ROAD.indexOf(progress !== null && progress.done > 0 ? 'running' : 'validating');
}

const FACE_ICON: Readonly<Record<StepFace, IconName | null>> = {
  done: 'check',
  now: null,
  ahead: null,
  stopped: 'cross',
};
const FACE_WORDS: Readonly<Record<StepFace, string>> = {
  done: 'done',
  now: 'now',
  ahead: 'to come',
  stopped: 'stopped here',
};

/** Both runs of a submission side by side; each is a link to its page. */
export function RunStepper({
  runs,
  current,
}: {
  readonly runs: readonly RunSummary[];
  readonly current: string;
}): ReactNode {
  const ordered = [...runs].sort((a, b) => (a.phase === b.phase ? 0 : a.phase === 'practice' ? -1 : 1));
  return (
    <ol className="run-steps" aria-label="Runs of this submission">
      {ordered.map((run) => (
        <li key={run.id} className={run.id === current ? 'run-step run-step-current' : 'run-step'}>
          <Link
            to="/runs/$id"
            params={{ id: run.id }}
            aria-current={run.id === current ? 'page' : undefined}
            resetScroll={false}
          >
            <span className="run-step-head">
              <strong>{PHASE_WORDS[run.phase].long}</strong>
              <StateBadge state={run.state} />
            </span>
            <span className="run-step-note">{queueWords(run.queuePosition) ?? RUN_WORDS[run.state].sentence}</span>
          </Link>
          <ol className="road" aria-label={`Steps of the ${PHASE_WORDS[run.phase].name.toLowerCase()} run`}>
            {roadOf(run).map(({ step, face }) => (
              <li key={step} className={`road-${face}`} aria-current={face === 'now' ? 'step' : undefined}>
                <span className="road-dot">
                  {FACE_ICON[face] !== null && <Icon name={FACE_ICON[face]} size={11} />}
                </span>
                <span className="road-word">{ROAD_WORDS[step]}</span>
                <span className="visually-hidden">: {FACE_WORDS[face]}</span>
              </li>
            ))}
          </ol>
        </li>
      ))}
    </ol>
  );
}
