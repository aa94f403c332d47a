import type { ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { asApiError } from '../api/api-error.js';
import { Icon, type IconName } from './icons.js';
import { Notice } from './notice.js';
import { Skeleton } from './skeleton.js';

/** Nothing here yet, and what to do about it. */
export function EmptyState({
  icon = 'layers',
  title,
  children,
  action,
}: {
  readonly icon?: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}): ReactNode {
  return (
    <div className="empty">
      <Icon name={icon} size={28} />
      <p className="empty-title">{title}</p>
      {children !== undefined && <div className="empty-text">{children}</div>}
      {action}
    </div>
  );
}

/** An error in words, with a way on: sign in, try again, or go back. */
export function ErrorState({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }): ReactNode {
  const fault = asApiError(error);
  const here = useRouterState({ select: (state) => state.location.href });
  // a wrong password is a fault; having to sign in first is none
  const signInFirst = fault.status === 401 && fault.code !== 'sign-in-failed';
  return (
    <Notice
      tone={fault.status === 404 || signInFirst ? 'info' : 'bad'}
      title={fault.title}
      live
      actions={
        <>
          {signInFirst && (
            <Link className="button button-primary" to="/sign-in" search={{ next: here }}>
              Sign in
            </Link>
          )}
          {onRetry !== undefined && fault.status !== 404 && fault.status !== 401 && (
            <button type="button" className="button" onClick={onRetry}>
              <Icon name="retry" /> Try again
            </button>
          )}
        </>
      }
    >
      <p>{fault.detail}</p>
      <ProblemList problems={fault.problems} />
      {(fault.requestId !== null || fault.status >= 500) && (
        <p className="fine">
          Code <code>{fault.code}</code>
          {fault.requestId !== null && (
            <>
              {' '}
              · request <code>{fault.requestId}</code>
            </>
          )}
        </p>
      )}
    </Notice>
  );
}

export function ProblemList({
  problems,
}: {
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}): ReactNode {
  if (problems.length === 0) return null;
  return (
    <ul className="problems">
      {problems.map(({ path, message }, n) => (
        <li key={n}>
          {path !== '' && <code>{path}</code>} {message}
        </li>
      ))}
    </ul>
  );
}

/**
 * The three faces of an answer that is on its way, did not come, or came. An answer once shown stays while it is asked for
 * again, with a line that says when that fails.
 */
export function QueryView<T>({
  query,
  skeleton = <Skeleton />,
  children,
}: {
  readonly query: UseQueryResult<T>;
  readonly skeleton?: ReactNode;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && (
          <p className="stale" role="status">
            Showing what was last known: {asApiError(query.error).title.toLowerCase()}.
          </p>
        )}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return skeleton;
}
