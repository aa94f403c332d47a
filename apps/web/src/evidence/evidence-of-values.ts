import type { BoardValuesView, EvidenceView } from '#contracts';
import {
  boardEvidence,
  studyOfData,
  type BoardEvidence,
  type DirectionOf,
  type EvidenceQuestion,
  type RankingScheme,
} from '#ranking';
import { seedOf, studyDataOf } from './values-study.js';

export type Evidence = EvidenceView['evidence'];
/** An algorithm on the board, with how firmly it stands there. */
export type Standing = Evidence['standings'][number];

/** What is known of a ranking before a single case is drawn again. */
export interface FirstLook extends Pick<
  Evidence,
  'tests' | 'schemes' | 'withoutSite' | 'cases' | 'patients' | 'withheld'
> {
  readonly standings: readonly Omit<Standing, 'interval' | 'medianRank' | 'shares' | 'mean'>[];
}

type Values = Omit<BoardValuesView, 'benchmark' | 'phase' | 'signature'>;

/**
 * The question that the server answers for the same board and rule, from the values behind the board: same kernel, same
 * seed, same number of draws, and so the same figures to the last bit.
 */
export function questionOf(values: Values, scheme: RankingScheme, directionOf: DirectionOf): EvidenceQuestion {
  const { state, runs, cases, attributes, tables, statuses } = values;
  const regions = [...new Set(tables.map(({ region }) => region))];
  const runAt = new Map(runs.map(({ runId }, a) => [runId, a]));
  const caseAt = new Map(cases.map(({ id }, c) => [id, c]));
  const { region: ranked = 'all' } = scheme.kind === 'consensus' ? scheme.of[0] : scheme;
  const shown = statuses.filter(({ region }) => ranked === 'all' || region === ranked);
  const measured = cases.flatMap(({ volumesMl }) => (volumesMl === null ? [] : [volumesMl]));
  return {
    study: studyOfData(studyDataOf(values)),
    scheme,
    directionOf,
    attributes: attributes.map(({ key, demographic }) => ({
      key,
      demographic,
      levels: cases.map(({ levels }) => levels[key] ?? null),
      ofSize: regions.some((region) => key === `volume of ${region}`),
    })),
    // a case without a measured reference leaves no gap after size
    sizes:
      measured.length === cases.length
        ? new Map(regions.map((region) => [region, measured.map((volumesMl) => volumesMl[region] || null)]))
        : undefined,
    siteKey: 'site',
    failed: (runId, caseId) => {
      const a = runAt.get(runId) ?? -1;
      const c = caseAt.get(caseId) ?? -1;
      return shown.some(({ values: of }) => ['failed', 'empty_prediction'].includes(of[a][c]));
    },
    seed: seedOf(state.hash),
    detail: 'cases',
  };
}

/** Ranks and how firmly they stand; groups of cases are another matter, and take longer. */
export type RankEvidence = Omit<Evidence, 'slices'>;

/**
 * Ranks of redrawn cases: half a second for ten algorithms on 100 cases, so it belongs in a worker.
 *
 * @param onProgress told how many of the draws are done, now and then
 */
export function rankEvidence(
  question: EvidenceQuestion,
  onProgress?: (done: number, of: number) => void,
): RankEvidence {
  const { slices: _slices, ...found } = boardEvidence({ ...question, ...bySite(question), sliceDraws: 1 }, onProgress);
  return contracted(found);
}

/** Figures and ranks of groups of cases: depend on no draw of the ranks. */
export function sliceEvidence(question: EvidenceQuestion): Evidence['slices'] {
  // one draw is the least that the kernel makes; what comes of it is left out here
  return contracted(boardEvidence({ ...question, draws: 1 })).slices;
}

/** Places, tests and the other rules: a few thousandths of a second, so the page shows them at once. */
export function firstLook(question: EvidenceQuestion): FirstLook {
  const { standings, ...found } = contracted(
    boardEvidence({ ...question, ...bySite(question), draws: 1, sliceDraws: 1 }),
  );
  const { tests, schemes, withoutSite, cases, patients, withheld } = found;
  return {
    standings: standings.map(({ interval: _, medianRank: __, shares: ___, mean: ____, ...known }) => known),
    tests,
    schemes,
    withoutSite,
    cases,
    patients,
    withheld,
  };
}

function bySite({ attributes, siteKey }: EvidenceQuestion): Pick<EvidenceQuestion, 'attributes'> {
  return { attributes: attributes.filter(({ key }) => key === siteKey) };
}

/** The kernel's lists are read-only, those of the contract are not, and the rule goes by its kind; all else is the same. */
function contracted<T extends Partial<BoardEvidence> & Pick<BoardEvidence, 'scheme'>>({ scheme, ...found }: T) {
  return { ...found, kind: scheme.kind } as unknown as Pick<Evidence, (keyof T & keyof Evidence) | 'kind'>;
}
