import { Controller, Inject } from '@nestjs/common';
import { ENDPOINTS } from '#contracts';
import { notFound, RequestRefused } from '#domain';
import type { Clock, EvaluationRecords, EvaluationRun, Log } from '#evaluation';
import { resultView } from '../benchmarks/board-view.js';
import { inPhase, Sight } from '../benchmarks/sight.js';
import { createdAtPlace, readCursor, writeCursor } from '../http/cursor.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { may, permit } from '../http/permit.js';
import { CLOCK, LOG, RECORDS } from '../settings.js';
import { caseResultView, endsLater, sightOfRun } from './run-view.js';
import { SubmissionDesk } from './submission-desk.js';

/** Runs: their state, their result, and where the policy allows their cases. */
@Controller()
export class RunsController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(LOG) private readonly log: Log,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly desk: SubmissionDesk,
    private readonly sight: Sight,
  ) {}

  @Mount(ENDPOINTS.getRun)
  async get({ actor, params }: Ask<typeof ENDPOINTS.getRun>): Promise<Answer<typeof ENDPOINTS.getRun>> {
    const opened = await this.desk.openRun(actor, params.id, 'run.view');
    const { run, phase, resource } = opened;
    const entry = run.state === 'completed' ? await this.records.boardEntry(run.id) : null;
    const sight = await this.sight.ofResults(actor, resource, phase);
    const told = isTold(run, this.sight.toldBy(actor, resource, phase));
    return {
      ...(await this.desk.runView(actor, opened, run)),
      submission: await this.desk.view(actor, opened),
      signature: run.signature,
      result: entry === null ? null : resultView(entry, sight),
      openCases: told ? sight.openCases : 'none',
    };
  }

  @Mount(ENDPOINTS.listCaseResults)
  async cases({
    actor,
    params,
  }: Ask<typeof ENDPOINTS.listCaseResults>): Promise<Answer<typeof ENDPOINTS.listCaseResults>> {
    const { run, phase, resource } = await this.desk.openRun(actor, params.id, 'run.view');
    const { openCases } = await this.sight.ofResults(actor, resource, phase);
    if (openCases === 'none' || !isTold(run, this.sight.toldBy(actor, resource, phase))) throw notFound('table');
    const sight = sightOfRun(actor, inPhase(resource, phase));
    const results = new Map((await this.records.caseResults(run.id)).map((result) => [result.caseId, result]));
    const items = (await this.records.cases(phase.id)).flatMap((one) => {
      const result = results.get(one.id);
      if (result === undefined) return []; // not planned yet
      const here = this.sight.ofCase(resource, phase, one);
      if (!may(actor, 'run.case-result', here)) return []; // another one is opened
      const prediction = result.prediction;
      const mayOpen =
        prediction !== null && may(actor, 'object.view', { ...here, label: prediction.label, kind: 'prediction' });
      return [caseResultView(result, one, sight, mayOpen)];
    });
    return { items };
  }

  @Mount(ENDPOINTS.listOnHold)
  async onHold({
    actor,
    params,
    query,
  }: Ask<typeof ENDPOINTS.listOnHold>): Promise<Answer<typeof ENDPOINTS.listOnHold>> {
    const benchmark = await this.records.findBenchmark(params.slug);
    if (benchmark === null) throw notFound('benchmark');
    permit(actor, 'run.release', await this.sight.ofBenchmark(actor, benchmark), 'benchmark');
    const place = readCursor(query.cursor, createdAtPlace);
    const before = place && { createdAt: new Date(place.at), id: place.id };
    const found = await this.records.listSubmissions(
      { benchmarkId: benchmark.id, onHold: true },
      { limit: query.limit + 1, before },
    );
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    const more = found.length > page.length && last !== undefined;
    return {
      items: await this.desk.viewAll(actor, page),
      nextCursor: more ? writeCursor({ at: last.createdAt.toISOString(), id: last.id }) : null,
    };
  }

  @Mount(ENDPOINTS.retryRun)
  async retry({ actor, params }: Ask<typeof ENDPOINTS.retryRun>): Promise<Answer<typeof ENDPOINTS.retryRun>> {
    const opened = await this.desk.openRun(actor, params.id, 'submission.control');
    const { run, phase, submission, resource } = opened;
    const release = may(actor, 'run.release', resource);
    // whoever may not know yet that it ended cannot find out by starting it again
    if (endsLater(run, sightOfRun(actor, inPhase(resource, phase)), this.clock.now())) throw notRetryable('running');
    if (run.state === 'quarantined' && !release) throw new RequestRefused(403, 'forbidden', FOR_THE_ORGANISER);
    if (!(await this.records.retryRun(run.id, { release }))) {
      throw notRetryable((await this.stateNow(submission.id, run.id)) ?? run.state);
    }
    this.log.info('run.retried', { runId: run.id, by: actor.userId });
    const again = await this.desk.open(actor, submission.id, 'run.view', 'run');
    const fresh = again.submission.runs.find(({ id }) => id === run.id);
    if (fresh === undefined) throw new Error(`run ${run.id} vanished`);
    return this.desk.runView(actor, again, fresh);
  }

  /** Somebody else may have moved the run since it was looked at. */
  private async stateNow(submissionId: string, runId: string): Promise<EvaluationRun['state'] | undefined> {
    const submission = await this.records.findSubmission(submissionId);
    return submission?.runs.find(({ id }) => id === runId)?.state;
  }
}

/** @param toldBy see `Sight.toldBy` */
function isTold({ state, releaseAt }: EvaluationRun, toldBy: Date | null): boolean {
  return toldBy === null || (state === 'completed' && (releaseAt === null || releaseAt <= toldBy));
}

function notRetryable(state: EvaluationRun['state']): RequestRefused {
  return new RequestRefused(
    409,
    'run-not-retryable',
    `This run is ${state} and cannot be tried again. ${WHY_NOT_AGAIN}`,
  );
}

const FOR_THE_ORGANISER =
  'This run waits for the organiser of the benchmark, who starts it again when the fault is repaired. You can cancel it.';
const WHY_NOT_AGAIN =
  'Only runs that failed, expired or were cancelled can; when every practice case failed, submit a corrected version instead.';
