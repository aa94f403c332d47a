import type { ReactNode } from 'react';
import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { asApiError } from '../api/api-error.js';
import { Page } from '../ui/page.js';
import { EmptyState } from '../ui/states.js';
import { Notice } from '../ui/notice.js';

export function NotFoundPage(): ReactNode {
  return (
    <Page title="Page not found">
      <EmptyState
        icon="info"
        title="There is no page at this address"
        action={
          <Link to="/" className="button button-primary">
            To the benchmarks
          </Link>
        }
      >
        <p>The link may be incomplete, or what it led to is not open to you. Signing in can help.</p>
      </EmptyState>
    </Page>
  );
}

/** A page that threw. Chunks of an older build are the usual cause after an update, and reloading cures them. */
export function ErrorPage({ error, reset }: ErrorComponentProps): ReactNode {
  const fault = asApiError(error);
  return (
    <Page title={fault.title}>
      <Notice
        tone="bad"
        live
        actions={
          <>
            <button type="button" className="button button-primary" onClick={() => location.reload()}>
              Reload the page
            </button>
            <button type="button" className="button" onClick={reset}>
              Try again
            </button>
            <Link to="/" className="button">
              To the benchmarks
            </Link>
          </>
        }
      >
        <p>{fault.detail}</p>
        <p className="fine">
          Code <code>{fault.code}</code>
          {error instanceof Error && error.message !== fault.detail && <> · {error.message}</>}
        </p>
      </Notice>
    </Page>
  );
}
