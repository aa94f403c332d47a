import { MoreThan, type EntityManager } from 'typeorm';
import type { RunState } from '#domain';
import type { EvaluationRecords, RunEvent } from '#evaluation';
import type { Database } from '../database.js';
import { RunEventEntity } from '../entities/evaluation-run.entity.js';
import { asEngineFault } from '../engine-fault.js';
import { reading } from '../transaction.js';

const CHANNEL = 'voxelmark_run_event';
const CATCH_UP_PAGE = 1_000;
/** Nobody reads older ones: pages show the state of a run, events only say that it changed. */
const KEEP_EVENTS = '7 days';
/**
 * Transactions take their event number before they commit, so a number may appear after a higher one. Looking back this far
 * after a gap, and remembering what was told, misses none and tells none twice.
 */
const LOOK_BACK = 1_000;

/**
 * Writes what happened to a run and tells everybody who listens when the transaction commits. The caller holds the row lock
 * of the run, so the events of one run are numbered in the order in which they become visible.
 */
export async function writeEvent(
  manager: EntityManager,
  run: { readonly id: string; readonly submissionId: string },
  state: RunState,
  caseId: string | null = null,
): Promise<void> {
  await manager.query(
    `with event as (
       insert into run_event (run_id, submission_id, state, case_id) values ($1, $2, $3, $4)
       returning id, run_id, submission_id, at, state, case_id)
     select pg_notify('${CHANNEL}', json_build_object(
       'id', id, 'runId', run_id, 'submissionId', submission_id, 'at', at, 'state', state, 'caseId', case_id)::text) from event`,
    [run.id, run.submissionId, state, caseId],
  );
}

/** Looks at the oldest `limit` events only, so that it costs the same however many there are. */
export async function forgetEvents(manager: EntityManager, limit: number): Promise<void> {
  await manager.query(
    `delete from run_event where id in (
       select id from (select id, at from run_event order by id limit $1) oldest where at < now() - interval '${KEEP_EVENTS}')`,
    [limit],
  );
}

export function runEvents(database: Database): Pick<EvaluationRecords, 'onRunEvent'> {
  return {
    onRunEvent: async (listener) => {
      const newest = await reading(database, (manager) =>
        manager.findOne(RunEventEntity, { where: {}, order: { id: 'DESC' } }),
      );
      const feed = new RunEventFeed(database, listener, newest?.id ?? 0);
      const stop = await database.notifications.listen(CHANNEL, feed);
      feed.resumed(); // what happened between the two lines above
      return stop;
    },
  };
}

/** Each event once, also across a lost connection. */
class RunEventFeed {
  private newestId: number;
  private told = new Set<number>();

  constructor(
    private readonly database: Database,
    private readonly listener: (event: RunEvent) => void,
    private readonly firstId: number,
  ) {
    this.newestId = firstId;
  }

  notified(payload: string): void {
    const event = JSON.parse(payload) as Omit<RunEvent, 'at'> & { at: string };
    this.tell({ ...event, at: new Date(event.at) });
  }

  resumed(): void {
    void this.catchUp();
  }

  private async catchUp(): Promise<void> {
    try {
      for (let page: RunEventEntity[] = []; ;) {
        const after = page.at(-1)?.id ?? Math.max(this.firstId, this.newestId - LOOK_BACK);
        page = await reading(this.database, (manager) =>
          manager.find(RunEventEntity, { where: { id: MoreThan(after) }, order: { id: 'ASC' }, take: CATCH_UP_PAGE }),
        );
        for (const event of page) this.tell(toEvent(event));
        if (page.length < CATCH_UP_PAGE) return;
      }
    } catch (error) {
      // the connection broke again; the next resumption catches up from the same place
      this.database.log?.warn('database.catch-up-failed', { message: (asEngineFault(error) as Error).message });
    }
  }

  private tell(event: RunEvent): void {
    if (this.told.has(event.id)) return;
    this.told.add(event.id);
    this.newestId = Math.max(this.newestId, event.id);
    if (this.told.size > 4 * LOOK_BACK)
      this.told = new Set([...this.told].filter((id) => id > this.newestId - 2 * LOOK_BACK));
    this.listener(event);
  }
}

function toEvent({ id, runId, submissionId, at, state, caseId }: RunEventEntity): RunEvent {
  return { id, runId, submissionId, at, state, caseId };
}
