import type { ReactNode } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { queries } from '../api/queries.js';
import { useSession } from '../app/session.js';
import { count } from '../format/numbers.js';
import { Badge } from '../ui/badge.js';
import { LoadMore } from '../ui/load-more.js';
import { Page } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, QueryView } from '../ui/states.js';
import { Time } from '../ui/time.js';

/** All algorithms, newest first; one's own are marked. */
export function AlgorithmsPage(): ReactNode {
  const query = useInfiniteQuery(queries.algorithms(false));
  const { account } = useSession();
  return (
    <Page
      title="Algorithms"
      lead={
        <p>
          A method and its versions. A version is a manifest and one or more model files that never change; a correction
          is a new version.
        </p>
      }
      actions={
        account && (
          <Link to="/submissions" className="button">
            My submissions
          </Link>
        )
      }
    >
      <QueryView query={query} skeleton={<SkeletonBlocks count={4} height={84} label="Loading the algorithms" />}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) {
            return (
              <EmptyState
                title="No algorithm has been submitted yet"
                action={
                  <Link to="/submit" className="button button-primary">
                    Submit the first one
                  </Link>
                }
              />
            );
          }
          return (
            <>
              <ul className="rows">
                {items.map((item) => (
                  <li key={item.slug} className="row-card">
                    <div>
                      <h2>
                        <Link to="/algorithms/$slug" params={{ slug: item.slug }} className="card-link">
                          {item.name}
                        </Link>{' '}
                        {item.mine && <Badge>yours</Badge>}
                      </h2>
                      {item.description !== '' && <p className="clamp">{item.description}</p>}
                    </div>
                    <p className="row-side">
                      {item.owner}
                      <br />
                      <span className="quiet">
                        {count(item.versions, 'version')} · <Time at={item.createdAt} day />
                      </span>
                    </p>
                  </li>
                ))}
              </ul>
              <LoadMore query={query}>Show more</LoadMore>
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}
