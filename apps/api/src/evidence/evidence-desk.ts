import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SCHEME_KINDS } from '#contracts';
import { RequestRefused } from '#domain';
import { penaltyOf, type EvaluationCase, type EvaluationRecords, type Phase } from '#evaluation';
import { metricDefinition } from '#metrics';
import { humanCeiling, type BoardEvidence, type HumanCeiling, type RankingScheme } from '#ranking';
import { EVIDENCE, RECORDS } from '../settings.js';
import { boardTables, type BoardTables } from './board-tables.js';
import type { EvidenceEngine } from './evidence-pool.js';
import type { FilledBoard } from './open-board.js';

/** Rows of a board that evidence is made of: the first ones. Tests of all pairs grow with the square. */
export const MOST_RUNS = 50;
export const DRAWS = 1000;
const KEPT = 200;
/** Metrics that give another number when the two segmentations change places; between readers they say nothing. */
const ONE_SIDED = ['sensitivity', 'precision', 'specificity', 'relative_volume', 'lesion', 'brats'];

/** What is asked about a board. */
export interface SchemeChoice {
  readonly scheme: 'declared' | (typeof SCHEME_KINDS)[number];
  readonly metric?: string;
  readonly region: string;
}

/** Works out how firmly ranks stand, once for each state of a board. */
@Injectable()
export class EvidenceDesk implements OnApplicationShutdown {
  private readonly kept = new Map<string, Promise<BoardEvidence>>();

  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(EVIDENCE) private readonly engine: EvidenceEngine,
  ) {}

  async tables({ phase, board }: FilledBoard): Promise<BoardTables> {
    const entries = board.entries.slice(0, MOST_RUNS);
    const [cases, values] = await Promise.all([
      this.records.cases(phase.id),
      this.records.boardValues(entries.map(({ runId }) => runId)),
    ]);
    return boardTables(phase, cases, entries, values);
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
    const key = JSON.stringify([state.hash, scheme, detail]);
    const known = this.kept.get(key);
    if (known) {
      this.kept.delete(key); // asked for again: kept longest from here
      this.kept.set(key, known);
      return known;
    }
    const working = this.tables(opened).then(({ study, attributes, failed }) =>
      this.engine.answer({
        study,
        attributes,
        failed,
        scheme,
        siteKey: 'site',
        draws: DRAWS,
        seed: seedOf(state.hash),
        detail,
      }),
    );
    this.kept.set(key, working);
    working.catch(() => this.kept.delete(key));
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= KEPT) break;
      this.kept.delete(oldest);
    }
    return working;
  }

  /** How well the readers agree with one another, on the same metric and with the same penalties. */
  async ceiling({ phase, state }: FilledBoard, metric: string, region: string): Promise<HumanCeiling | null> {
    if (ONE_SIDED.some((start) => metric.startsWith(start))) return null;
    const penalty = phase.rules.metrics.find(({ id }) => id === metric)?.penalty;
    if (penalty === undefined) return null;
    const agreements = (await this.records.cases(phase.id)).flatMap((one) =>
      agreementsOf(one, metric, region, penaltyOf(penalty, one.geometry)),
    );
    return humanCeiling(agreements, { seed: seedOf(state.hash), draws: DRAWS });
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

/** The first 32 bits of an address. */
export function seedOf(hash: string): number {
  return Number.parseInt(hash.slice(0, 8), 16);
}

/** The rule in full. Every rule of a phase gives failures its declared penalty. */
export function schemeOf({ rules }: Phase, { scheme, metric, region }: SchemeChoice): RankingScheme {
  const { ranking, metrics, regions } = rules;
  const leading = metric ?? (ranking.kind === 'mean-then-rank' ? ranking.metric : ranking.metrics[0]);
  if (!metrics.some(({ id }) => id === leading))
    throw invalid(`metric is "${leading}"; this phase measures ${metrics.map(({ id }) => id).join(', ')}`);
  if (region !== 'all' && !regions.some(({ name }) => name === region))
    throw invalid(`region is "${region}"; this phase scores ${regions.map(({ name }) => name).join(', ')}`);
  metricDefinition(leading); // an unknown metric in the rules is a defect of ours, not of the asker
  if (scheme !== 'declared') return { kind: scheme, metric: leading, region, ties: 'min' };
  if (ranking.kind === 'mean-then-rank' || metric !== undefined)
    return { kind: 'mean-then-rank', metric: leading, region, ties: 'min' };
  return {
    kind: 'consensus',
    of: ranking.metrics.map((id) => ({ kind: 'mean-then-rank', metric: id, region, ties: 'min' })),
    ties: 'min',
  };
}

function invalid(message: string): RequestRefused {
  return new RequestRefused(400, 'scheme-invalid', `No such ranking: ${message}.`, [{ path: 'query', message }]);
}
