import { useState, type ReactNode } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { BenchmarkView, LeaderboardView } from '#contracts';
import { queries } from '../api/queries.js';
import type { BoardSearch } from '../app/search.js';
import { count } from '../format/numbers.js';
import { CopyButton } from '../ui/copy.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { LoadMore } from '../ui/load-more.js';
import { Notice } from '../ui/notice.js';
import { Skeleton } from '../ui/skeleton.js';
import { QueryView } from '../ui/states.js';
import { Time } from '../ui/time.js';

type State = NonNullable<LeaderboardView['state']>;

/** The address that a paper cites; without its origin where there is no browser. */
export const citableUrl = (hash: string): string => `${globalThis.location?.origin ?? ''}/leaderboards/${hash}`;

interface StatesProps {
  readonly benchmark: Pick<BenchmarkView, 'slug'>;
  readonly phase: LeaderboardView['phase'];
  readonly search: BoardSearch;
  readonly board: Pick<LeaderboardView, 'signature' | 'boards' | 'newest'> & { readonly state: State };
}

/** "As of": every state that the board has been in, newest first, and boards of other signatures. */
export function StatesMenu(props: StatesProps): ReactNode {
  const [open, setOpen] = useState(false);
  const { state } = props.board;
  return (
    <>
      <button type="button" className="button button-small" onClick={() => setOpen(true)} aria-haspopup="dialog">
        <Icon name="clock" size={14} /> As of {ageOf(props.board) === 'present' ? 'now' : <Time at={state.at} day />}
      </button>
      {open && (
        <Dialog title="The board as it was" onClose={() => setOpen(false)}>
          <div className="dialog-body">
            <StateList {...props} onChoose={() => setOpen(false)} />
          </div>
        </Dialog>
      )}
    </>
  );
}

function StateList({
  benchmark,
  phase,
  search,
  board,
  onChoose,
}: StatesProps & { readonly onChoose: () => void }): ReactNode {
  const query = useInfiniteQuery(queries.boardStates(benchmark.slug, phase, board.state.hash));
  const own = board.boards.find(({ signature }) => signature === board.signature)?.state;
  const others = board.boards.filter(({ signature }) => signature !== board.signature);
  const to = (hash: string | undefined): BoardSearch => ({ ...search, asOf: hash });
  return (
    <div className="states">
      <p className="fine">
        Each run that completes makes a new state. A state has an address that never changes, so that a paper can cite
        exactly what was on the board.
      </p>
      {own !== undefined && own.hash !== board.state.hash && (
        <p>
          <Link
            to="/benchmarks/$slug"
            params={{ slug: benchmark.slug }}
            search={to(others.length === 0 ? undefined : own.hash)}
            onClick={onChoose}
          >
            Newest state of this board
          </Link>
        </p>
      )}
      <QueryView query={query} skeleton={<Skeleton lines={4} label="Loading the states" />}>
        {({ pages }) => (
          <ol className="state-list">
            {pages
              .flatMap(({ items }) => items)
              .map(({ hash, sequence, at, algorithm, version }) => (
                <li key={hash} className={hash === board.state.hash ? 'state-here' : undefined}>
                  <span className="state-number">{sequence}</span>
                  <span>
                    <Link
                      to="/benchmarks/$slug"
                      params={{ slug: benchmark.slug }}
                      search={to(hash)}
                      onClick={onChoose}
                      aria-current={hash === board.state.hash ? 'true' : undefined}
                    >
                      {algorithm.name} {version} entered
                    </Link>
                    <span className="submitter">
                      <Time at={at} /> · {count(sequence, 'run')} · <code>{hash.slice(0, 12)}</code>
                    </span>
                  </span>
                  <CopyButton text={citableUrl(hash)} label={`Copy the address of state ${sequence}`} />
                </li>
              ))}
          </ol>
        )}
      </QueryView>
      <LoadMore query={query}>Earlier states</LoadMore>
      {others.length > 0 && (
        <>
          <h3>Boards of this phase under other conditions</h3>
          <p className="fine">
            Runs share a board only when everything that could change a figure is equal: data, metrics, runtime.
          </p>
          <ul className="state-list">
            {others.map(({ signature, state }) => (
              <li key={signature}>
                <span className="state-number">{state.sequence}</span>
                <span>
                  <Link
                    to="/benchmarks/$slug"
                    params={{ slug: benchmark.slug }}
                    search={to(state.hash)}
                    onClick={onChoose}
                  >
                    Board as of <Time at={state.at} />
                  </Link>
                  <span className="submitter wrap">
                    {count(state.sequence, 'run')} · differs in {differs(signature, board.signature)}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** Parts of a signature that another does not have. */
export function differs(signature: string, from: string): string {
  const known = new Set(from.split('|'));
  const parts = signature.split('|').filter((part) => !known.has(part));
  return parts.length === 0 ? 'nothing that is named' : parts.join(', ');
}

/** A state as the present one, an older one of its board, or the last of a board that newer runs do not share. */
export function ageOf({
  state,
  newest,
  boards,
}: Pick<StatesProps['board'], 'state' | 'newest' | 'boards'>): 'present' | 'older' | 'last-of-another' {
  if (!newest) return 'older';
  return boards.some((other) => other.state.at > state.at) ? 'last-of-another' : 'present';
}

const AGE_WORDS = {
  present: ', the newest so far',
  older: '',
  'last-of-another': ', the last under these conditions',
} as const;

/** Said above a board that is not the newest, with the way back. */
export function OldStateNotice({ benchmark, search, board }: Omit<StatesProps, 'phase'>): ReactNode {
  if (search.asOf === undefined) return null;
  const { state } = board;
  const age = ageOf(board);
  return (
    <Notice
      tone={age === 'present' ? 'info' : 'caution'}
      icon="clock"
      title={
        <>
          The board as of <Time at={state.at} />: state {state.sequence}
          {AGE_WORDS[age]}
        </>
      }
      actions={
        <Link
          to="/benchmarks/$slug"
          params={{ slug: benchmark.slug }}
          search={{ ...search, asOf: undefined }}
          className="button button-small"
        >
          {age === 'present' ? 'Follow the board from here' : 'Show the newest board'}
        </Link>
      }
    >
      <p className="address">
        <code className="wrap">{`/leaderboards/${state.hash}`}</code>
        <CopyButton text={citableUrl(state.hash)} label="Copy the citable address" />
      </p>
    </Notice>
  );
}
