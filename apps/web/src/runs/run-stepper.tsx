import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { RunSummary } from '#contracts';
import { Icon, type IconName } from '../ui/icons.js';
import { StateBadge } from '../ui/phase-state.js';
import { roadOf, type RoadStep, type StepFace } from './run-road.js';
import { PHASE_WORDS, queueWords, RUN_WORDS } from './run-words.js';

const ROAD_WORDS: Readonly<Record<RoadStep, string>> = {
  queued: 'Queued',
  validating: 'Model check',
  running: 'Cases',
  scoring: 'Means and rank',
  completed: 'Completed',
};

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
