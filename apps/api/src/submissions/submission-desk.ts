import { Inject, Injectable } from '@nestjs/common';
import type { RunSummary, SubmissionView } from '#contracts';
import { notFound, type Action, type Actor, type Resource } from '#domain';
import type {
  AccountRecords,
  Benchmark,
  Clock,
  EvaluationRecords,
  EvaluationRun,
  Phase,
  Submission,
} from '#evaluation';
import { inPhase, Sight } from '../benchmarks/sight.js';
import { may, permit } from '../http/permit.js';
import { ACCOUNTS, CLOCK, RECORDS } from '../settings.js';
import { forecastView } from './preflight-view.js';
import { runSummaryView, sightOfRun } from './run-view.js';

/** A submission, the benchmark it entered, and what the asking person is to both. */
export interface OpenedSubmission {
  readonly submission: Submission;
  readonly benchmark: Benchmark;
  /** With the owner; without a label: that comes from the phase. */
  readonly resource: Resource;
}

/** Finds submissions and shows them, each to one pair of eyes. */
@Injectable()
export class SubmissionDesk {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly sight: Sight,
  ) {}

  /**
   * A submission that the person may see and do this with.
   *
   * @param what noun for the 404, when the id is that of something inside the submission
   * @throws RequestRefused 404, 401, 403
   */
  async open(actor: Actor, submissionId: string, action: Action, what = 'submission'): Promise<OpenedSubmission> {
    const submission = await this.records.findSubmission(submissionId);
    if (submission === null) throw notFound(what);
    const opened = await this.openFound(actor, submission);
    permit(actor, action, opened.resource, what);
    return opened;
  }

  /** The same, by a run of it. */
  async openRun(
    actor: Actor,
    runId: string,
    action: Action,
  ): Promise<OpenedSubmission & { run: EvaluationRun; phase: Phase }> {
    const context = await this.records.runContext(runId);
    if (context === null) throw notFound('run');
    const opened = await this.open(actor, context.submission.id, action, 'run');
    const run = opened.submission.runs.find(({ id }) => id === runId) ?? context.run;
    return { ...opened, run, phase: context.phase };
  }

  async view(actor: Actor, opened: OpenedSubmission): Promise<SubmissionView> {
    const { submission, benchmark, resource } = opened;
    const { version } = submission;
    const names = await this.accounts.accountNames([submission.submitterId]);
    const mine = actor.userId !== null && submission.submitterId === actor.userId;
    const checks = mine && version.checks?.benchmarkId === benchmark.id ? version.checks.checks : [];
    return {
      id: submission.id,
      benchmark: { slug: benchmark.slug, title: benchmark.title },
      algorithm: { slug: version.algorithm.slug, name: version.algorithm.name },
      version: version.version,
      modelSha256: version.modelSha256,
      modelBytes: version.models.reduce((sum, { bytes }) => sum + bytes, 0),
      models: version.models.map(({ file, sha256, bytes }) => ({ file, sha256, bytes })),
      submitter: names.get(submission.submitterId) ?? 'unknown',
      mine,
      mayControl: may(actor, 'submission.control', resource),
      mayRelease: may(actor, 'run.release', resource),
      forecast: forecastView(checks),
      createdAt: submission.createdAt.toISOString(),
      runs: await Promise.all(submission.runs.map((run) => this.runView(actor, opened, run))),
    };
  }

  async runView(actor: Actor, opened: OpenedSubmission, run: EvaluationRun): Promise<RunSummary> {
    const position = run.state === 'queued' ? await this.records.queuePosition(run.id) : null;
    return this.runSummary(actor, opened, run, position);
  }

  /** The same, where the place in the queue is known. */
  runSummary(
    actor: Actor,
    { benchmark, resource }: OpenedSubmission,
    run: EvaluationRun,
    queuePosition: number | null,
  ): RunSummary {
    const phase = phaseOfRun(benchmark, run);
    return runSummaryView(run, phase, sightOfRun(actor, inPhase(resource, phase)), queuePosition, this.clock.now());
  }

  /** Those of a list that the person may see, in its order. */
  async viewAll(actor: Actor, submissions: readonly Submission[]): Promise<SubmissionView[]> {
    const views: SubmissionView[] = [];
    const benchmarks = new Map<string, { benchmark: Benchmark; resource: Resource }>();
    for (const submission of submissions) {
      const known = benchmarks.get(submission.benchmarkId);
      const opened: OpenedSubmission = known
        ? { submission, benchmark: known.benchmark, resource: { ...known.resource, ownerId: submission.submitterId } }
        : await this.openFound(actor, submission);
      benchmarks.set(submission.benchmarkId, opened);
      if (may(actor, 'submission.view', opened.resource)) views.push(await this.view(actor, opened));
    }
    return views;
  }

  private async openFound(actor: Actor, submission: Submission): Promise<OpenedSubmission> {
    const benchmark = await this.records.findBenchmark(submission.benchmarkId);
    if (benchmark === null) throw new Error(`submission ${submission.id} entered no known benchmark`);
    return {
      submission,
      benchmark,
      resource: { ...(await this.sight.ofBenchmark(actor, benchmark)), ownerId: submission.submitterId },
    };
  }
}

export function phaseOfRun(benchmark: Benchmark, run: EvaluationRun): Phase {
  const phase = benchmark.phases.find(({ id }) => id === run.phaseId);
  if (phase === undefined) throw new Error(`run ${run.id} belongs to no phase of ${benchmark.slug}`);
  return phase;
}
