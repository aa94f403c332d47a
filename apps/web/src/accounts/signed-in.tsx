import type { ReactNode } from 'react';
import { Link, useRouterState } from '@tanstack/react-router';
import type { AccountView } from '#contracts';
import { useSession } from '../app/session.js';
import { Notice } from '../ui/notice.js';
import { Skeleton } from '../ui/skeleton.js';

/** Content for whoever is signed in; a prompt for everybody else. */
export function SignedIn({ children }: { readonly children: (account: AccountView) => ReactNode }): ReactNode {
  const { known, account } = useSession();
  const here = useRouterState({ select: (state) => state.location.href });
  if (!known) return <Skeleton lines={5} />;
  if (account !== null) return children(account);
  return (
    <Notice
      icon="person"
      title="Please sign in"
      actions={
        <Link to="/sign-in" search={{ next: here }} className="button button-primary">
          Sign in
        </Link>
      }
    >
      <p>This page is about your own account.</p>
    </Notice>
  );
}
