import { createHash } from 'node:crypto';
import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ENDPOINTS, type ExportFormat } from '#contracts';
import { canonicalJson, notFound, RequestRefused, type Actor, type Resource } from '#domain';
import type { EvaluationRecords, Phase } from '#evaluation';
import { metricDefinition } from '#metrics';
import { entryView, instantView, leadingMetric, resultView, stateView } from '../benchmarks/board-view.js';
import { Sight } from '../benchmarks/sight.js';
import { scoresView } from '../cases/scores-view.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { may } from '../http/permit.js';
import { RECORDS, SETTINGS, type ApiSettings } from '../settings.js';
import { SubmissionDesk } from '../submissions/submission-desk.js';
import { EvidenceDesk, MOST_RUNS, schemeOf } from './evidence-desk.js';
import { badge } from './exports/badge.js';
import { casesCsv, meansCsv, slicesCsv } from './exports/csv.js';
import type { ExportSource } from './exports/export-source.js';
import { latexTable, structuresTable } from './exports/latex.js';
import { bibtex, citationCff, methodsParagraph } from './exports/words.js';
import { BoardDesk, type FilledBoard } from './open-board.js';

const KINDS: Readonly<Record<ExportFormat, { readonly type: string; readonly extension: string }>> = {
  csv: { type: 'text/csv; charset=utf-8', extension: 'csv' },
  cases: { type: 'text/csv; charset=utf-8', extension: 'cases.csv' },
  slices: { type: 'text/csv; charset=utf-8', extension: 'slices.csv' },
  json: { type: 'application/json; charset=utf-8', extension: 'json' },
  latex: { type: 'application/x-tex; charset=utf-8', extension: 'tex' },
  structures: { type: 'application/x-tex; charset=utf-8', extension: 'structures.tex' },
  methods: { type: 'text/plain; charset=utf-8', extension: 'methods.txt' },
  bibtex: { type: 'application/x-bibtex; charset=utf-8', extension: 'bib' },
  cff: { type: 'application/yaml; charset=utf-8', extension: 'cff' },
};

/** Tables of what every row has; the others say something of each pair of rows, or of each case of each row. */
const WHOLE: readonly ExportFormat[] = ['csv', 'json'];
const WITH_MEANS: readonly ExportFormat[] = ['csv', 'json', 'structures'];
const MOST_ROWS = 10_000;

/** What people take away: tables, citations, badges, and what a stranger needs to recompute a run. */
@Controller()
export class ExportsController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    private readonly boards: BoardDesk,
    private readonly evidence: EvidenceDesk,
    private readonly submissions: SubmissionDesk,
    private readonly sight: Sight,
  ) {}

  @Mount(ENDPOINTS.exportLeaderboard)
  async export({ actor, params, query }: Ask<typeof ENDPOINTS.exportLeaderboard>, reply: FastifyReply): Promise<void> {
    const opened = await this.boards.openFilled(
      actor,
      params.slug,
      query,
      WHOLE.includes(query.format) ? MOST_ROWS : MOST_RUNS,
    );
    if (query.format === 'cases' && !opened.seesCases) throw notFound('table');
    const source = await this.sourceOf(opened, query);
    const { type, extension } = KINDS[query.format];
    const { entries, total } = opened.board;
    const part = entries.length < total ? `.first-${entries.length}-of-${total}` : '';
    const name = `${opened.benchmark.slug}-${opened.phase.kind}-${opened.state.hash.slice(0, 12)}${part}.${extension}`;
    await reply
      .header('content-type', type)
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'private, no-cache')
      .send(textOf(query.format, source, opened));
  }

  private async sourceOf(
    opened: FilledBoard,
    query: Parameters<EvidenceDesk['evidence']>[1] & { readonly format: ExportFormat },
  ): Promise<ExportSource> {
    const { benchmark, phase, board, state, seesCases } = opened;
    const { format } = query;
    const evidence = await this.evidence.evidence(opened, query);
    return {
      benchmark,
      phase,
      state,
      url: `${this.settings.publicUrl}/leaderboards/${state.hash}`,
      entries: board.entries.map((entry) => ({ ...entry, ...resultView(entry, opened) })),
      total: board.total,
      scheme: schemeOf(phase, query),
      evidence,
      deviations: format === 'latex' ? await this.evidence.deviations(opened, evidence.metric, evidence.region) : null,
      means: WITH_MEANS.includes(format) ? await this.evidence.means(opened) : null,
      tables: format === 'cases' && seesCases ? await this.evidence.tables(opened) : null,
    };
  }

  @Mount(ENDPOINTS.getRunManifest)
  async manifest({
    actor,
    params,
  }: Ask<typeof ENDPOINTS.getRunManifest>): Promise<Answer<typeof ENDPOINTS.getRunManifest>> {
    const { run, phase, benchmark, submission, resource } = await this.submissions.openRun(
      actor,
      params.id,
      'run.view',
    );
    const entry = await this.records.boardEntry(run.id);
    const state = entry === null ? null : await this.records.boardState(entry.stateHash);
    if (entry === null || state === null || run.signature === null) {
      throw new RequestRefused(
        409,
        'run-not-completed',
        `This run is ${run.state}; only a completed run has a manifest.`,
      );
    }
    const sight = await this.sight.ofResults(actor, resource, phase);
    const { seesCases, seesTimes } = sight;
    const { version } = submission;
    const view = resultView(entry, sight);
    const time = (at: Date | null) => at && instantView(at, seesTimes);
    return {
      runManifestVersion: 1,
      voxelmark: this.settings.version,
      benchmark: {
        slug: benchmark.slug,
        title: benchmark.title,
        phase: phase.kind,
        rules: phase.rules,
        rulesSha256: createHash('sha256').update(canonicalJson(phase.rules)).digest('hex'),
      },
      dataset: {
        slug: benchmark.dataset.slug,
        version: benchmark.dataset.version,
        digest: benchmark.dataset.digest,
        phaseDigest: phase.datasetDigest,
      },
      run: { id: run.id, signature: run.signature, startedAt: time(run.startedAt), finishedAt: time(run.finishedAt) },
      algorithm: {
        slug: version.algorithm.slug,
        name: version.algorithm.name,
        version: version.version,
        modelSha256: version.modelSha256,
        models: version.models.map(({ file, sha256 }) => ({ file, sha256 })),
        manifestSha256: version.manifestSha256,
        manifest: version.manifest,
      },
      state: stateView(state, seesTimes),
      results: {
        rank: view.rank,
        metrics: view.metrics,
        aggregates: view.aggregates.map(({ region, metric, mean, n }) => ({ region, metric, mean, n })),
        cases: { scored: view.cases.scored, failed: view.cases.failed },
      },
      cases: seesCases ? await this.casesOf(actor, resource, run.id, phase) : null,
    };
  }

  /** Masks of cases whose reference the asking person may not see are not named: an id and a digest confirm a guess. */
  private async casesOf(actor: Actor, resource: Resource, runId: string, phase: Phase) {
    const results = new Map((await this.records.caseResults(runId)).map((result) => [result.caseId, result]));
    return (await this.records.cases(phase.id)).map((one) => {
      const { id, name, references } = one;
      const result = results.get(id);
      const reference = references.find(({ consensus }) => consensus)?.object;
      if (result === undefined || reference === undefined || result.state === 'pending')
        throw new Error(`run ${runId} completed without a result for case ${id}`);
      const here = this.sight.ofCase(resource, phase, one);
      const { prediction } = result;
      const shown =
        may(actor, 'object.view', { ...here, label: reference.label, kind: 'reference' }) &&
        (prediction === null || may(actor, 'object.view', { ...here, label: prediction.label, kind: 'prediction' }));
      return {
        id,
        name,
        state: result.state,
        failureCode: result.failureCode,
        reference: shown ? { objectId: reference.id, sha256: reference.sha256 } : null,
        prediction: shown && prediction ? { objectId: prediction.id, sha256: prediction.sha256 } : null,
        scores: scoresView(result.scores),
      };
    });
  }

  @Mount(ENDPOINTS.getRunBadge)
  async badge({ actor, params }: Ask<typeof ENDPOINTS.getRunBadge>, reply: FastifyReply): Promise<void> {
    const { run, phase, benchmark } = await this.submissions.openRun(actor, params.id, 'run.view');
    const entry = await this.records.boardEntry(run.id);
    if (entry === null) throw notFound('badge');
    const { abbreviation, unit } = metricDefinition(leadingMetric(phase.rules.ranking));
    const value = entry.metrics[leadingMetric(phase.rules.ranking)];
    const { total } = await this.records.leaderboard(phase.id, {
      limit: 1,
      offset: 0,
      signature: run.signature ?? undefined,
    });
    await reply
      .header('content-type', 'image/svg+xml; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      // of an unpublished board it depends on who asks: no cache that others read may keep it
      .header('cache-control', benchmark.published ? 'public, max-age=300' : 'private, no-store')
      .send(
        badge(
          benchmark.title,
          `rank ${entry.rank} of ${total} · ${abbreviation} ${value.toFixed(unit === '' ? 3 : 1)}${unit === '' ? '' : ` ${unit}`}`,
        ),
      );
  }
}

function textOf(format: ExportFormat, source: ExportSource, opened: FilledBoard): string {
  const { seesTimes, phase, benchmark, board } = opened;
  switch (format) {
    case 'csv':
      return meansCsv(source);
    case 'cases':
      if (source.tables === null) throw notFound('table');
      return casesCsv({ ...source, tables: source.tables });
    case 'slices':
      return slicesCsv(source);
    case 'latex':
      return latexTable(source);
    case 'structures':
      return structuresTable(source);
    case 'methods':
      return methodsParagraph(source);
    case 'bibtex':
      return bibtex(source);
    case 'cff':
      return citationCff(source);
    case 'json':
      return `${JSON.stringify(
        {
          benchmark: benchmark.slug,
          phase: phase.kind,
          url: source.url,
          signature: board.signature,
          state: stateView(source.state, seesTimes),
          rules: phase.rules,
          items: board.entries.map((entry) => {
            const { submitter: _, ...view } = entryView(entry, '', opened);
            return view;
          }),
          evidence: source.evidence,
          means: source.means,
        },
        null,
        2,
      )}\n`;
  }
}
