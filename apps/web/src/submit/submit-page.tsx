import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { queries } from '../api/queries.js';
import { useSession, type SessionState } from '../app/session.js';
import { mayEnter } from '../benchmarks/may-enter.js';
import { Notice } from '../ui/notice.js';
import { Page } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, QueryView } from '../ui/states.js';
import { StarterKit } from './starter-kit.js';
import { SubmitForm } from './submit-form.js';

/** Entering a benchmark. Whoever is not signed in reads what is needed and is asked to. */
export function SubmitPage(): ReactNode {
  const search = useSearch({ from: '/submit' });
  const session = useSession();
  const benchmarks = useQuery(queries.benchmarks());
  const navigate = useNavigate({ from: '/submit' });
  const slug = search.benchmark ?? benchmarks.data?.items[0]?.slug;
  const here = `/submit${search.benchmark ? `?benchmark=${encodeURIComponent(search.benchmark)}` : ''}`;
  return (
    <Page
      title="Submit an algorithm"
      lead={
        <p>
          A network as ONNX and a manifest that says how it wants its images. Try it here first: the checks cost nothing
          and do not count.
        </p>
      }
    >
      <div className="submit-layout">
        <div>
          {!session.known && <SkeletonBlocks count={3} height={110} label="Loading" />}
          {session.known && session.account === null && <SignInFirst here={here} />}
          {session.account !== null && (
            <QueryView query={benchmarks} skeleton={<SkeletonBlocks count={3} height={110} label="Loading the form" />}>
              {({ items }) =>
                slug === undefined ? (
                  <EmptyState title="No benchmark is open for submissions" />
                ) : (
                  <>
                    <NotHere slug={slug} session={session} />
                    <SubmitForm
                      benchmarks={items}
                      slug={slug}
                      initialAlgorithm={search.algorithm}
                      onBenchmark={(next) =>
                        void navigate({
                          search: { ...search, benchmark: next },
                          replace: true,
                          resetScroll: false,
                        })
                      }
                    />
                  </>
                )
              }
            </QueryView>
          )}
        </div>
        <div className="submit-side">
          {slug !== undefined && <StarterKit slug={slug} />}
          <WhatHappens />
        </div>
      </div>
    </Page>
  );
}

function SignInFirst({ here }: { readonly here: string }): ReactNode {
  return (
    <Notice
      icon="person"
      title="Sign in to submit"
      actions={
        <>
          <Link to="/sign-in" search={{ next: here }} className="button button-primary">
            Sign in
          </Link>
          <Link to="/register" className="button">
            Make an account
          </Link>
        </>
      }
    >
      <p>
        A submission belongs to an account, so that you can follow its run, cancel it, and see its error texts on the
        practice cases.
      </p>
    </Notice>
  );
}

/** Said before any file is chosen: those who may see the held-out set do not compete on it. */
function NotHere({ slug, session }: { readonly slug: string; readonly session: SessionState }): ReactNode {
  const { data } = useQuery(queries.benchmark(slug));
  if (data === undefined || mayEnter(session, data)) return null;
  return (
    <Notice tone="caution" live title="You cannot submit to this benchmark">
      <p>
        {data.capacities.length > 0 || data.wasMember === true
          ? 'Whoever has, or had, a part in running a benchmark may see its held-out cases, and so does not compete on it.'
          : 'Your account does not submit to benchmarks, or this one is not published.'}
      </p>
    </Notice>
  );
}

function WhatHappens(): ReactNode {
  return (
    <aside className="submit-aside" aria-label="What happens next">
      <h2>What happens next</h2>
      <ol className="plain-steps">
        <li>
          <strong>Checks.</strong> The model is read without being run, then tried in a sandbox: a tile of zeros, your
          own case, one public case. You see what each of them found.
        </li>
        <li>
          <strong>Practice cases.</strong> They are public. You see every figure, every overlay, times and full error
          texts.
        </li>
        <li>
          <strong>Held-out cases.</strong> They start by themselves unless every practice case failed. You get exact
          means, rank and failed counts.
        </li>
      </ol>
      <p className="fine">
        The model files are shown to nobody else. The manifest, sizes and SHA-256 are public on the algorithm’s card.{' '}
        <Link to="/about" hash="submit">
          What a manifest looks like
        </Link>
      </p>
    </aside>
  );
}
