import { Controller, Inject } from '@nestjs/common';
import { ENDPOINTS } from '#contracts';
import { notFound } from '#domain';
import type { EvaluationRecords } from '#evaluation';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { may, permit } from '../http/permit.js';
import { RECORDS } from '../settings.js';
import { Sight } from '../benchmarks/sight.js';
import { caseSummaryView, geometryView, predictionView, triedView } from './case-view.js';

/** Predictions listed beside a case, best first; more than a person looks through. */
const MOST_PREDICTIONS = 200;

@Controller()
export class CasesController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    private readonly sight: Sight,
  ) {}

  /** Ids of what the viewer may load: image, references and predictions, each only where the policy shows it. */
  @Mount(ENDPOINTS.getCase)
  async get({ actor, params, query }: Ask<typeof ENDPOINTS.getCase>): Promise<Answer<typeof ENDPOINTS.getCase>> {
    const found = await this.records.findCase(params.id);
    if (found === null) throw notFound('case');
    const benchmark = await this.records.findBenchmark(found.phase.benchmarkId);
    if (benchmark === null) throw new Error(`phase ${found.phase.id} belongs to no benchmark`);
    const base = await this.sight.ofBenchmark(actor, benchmark);
    const resource = this.sight.ofCase(base, found.phase, found.case);
    permit(actor, 'case.view', resource, 'case');

    const { images, references } = found.case;
    for (const { label } of images) permit(actor, 'object.view', { ...resource, label, kind: 'image' }, 'case');
    const shown = references.filter(({ object }) =>
      may(actor, 'object.view', { ...resource, label: object.label, kind: 'reference' }),
    );
    const standings = may(actor, 'run.case-result', resource)
      ? await this.records.resultsOfCase(params.id, MOST_PREDICTIONS, this.sight.toldBy(actor, base, found.phase))
      : [];
    // of the other cases only those that the person may see: where one is opened, the rest may be held out
    const siblings = (await this.records.cases(found.phase.id)).filter((one) =>
      may(actor, 'case.view', this.sight.ofCase(base, found.phase, one)),
    );
    const at = siblings.findIndex(({ id }) => id === params.id);
    return {
      ...caseSummaryView(found.case),
      benchmark: { slug: benchmark.slug, title: benchmark.title },
      phase: found.phase.kind,
      geometry: geometryView(found.case),
      image: { objectId: images[0].id, bytes: images[0].bytes },
      images: images.map(({ channel, id, bytes }) => ({ channel, objectId: id, bytes })),
      references: shown.map(({ reader, consensus, object }) => ({ objectId: object.id, reader, consensus })),
      predictions: [...(await this.tried(actor, params.id, query.preflight)), ...standings.map(predictionView)],
      neighbours: { previous: siblings[at - 1]?.id ?? null, next: siblings[at + 1]?.id ?? null },
    };
  }

  /** What a preflight of the person's own made of this case. */
  private async tried(
    actor: Ask['actor'],
    caseId: string,
    preflightId: string | undefined,
  ): Promise<Answer<typeof ENDPOINTS.getCase>['predictions']> {
    if (preflightId === undefined) return [];
    const preflight = await this.records.findPreflight(preflightId);
    if (preflight === null) throw notFound('preflight');
    permit(actor, 'preflight.view', { ownerId: preflight.submitterId }, 'preflight');
    return preflight.practice?.caseId === caseId ? [triedView(preflight, preflight.practice.prediction.id)] : [];
  }
}
