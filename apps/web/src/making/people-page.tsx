import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { SignedIn } from '../accounts/signed-in.js';
import { queries } from '../api/queries.js';
import { Page, Section } from '../ui/page.js';
import { HistoryList } from './history-list.js';
import { PeopleSection } from './people-section.js';

/** Who has a part in a benchmark: for its organisers, also when it came with its files, and for administrators. */
export function PeoplePage(): ReactNode {
  const { slug } = useParams({ from: '/benchmarks/$slug/people' });
  const { data } = useQuery(queries.benchmarkMembers(slug));
  return (
    <Page
      title={`People of ${slug}`}
      trail={
        <Link to="/benchmarks/$slug" params={{ slug }} activeOptions={{ exact: true }}>
          Benchmark
        </Link>
      }
    >
      <SignedIn>
        {() => (
          <>
            <PeopleSection slug={slug} />
            {data !== undefined && data.history.length > 0 && (
              <Section title="History">
                <HistoryList history={data.history} />
              </Section>
            )}
          </>
        )}
      </SignedIn>
    </Page>
  );
}
