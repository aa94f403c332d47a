import { metricDefinition } from '#metrics';
import {
  boardEvidence,
  boardMeans,
  studyOfData,
  type Attribute,
  type BoardEvidence,
  type BoardMeans,
  type MeansQuestion,
  type RankingScheme,
  type StudyData,
} from '#ranking';

/** A question about a board as plain data, to be sent to a thread. */
export interface EvidenceTask {
  readonly study: StudyData;
  readonly scheme: RankingScheme;
  readonly attributes: readonly Attribute[];
  readonly sizes?: ReadonlyMap<string, readonly (number | null)[]>;
  readonly siteKey: string;
  /** `failed[a * cases.length + c]`: 1 where the algorithm produced nothing. */
  readonly failed: Uint8Array;
  readonly draws: number;
  readonly seed: number;
  readonly detail: 'cases' | 'released';
}

/** The same of the intervals of its means. */
export type MeansTask = Omit<MeansQuestion, 'study'> & { readonly study: StudyData };

/** Takes a second or so for ten algorithms, a hundred cases, five metrics and four regions. */
export function answerMeans({ study, ...rest }: MeansTask): BoardMeans {
  return boardMeans({ ...rest, study: studyOfData(study) });
}

/** Takes a second or so for ten algorithms on a hundred cases: not for the event loop that answers people. */
export function answerTask({ study: data, failed, ...rest }: EvidenceTask): BoardEvidence {
  const study = studyOfData(data);
  const algorithmAt = new Map(data.algorithms.map((name, a) => [name, a]));
  const caseAt = new Map(data.cases.map((name, c) => [name, c]));
  return boardEvidence({
    ...rest,
    study,
    directionOf: (metric) => metricDefinition(metric).direction,
    failed: (algorithm, name) =>
      failed[(algorithmAt.get(algorithm) ?? 0) * data.cases.length + (caseAt.get(name) ?? 0)] === 1,
  });
}
