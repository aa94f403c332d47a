import { Controller, Inject } from '@nestjs/common';
import { ENDPOINTS } from '#contracts';
import { notFound, RequestRefused } from '#domain';
import type { Clock, EvaluationRecords, Log } from '#evaluation';
import { Sight } from '../benchmarks/sight.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { permit } from '../http/permit.js';
import { CLOCK, LOG, RECORDS } from '../settings.js';
import { Intake } from './intake.js';
import { preflightView } from './preflight-view.js';
import { TakeIn } from './take-in.js';

/** Each of them takes a worker's time. */
const PREFLIGHTS_AN_HOUR = 20;

/** Bundles that are tried before they are submitted: by whoever may submit, for nobody else's eyes. */
@Controller()
export class PreflightsController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
    private readonly sight: Sight,
    private readonly intake: Intake,
    private readonly takeIn: TakeIn,
  ) {}

  @Mount(ENDPOINTS.createPreflight)
  async create({
    actor,
    params,
    request,
  }: Ask<typeof ENDPOINTS.createPreflight>): Promise<Answer<typeof ENDPOINTS.createPreflight>> {
    const benchmark = await this.records.findBenchmark(params.slug);
    if (benchmark === null) throw notFound('benchmark');
    permit(actor, 'submission.create', await this.sight.ofEntrant(actor, benchmark), 'benchmark');
    const submitterId = actor.userId as string; // the policy asks for an account
    const recent = await this.records.recentPreflights(submitterId);
    if (recent >= PREFLIGHTS_AN_HOUR) {
      throw new RequestRefused(
        429,
        'preflights-busy',
        `You have asked for ${recent} checks within the last hour; ${PREFLIGHTS_AN_HOUR} are allowed. \`voxelmark model check\` runs the same checks on your own machine.`,
      );
    }
    return this.intake.receive(
      'preflight',
      { request, actor },
      {
        admit: () => Promise.resolve(),
        enter: async (bundle, manifest) => {
          const preflight = await this.takeIn.preflight(bundle, { benchmark: benchmark.id, submitterId, manifest });
          this.log.info('preflight.taken-in', { preflightId: preflight.id, userId: submitterId, bytes: bundle.bytes });
          return preflightView(preflight, benchmark, this.clock.now());
        },
      },
    );
  }

  @Mount(ENDPOINTS.getPreflight)
  async get({ actor, params }: Ask<typeof ENDPOINTS.getPreflight>): Promise<Answer<typeof ENDPOINTS.getPreflight>> {
    const preflight = await this.records.findPreflight(params.id);
    if (preflight === null) throw notFound('preflight');
    permit(actor, 'preflight.view', { ownerId: preflight.submitterId }, 'preflight');
    const benchmark = await this.records.findBenchmark(preflight.benchmarkId);
    if (benchmark === null) throw new Error(`preflight ${preflight.id} is for no known benchmark`);
    return preflightView(preflight, benchmark, this.clock.now());
  }
}
