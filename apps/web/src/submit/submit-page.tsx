import type { ReactNode } from 'react';
import { Link, useSearch } from '@tanstack/react-router';
import { useSession } from '../app/session.js';
import { Page } from '../ui/page.js';
import { Notice } from '../ui/notice.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { SubmitForm } from './submit-form.js';

/** Entering a benchmark. Whoever is not signed in reads what is needed and is asked to. */
export function SubmitPage(): ReactNode {
  const search = useSearch({ from: '/submit' });
  const { known, account } = useSession();
  const here = `/submit${search.benchmark ? `?benchmark=${encodeURIComponent(search.benchmark)}` : ''}`;
  return (
    <Page
      title="Submit an algorithm"
      lead={
        <p>
          A model as one ONNX file and a manifest that says how it wants its images. Both are checked here before
          anything is sent.
        </p>
      }
    >
      <div className="submit-layout">
        <div>
          {!known && <SkeletonBlocks count={3} height={110} label="Loading" />}
          {known && account === null && (
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
                A submission belongs to an account, so that you can follow its run, cancel it, and see its error texts
                on the practice cases.
              </p>
            </Notice>
          )}
          {account !== null && <SubmitForm initialBenchmark={search.benchmark} initialAlgorithm={search.algorithm} />}
        </div>
        <aside className="submit-aside" aria-label="What happens next">
          <h2>What happens next</h2>
          <ol className="plain-steps">
            <li>
              <strong>Model check.</strong> The file is loaded in a separate process and compared with its manifest:
              names, shapes, types.
            </li>
            <li>
              <strong>Practice cases.</strong> They are public. You see every figure, every overlay, times and full
              error texts.
            </li>
            <li>
              <strong>Held-out cases.</strong> They start by themselves unless every practice case failed. You get exact
              means, rank and failed counts.
            </li>
          </ol>
          <p className="fine">
            The model file is shown to nobody else. Its manifest, its size and its SHA-256 are public on the algorithm’s
            card.{' '}
            <Link to="/about" hash="submit">
              What a manifest looks like
            </Link>
          </p>
        </aside>
      </div>
    </Page>
  );
}
