import type { EvaluationRecords } from '#evaluation';
import { withAdvisoryLock } from '../advisory-lock.js';
import type { Database } from '../database.js';
import { benchmarks } from './benchmarks.js';
import { cases } from './cases.js';
import { datasets } from './datasets.js';
import { frames } from './frames.js';
import { inbox } from './inbox.js';
import { dryRuns } from './dry-runs.js';
import { leaderboards } from './leaderboards.js';
import { making } from './making.js';
import { members } from './members.js';
import { outbox } from './outbox.js';
import { preflights } from './preflights.js';
import { runEvents } from './run-events.js';
import { runs } from './runs.js';
import { submissions } from './submissions.js';
import { sweeper } from './sweep.js';
import { versionMeasures } from './version-measures.js';

/** The EvaluationRecords port on PostgreSQL. Each method is one transaction, `sweep` one for each run that it judges. */
export function createEvaluationRecords(database: Database): EvaluationRecords {
  return {
    ...benchmarks(database),
    ...datasets(database),
    ...frames(database),
    ...inbox(database),
    ...making(database),
    ...members(database),
    ...dryRuns(database),
    ...submissions(database),
    ...versionMeasures(database),
    ...preflights(database),
    ...runs(database),
    ...cases(database),
    ...leaderboards(database),
    ...outbox(database),
    ...sweeper(database),
    ...runEvents(database),
    withLock: (name, work) => withAdvisoryLock(database, `voxelmark.${name}`, work),
  };
}
