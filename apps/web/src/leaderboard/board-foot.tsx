import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { LeaderboardView } from '#contracts';
import type { BenchmarkSearch } from '../app/search.js';
import { boardPart } from '../benchmarks/benchmark-frame.js';
import { count } from '../format/numbers.js';
import { Time } from '../ui/time.js';
import { emptyWords } from './board-columns.js';
import { SignatureLine } from './signature.js';

/** How many rows there are, how old they are, what their marks mean, and how the figures were made. */
export function BoardFoot({
  slug,
  search,
  page: { total, updatedAt, signature },
  entries,
  sliced,
}: {
  readonly slug: string;
  readonly search: BenchmarkSearch;
  readonly page: Pick<LeaderboardView, 'total' | 'updatedAt' | 'signature'>;
  readonly entries: LeaderboardView['items'];
  /** Whether only some cases are shown, in a table without these marks. */
  readonly sliced: boolean;
}): ReactNode {
  return (
    <div className="board-foot">
      <p className="fine">
        {count(total, 'algorithm version')}
        {updatedAt !== null && (
          <>
            {' '}
            · updated <Time at={updatedAt} />
          </>
        )}{' '}
        · {!sliced && <Marks entries={entries} />}
        <Link to="/benchmarks/$slug/evidence" params={{ slug }} search={boardPart(search)}>
          all evidence
        </Link>
      </p>
      <SignatureLine signature={signature} />
    </div>
  );
}

function Marks({ entries }: { readonly entries: LeaderboardView['items'] }): ReactNode {
  return (
    <>
      <strong>bold</strong>: best of its column · <sup className="penalised">p</sup>: contains values replaced by the
      declared penalty · [0.8, 0.9]: 95 % confidence interval of the mean ·{' '}
      {entries.some(({ cases }) => emptyWords(cases.empty, null) !== null) && (
        <>empty: a structure of the reference is missing altogether · </>
      )}
      (1–2): 95 % of rankings of redrawn cases · †: not separable from the first · ‡: the paired test prefers it to the
      first · <span className="tier-key" /> a new tier: significantly worse than the first of the tier above ·{' '}
    </>
  );
}
