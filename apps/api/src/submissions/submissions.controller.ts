import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ENDPOINTS } from '#contracts';
import { notFound, RequestRefused } from '#domain';
import type { EvaluationRecords, EvaluationRun, Log } from '#evaluation';
import { Authenticator } from '../accounts/authenticator.js';
import { Sight } from '../benchmarks/sight.js';
import { createdAtPlace, readCursor, writeCursor } from '../http/cursor.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { may, permit } from '../http/permit.js';
import { answerWith } from '../http/reply-of.js';
import { LOG, RECORDS } from '../settings.js';
import { algorithmSlug } from './algorithm-slug.js';
import { readEventId } from './event-id.js';
import { streamRuns, type StreamSource } from './event-stream.js';
import { Intake } from './intake.js';
import { RunEventHub } from './run-event-hub.js';
import { SubmissionDesk, type OpenedSubmission } from './submission-desk.js';
import { TakeIn } from './take-in.js';

/** The door of a submission, and where its submitter sees how it stands. */
@Controller()
export class SubmissionsController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(LOG) private readonly log: Log,
    private readonly sight: Sight,
    private readonly desk: SubmissionDesk,
    private readonly intake: Intake,
    private readonly takeIn: TakeIn,
    private readonly hub: RunEventHub,
    private readonly authenticator: Authenticator,
  ) {}

  @Mount(ENDPOINTS.createSubmission)
  async create(ask: Ask<typeof ENDPOINTS.createSubmission>): Promise<Answer<typeof ENDPOINTS.createSubmission>> {
    const { actor, request } = ask;
    const userId = actor.userId as string; // the policy asks for an account
    const idempotencyKey = keyOf(request.headers['idempotency-key']);
    return this.intake.receive('submission', ask, {
      admit: async ({ benchmark: slug, manifest, algorithm }) => {
        const benchmark = await this.records.findBenchmark(slug ?? '');
        if (benchmark === null) throw notFound('benchmark');
        permit(actor, 'submission.create', await this.sight.ofEntrant(actor, benchmark), 'benchmark');
        if (manifest !== null) slugOf(algorithm, manifest.name);
        return { benchmark: benchmark.id, chosen: algorithm };
      },
      enter: async (bundle, manifest, { benchmark, chosen }) => {
        const slug = slugOf(chosen, manifest.name);
        const { submission, existing } = await this.takeIn.submit(bundle, {
          benchmark,
          submitterId: userId,
          algorithm: { slug, name: manifest.name, description: manifest.description ?? '' },
          version: manifest.version,
          manifest,
          idempotencyKey,
        });
        this.log.info('submission.taken-in', { submissionId: submission.id, userId, existing, bytes: bundle.bytes });
        if (existing) answerWith(request, 200);
        const opened = await this.desk.open(actor, submission.id, 'submission.view');
        return { ...(await this.desk.view(actor, opened)), existing };
      },
    });
  }

  @Mount(ENDPOINTS.listSubmissions)
  async list({
    actor,
    query,
  }: Ask<typeof ENDPOINTS.listSubmissions>): Promise<Answer<typeof ENDPOINTS.listSubmissions>> {
    const place = readCursor(query.cursor, createdAtPlace);
    const before = place && { createdAt: new Date(place.at), id: place.id };
    const found = await this.records.listSubmissions(
      { submitterId: actor.userId as string },
      { limit: query.limit + 1, before },
    );
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    return {
      items: await this.desk.viewAll(actor, page),
      nextCursor:
        found.length > page.length && last !== undefined
          ? writeCursor({ at: last.createdAt.toISOString(), id: last.id })
          : null,
    };
  }

  @Mount(ENDPOINTS.getSubmission)
  async get({ actor, params }: Ask<typeof ENDPOINTS.getSubmission>): Promise<Answer<typeof ENDPOINTS.getSubmission>> {
    return this.desk.view(actor, await this.desk.open(actor, params.id, 'submission.view'));
  }

  @Mount(ENDPOINTS.cancelSubmission)
  async cancel({
    actor,
    params,
  }: Ask<typeof ENDPOINTS.cancelSubmission>): Promise<Answer<typeof ENDPOINTS.cancelSubmission>> {
    const { submission, resource } = await this.desk.open(actor, params.id, 'submission.control');
    const onHold = submission.runs.find(({ state }) => state === 'quarantined');
    if (onHold && resource.ownerId !== actor.userId && may(actor, 'run.release', resource)) {
      await this.endOnHold(onHold, actor.userId);
    } else if (await this.records.cancelSubmission(params.id)) {
      // nothing left to cancel is what was wished for
      this.log.info('submission.cancelled', { submissionId: params.id, by: actor.userId });
    }
    return this.desk.view(actor, await this.desk.open(actor, params.id, 'submission.view'));
  }

  @Mount(ENDPOINTS.submissionEvents)
  async events(
    { actor, caller, params, request }: Ask<typeof ENDPOINTS.submissionEvents>,
    reply: FastifyReply,
  ): Promise<void> {
    const opened = await this.desk.open(actor, params.id, 'submission.view');
    if (request.method === 'HEAD') {
      await reply.header('content-type', 'text/event-stream; charset=utf-8').send();
      return;
    }
    const header = request.headers['last-event-id'];
    const seen = readEventId(
      Array.isArray(header) ? header[0] : header,
      opened.submission.runs.map(({ id }) => id),
    );
    const leave = this.hub.admit(actor.userId === null ? `address:${request.ip}` : `account:${actor.userId}`);
    try {
      await streamRuns(reply, this.sourceFor(opened, actor, caller), seen);
    } finally {
      leave();
    }
  }

  /** A submission as one reader may see it, asked anew each time whether he still may. */
  private sourceFor(
    { submission: { id }, benchmark }: OpenedSubmission,
    actor: Ask['actor'],
    caller: Ask['caller'],
  ): StreamSource {
    return {
      stillValid: () => this.authenticator.stillValid(caller),
      look: async () => {
        const [valid, facts] = await Promise.all([this.authenticator.stillValid(caller), this.hub.look(id)]);
        if (!valid || facts === null) return null;
        const { submission, positions } = facts;
        const resource = { ...(await this.sight.ofBenchmark(actor, benchmark)), ownerId: submission.submitterId };
        if (!may(actor, 'submission.view', resource)) return null;
        const now = { submission, benchmark, resource };
        return submission.runs.map((run) => this.desk.runSummary(actor, now, run, positions.get(run.id) ?? null));
      },
      watch: (changed, close) => this.hub.watch(id, changed, close),
      failed: (error) => this.log.error('events.failed', error, { submissionId: id }),
    };
  }

  /** The organiser's decision on a fault of the benchmark: the run failed, by no wish of its submitter. */
  private async endOnHold({ id, epoch, failureCode, failureDetail }: EvaluationRun, by: string | null): Promise<void> {
    const failure = {
      code: failureCode ?? 'case-unreadable',
      detail: `Ended by the organiser while it was on hold. ${failureDetail ?? ''}`.trimEnd(),
    };
    if (await this.records.failRun(id, epoch, failure)) this.log.info('run.ended-on-hold', { runId: id, by });
  }
}

/** @throws RequestRefused 422 `algorithm-name` when neither gives an address */
function slugOf(chosen: string | null, name: string): string {
  const slug = chosen ?? algorithmSlug(name);
  if (slug !== null) return slug;
  throw new RequestRefused(
    422,
    'algorithm-name',
    'No address can be made from the name in the manifest. Choose one with the field "algorithm".',
    [{ path: 'form.algorithm', message: 'needed, because the name has fewer than two Latin letters or digits' }],
  );
}

function keyOf(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,200}$/.test(header)) return header;
  throw new RequestRefused(
    400,
    'idempotency-key-invalid',
    'Idempotency-Key: expected 1 to 200 visible ASCII characters without spaces.',
  );
}
