import type { ReactNode } from 'react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { queries } from '../api/queries.js';
import { formatSecond, formatUtc } from '../format/dates.js';
import { Badge } from '../ui/badge.js';
import { LoadMore } from '../ui/load-more.js';
import { Page } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, QueryView } from '../ui/states.js';

/** Who opened which pixels of a benchmark, and who was refused; newest first. */
export function AccessLogPage(): ReactNode {
  const { slug } = useParams({ from: '/benchmarks/$slug/access-log' });
  const query = useInfiniteQuery(queries.accessEvents(slug));
  const practice = useQuery(queries.cases(slug, 'practice'));
  const heldOut = useQuery(queries.cases(slug, 'test'));
  const names = new Map(
    [...(practice.data?.items ?? []), ...(heldOut.data?.items ?? [])].map(({ id, name }) => [id, name]),
  );
  return (
    <Page
      title="Access log"
      wide
      trail={
        <Link to="/benchmarks/$slug" params={{ slug }} activeOptions={{ exact: true }}>
          Benchmark
        </Link>
      }
      lead={
        <p>
          Every time that images, references or predictions of this benchmark were opened, and every refusal. The entry
          is written before the first byte leaves.
        </p>
      }
    >
      <QueryView query={query} skeleton={<SkeletonBlocks count={8} height={36} label="Loading the access log" />}>
        {({ pages }) => {
          const events = pages.flatMap(({ items }) => items);
          if (events.length === 0) return <EmptyState icon="eye" title="Nothing has been opened yet" />;
          return (
            <>
              <div className="table-scroll" role="region" aria-label="Access log" tabIndex={0}>
                <table className="plain">
                  <caption className="visually-hidden">Access log, newest first</caption>
                  <thead>
                    <tr>
                      <th scope="col">When</th>
                      <th scope="col">Who</th>
                      <th scope="col">Act</th>
                      <th scope="col">Case</th>
                      <th scope="col">Object</th>
                      <th scope="col">Answer</th>
                    </tr>
                  </thead>
                  <tbody>
                    {events.map((event) => (
                      <tr key={event.id}>
                        <th scope="row" className="nowrap">
                          <time dateTime={event.at} title={formatUtc(event.at)}>
                            {formatSecond(event.at)}
                          </time>
                        </th>
                        <td>{event.userName ?? <span className="quiet">visitor</span>}</td>
                        <td>
                          <code>{event.action}</code>
                        </td>
                        <td className="nowrap">
                          {event.caseId === null ? (
                            '–'
                          ) : (
                            <Link to="/cases/$id" params={{ id: event.caseId }}>
                              {names.get(event.caseId) ?? <code>{shortId(event.caseId)}</code>}
                            </Link>
                          )}
                        </td>
                        <td>
                          {event.objectId === null ? (
                            '–'
                          ) : (
                            <code title={event.objectId}>{shortId(event.objectId)}</code>
                          )}
                        </td>
                        <td>
                          <Badge tone={event.allowed ? 'good' : 'bad'} icon={event.allowed ? 'check' : 'cross'}>
                            {event.allowed ? 'allowed' : 'refused'}
                          </Badge>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              <LoadMore query={query}>Show older ones</LoadMore>
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}

/** The end of an id: ids made in the same minute begin alike. */
function shortId(id: string): string {
  return `…${id.slice(-8)}`;
}
