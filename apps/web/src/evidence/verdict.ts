import type { Evidence, FirstLook } from './evidence-of-values.js';
import { SCHEME_WORDS } from './scheme-choice.js';

export interface Verdict {
  readonly title: string;
  readonly figure: string;
  readonly sentence: string;
}

const list = (names: readonly string[]): string =>
  names.length <= 1 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;

/**
 * What the evidence comes to, for whoever reads nothing else.
 *
 * @param drawn null while the cases are drawn again
 */
export function verdicts(
  { standings, schemes, withoutSite, cases, patients, withheld }: FirstLook,
  drawn: Pick<Evidence, 'standings' | 'tau'> | null,
  labels: ReadonlyMap<string, string>,
): Verdict[] {
  const nameOf = (runId: string): string => labels.get(runId) ?? runId;
  const firsts = standings.filter(({ rank }) => rank === 1);
  const like = standings.filter(({ likeFirst, rank }) => likeFirst && rank > 1);
  const preferred = standings.filter(({ betterThanFirst }) => betterThanFirst);
  const leader = firsts.at(0)?.algorithm ?? '';
  const firmest = drawn?.standings.find(({ algorithm }) => algorithm === leader)?.shares?.[0] ?? 0;
  const isFirst = (ranks: Readonly<Record<string, number>>): boolean =>
    firsts.every(({ algorithm }) => ranks[algorithm] === 1);
  const unlike = schemes.filter(({ ranks }) => !isFirst(ranks));
  const sites = withoutSite.filter(({ places }) => places !== null);
  const lost = sites.filter(
    ({ places }) => !isFirst(Object.fromEntries((places ?? []).map(({ algorithm, rank }) => [algorithm, rank]))),
  );
  return [
    {
      title: 'First place',
      figure: firsts.length === 1 ? nameOf(firsts[0].algorithm) : `${firsts.length} share it`,
      sentence:
        standings.length === 1
          ? 'The only one on the board: there is nothing to compare it with yet.'
          : firsts.length === standings.length
            ? `The rule puts all on one place on these ${cases} cases.`
            : withheld !== null
              ? `The best by the rule, on ${cases} held-out cases: too few patients to tell how firmly it stands.`
              : preferred.length > 0
                ? `Leads by the rule, but the paired test prefers ${list(preferred.map(({ algorithm }) => nameOf(algorithm)))}: better on most cases, behind because of a few. Look at those.`
                : like.length === 0
                  ? `Significantly better than ${standings.length - firsts.length === 1 ? 'the other one' : `all ${standings.length - firsts.length} others`} on these ${cases} cases${patients < cases ? ` of ${patients} patients` : ''}.`
                  : `Not separable from ${list(like.map(({ algorithm }) => nameOf(algorithm)))} on these ${cases} cases.`,
    },
    ...(withheld !== null
      ? []
      : [
          {
            title: 'With other patients',
            figure: drawn === null ? '…' : `${Math.round(100 * firmest)} %`,
            sentence:
              drawn === null
                ? 'The cases are being drawn again.'
                : `of the redrawn studies put ${firsts.length === 1 ? 'it' : nameOf(leader)} first. Mean agreement of whole rankings: tau ${drawn.tau.mean === null ? 'unknown' : drawn.tau.mean.toFixed(2)}.`,
          },
        ]),
    {
      title: 'With another rule',
      figure: `${schemes.length - unlike.length} of ${schemes.length}`,
      sentence:
        unlike.length === 0
          ? 'rules give the same first place.'
          : `rules give the same first place; another one leads under ${list(unlike.map(({ kind }) => `“${SCHEME_WORDS[kind].name}”`))}.`,
    },
    ...(sites.length === 0
      ? []
      : [
          {
            title: 'Without one hospital',
            figure: `${sites.length - lost.length} of ${sites.length}`,
            sentence:
              lost.length === 0
                ? 'ways to leave a site out keep the first place.'
                : `ways to leave a site out keep the first place; without ${list(lost.map(({ group }) => group))} it is lost.`,
          },
        ]),
  ];
}
