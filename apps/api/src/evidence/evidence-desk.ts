import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SCHEME_KINDS } from '#contracts';
import { RequestRefused } from '#domain';
import { penaltyOf, type EvaluationCase, type EvaluationRecords, type Phase } from '#evaluation';
import { metricDefinition } from '#metrics';
import {
  comparePair,
  evidenceDraws,
  humanCeiling,
  tellingPatients,
  type BoardEvidence,
  type BoardMeans,
  type Comparison,
  type HumanCeiling,
  type RankingScheme,
} from '#ranking';
import { FEWEST_TO_RANK, standardDeviation } from '#statistics';
import { leadingMetric } from '../benchmarks/board-view.js';
import { EVIDENCE, RECORDS } from '../settings.js';
import { boardTables, bytesOfTables, failedIn, type BoardTables } from './board-tables.js';
import type { EvidenceEngine } from './evidence-pool.js';
import type { FilledBoard } from './open-board.js';
import { pairOf } from './pair.js';
import { StateShelf } from './state-shelf.js';

/** Rows of a board that evidence is made of: the first ones. Tests of all pairs grow with the square. */
export const MOST_RUNS = 50;
const DRAWS = 1000;
/** Metrics that give another number when the two segmentations change places; between readers they say nothing. */
const ONE_SIDED = ['sensitivity', 'precision', 'specificity', 'relative_volume', 'lesion', 'brats'];

/** What is asked about a board. */
export interface SchemeChoice {
  readonly scheme: 'declared' | (typeof SCHEME_KINDS)[number];
  readonly metric?: string;
  readonly region: string;
}

/** Two runs of a board, by a metric and over a region (or `all`). */
export interface ComparedRuns {
  readonly metric: string;
  readonly region: string;
  /** False: a figure to report, by which nothing is better or worse. */
  readonly ranked: boolean;
  /** Patients behind the differences: see `tellingPatients`. */
  readonly telling: number;
  readonly comparison: Comparison;
  /** Of cases, by id. */
  readonly names: Readonly<Record<string, string>>;
}

/** Works out how firmly ranks stand: everything once for each state of a board. */
@Injectable()
export class EvidenceDesk implements OnApplicationShutdown {
  private readonly shelf = new StateShelf();

  constructor(
    @Inject(RECORDS) private readonly records: Pick<EvaluationRecords, 'cases' | 'boardValues'>,
    @Inject(EVIDENCE) private readonly engine: EvidenceEngine,
  ) {}

  /** Values behind the first rows of a board, see `MOST_RUNS`. */
  tables({ phase, board, state }: FilledBoard): Promise<BoardTables> {
    return this.shelf.once(
      state.hash,
      ['tables'],
      async () => {
        const entries = board.entries.slice(0, MOST_RUNS);
        const [cases, values] = await Promise.all([
          this.records.cases(phase.id),
          this.records.boardValues(entries.map(({ runId }) => runId)),
        ]);
        return boardTables(phase, cases, entries, values);
      },
      bytesOfTables,
    );
  }

  /**
   * Draws are seeded by the address of the state: whoever asks again gets the same intervals.
   *
   * @throws RequestRefused 400 `scheme-invalid` for a metric or region that the phase does not score
   */
  async evidence(opened: FilledBoard, choice: SchemeChoice): Promise<BoardEvidence> {
    const { state, phase, seesCases } = opened;
    const scheme = schemeOf(phase, choice);
    const detail = seesCases ? 'cases' : 'released';
    return this.shelf.once(state.hash, ['evidence', scheme, detail], async () => {
      const tables = await this.tables(opened);
      const { study, attributes, sizes } = tables;
      return this.engine.answer({
        study,
        attributes,
        sizes,
        failed: failedIn(tables, choice.region),
        scheme,
        siteKey: 'site',
        draws: evidenceDraws(study.algorithms.length),
        seed: seedOf(state.hash),
        detail,
      });
    });
  }

  /** Intervals of every mean of the first rows, seeded alike: under the metric that is ranked, those of `evidence`. */
  means(opened: FilledBoard): Promise<BoardMeans> {
    const { state, phase, seesCases } = opened;
    const detail = seesCases ? 'cases' : 'released';
    return this.shelf.once(state.hash, ['means', detail], async () => {
      const { study } = await this.tables(opened);
      return this.engine.means({
        study,
        regions: phase.rules.regions.map(({ name }) => name),
        draws: evidenceDraws(study.algorithms.length),
        seed: seedOf(state.hash),
        detail,
      });
    });
  }

  /**
   * Standard deviation over cases by run id, of a metric over a region (or `all`). Null of fewer than ten patients whose
   * cases may not be seen; a run has none where all but a few of its values are the same.
   */
  deviations(opened: FilledBoard, metric: string, region: string): Promise<ReadonlyMap<string, number> | null> {
    return this.shelf.once(
      opened.state.hash,
      ['deviations', metric, region, opened.seesCounts, opened.seesCases],
      async () => {
        if (!opened.seesCounts) return null;
        const tables = await this.tables(opened);
        return new Map(
          tables.study.algorithms.flatMap((runId) => {
            const cases = pairOf(tables, metric, region, runId, runId);
            const values = cases.map(({ first }) => first);
            const told = opened.seesCases || tellingPatients(values, patientsOf(cases)) >= FEWEST_TO_RANK;
            return told ? [[runId, standardDeviation(values)] as const] : [];
          }),
        );
      },
      (found) => 50 * (found?.size ?? 1),
    );
  }

  /**
   * How well the readers agree with one another, on the same metric and with the same penalties. Null where single cases are
   * not shown and fewer than 10 patients were read by two: it would be about these few.
   */
  async ceiling(opened: FilledBoard, metric: string, region: string): Promise<HumanCeiling | null> {
    const { phase, state, seesCases } = opened;
    if (ONE_SIDED.some((start) => metric.startsWith(start))) return null;
    const penalty = phase.rules.metrics.find(({ id }) => id === metric)?.penalty;
    if (penalty === undefined) return null;
    return this.shelf.once(state.hash, ['ceiling', metric, region, seesCases], async () => {
      const { cases } = await this.tables(opened);
      const agreements = cases.flatMap((one) => agreementsOf(one, metric, region, penaltyOf(penalty, one.geometry)));
      const readTwice = new Set(agreements.map(({ patient }) => patient)).size;
      if (!seesCases && readTwice < FEWEST_TO_RANK) return null;
      return humanCeiling(agreements, { seed: seedOf(state.hash), draws: DRAWS });
    });
  }

  /**
   * Two runs of a board on the same cases.
   *
   * @throws RequestRefused 400 `scheme-invalid` for a metric or region that the phase does not score
   */
  async compare(
    opened: FilledBoard,
    choice: { readonly metric?: string; readonly region: string; readonly first: string; readonly second: string },
  ): Promise<ComparedRuns> {
    const { phase, state } = opened;
    const { metric, region } = metricOf(phase, choice);
    const { first, second } = choice;
    return this.shelf.once(state.hash, ['compare', metric, region, first, second], async () => {
      const pairs = pairOf(await this.tables(opened), metric, region, first, second);
      const options = { seed: seedOf(state.hash), draws: DRAWS };
      const { role, direction } = metricDefinition(metric);
      return {
        metric,
        region,
        names: Object.fromEntries(pairs.map((pair) => [pair.case, pair.name])),
        ranked: role === 'rank',
        telling: tellingPatients(
          pairs.map((pair) => pair.first - pair.second),
          patientsOf(pairs),
        ),
        comparison: comparePair(pairs, role === 'rank' ? direction : null, options),
      };
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.engine.close();
  }
}

function agreementsOf(
  { id, patient, referenceStudy }: EvaluationCase,
  metric: string,
  region: string,
  penalty: number,
) {
  return (referenceStudy?.agreement ?? []).flatMap(({ readers, scores }) =>
    scores
      .filter((score) => region === 'all' || score.region === region)
      .map(({ values }) => ({ case: id, patient, readers, value: values[metric], penalty })),
  );
}

function patientsOf(cases: readonly { readonly patient: string }[]): string[] {
  return cases.map(({ patient }) => patient);
}

/** The first 32 bits of an address. */
function seedOf(hash: string): number {
  return Number.parseInt(hash.slice(0, 8), 16);
}

/** The rule in full. Every rule of a phase gives failures its declared penalty. */
export function schemeOf(phase: Phase, choice: SchemeChoice): RankingScheme {
  const { ranking } = phase.rules;
  const { metric, region } = metricOf(phase, choice);
  if (metricDefinition(metric).role === 'report')
    throw invalid(`metric is "${metric}", a figure to report by which nothing is better or worse`);
  if (choice.scheme !== 'declared') return { kind: choice.scheme, metric, region, ties: 'min' };
  if (ranking.kind === 'mean-then-rank' || choice.metric !== undefined)
    return { kind: 'mean-then-rank', metric, region, ties: 'min' };
  return {
    kind: 'consensus',
    of: ranking.metrics.map((id) => ({ kind: 'mean-then-rank', metric: id, region, ties: 'min' })),
    ties: 'min',
  };
}

/** The metric that is asked for, or that of the declared rule. */
function metricOf(
  { rules: { ranking, metrics, regions } }: Phase,
  { metric = leadingMetric(ranking), region }: Pick<SchemeChoice, 'metric' | 'region'>,
): { readonly metric: string; readonly region: string } {
  if (!metrics.some(({ id }) => id === metric))
    throw invalid(`metric is "${metric}"; this phase measures ${metrics.map(({ id }) => id).join(', ')}`);
  if (region !== 'all' && !regions.some(({ name }) => name === region))
    throw invalid(`region is "${region}"; this phase scores ${regions.map(({ name }) => name).join(', ')}`);
  return { metric, region };
}

function invalid(message: string): RequestRefused {
  return new RequestRefused(400, 'scheme-invalid', `No such ranking: ${message}.`, [{ path: 'query', message }]);
}
