import type { ReactNode } from 'react';
import type { BenchmarkMakingView } from '#contracts';
import { Digest } from '../ui/copy.js';
import { Time } from '../ui/time.js';

type MakingEvent = BenchmarkMakingView['history'][number];

const SOMEBODY = 'somebody who has gone';

/** Who did what with a benchmark, oldest first. */
export function HistoryList({ history }: { readonly history: readonly MakingEvent[] }): ReactNode {
  return (
    <ol className="history">
      {history.map((event, n) => (
        <li key={n}>
          <Time at={event.at} /> · {event.userName ?? SOMEBODY} {actWords(event)}
          {event.definitionSha256 !== null && (
            <>
              {' '}
              <Digest value={event.definitionSha256} what="the description" />
            </>
          )}
        </li>
      ))}
    </ol>
  );
}

function actWords({ act, member }: MakingEvent): string {
  const whom = `${member?.name ?? SOMEBODY} as ${member?.capacity ?? 'member'}`;
  switch (act) {
    case 'created':
      return 'made the draft';
    case 'changed':
      return 'changed it';
    case 'dry-run':
      return 'started a dry run';
    case 'published':
      return 'published it';
    case 'deleted':
      return 'deleted it';
    case 'member-added':
      return `appointed ${whom}`;
    case 'member-removed':
      return `removed ${whom}`;
  }
}
