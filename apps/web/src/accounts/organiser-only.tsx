import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { AccountView } from '#contracts';
import { Notice } from '../ui/notice.js';
import { SignedIn } from './signed-in.js';

/** Whether somebody brings datasets and makes benchmarks. */
export const mayOrganise = (account: Pick<AccountView, 'role'> | null): boolean =>
  account?.role === 'organiser' || account?.role === 'admin';

/** Content for organisers; for everybody else, what it takes to be one. */
export function OrganiserOnly({ children }: { readonly children: (account: AccountView) => ReactNode }): ReactNode {
  return (
    <SignedIn>
      {(account) =>
        mayOrganise(account) ? (
          children(account)
        ) : (
          <Notice icon="lock" title="This is for organisers">
            <p>
              Whoever runs a benchmark may see its held-out cases, and so does not compete on it. That is why it is a
              role of its own; an administrator of this server gives it. <Link to="/about">How it works</Link>
            </p>
          </Notice>
        )
      }
    </SignedIn>
  );
}
