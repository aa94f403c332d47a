import { useState, type ReactNode } from 'react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { ENDPOINTS, type AccountView, type ResponseOf } from '#contracts';
import { ACCOUNT_ROLES, type AccountRole } from '#domain';
import { call } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { Badge } from '../ui/badge.js';
import { CopyButton } from '../ui/copy.js';
import { ConfirmDialog } from '../ui/dialog.js';
import { SelectField, TextField } from '../ui/field.js';
import { LoadMore } from '../ui/load-more.js';
import { Notice } from '../ui/notice.js';
import { Page, Section } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { ErrorState, QueryView } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { ROLE_WORDS } from './role-words.js';
import { SignedIn } from './signed-in.js';

type HandedLink = ResponseOf<typeof ENDPOINTS.createResetLink>;

/** Accounts, for administrators: invite, change role, disable, hand over a one-time link. */
export function UsersPage(): ReactNode {
  return (
    <Page
      title="People"
      lead={<p>Accounts of this server. Administrators manage them; that gives nobody a view of held-out data.</p>}
    >
      <SignedIn>
        {(account) => (
          <>
            <Invite />
            <Accounts self={account.id} />
          </>
        )}
      </SignedIn>
    </Page>
  );
}

function HandOver({ link, what }: { readonly link: HandedLink; readonly what: string }): ReactNode {
  return (
    <Notice tone="good" live title={link.mailed ? `${what} has been mailed` : `${what}: hand this link over yourself`}>
      <p className="secret">
        <code>{link.link}</code>
        <CopyButton text={link.link} label="Copy the link" />
      </p>
      <p className="fine">
        It works once, until <Time at={link.expiresAt} />, and is not shown again.
        {!link.mailed && ' Mail is not set up on this server.'}
      </p>
    </Notice>
  );
}

function Invite(): ReactNode {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<AccountRole>('researcher');
  const invite = useMutation({
    mutationFn: () => call(ENDPOINTS.createUser, { body: { email, role } }),
    onSuccess: () => setEmail(''),
  });
  return (
    <Section title="Invite somebody">
      {invite.data && <HandOver link={invite.data} what="The invitation" />}
      <form
        className="card form-card"
        onSubmit={(event) => {
          event.preventDefault();
          invite.mutate();
        }}
      >
        {invite.isError && <ErrorState error={invite.error} />}
        <div className="form-row">
          <TextField
            label="E-mail"
            type="email"
            required
            maxLength={254}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
          <SelectField
            label="Role"
            value={role}
            onChange={(event) => setRole(event.target.value as AccountRole)}
            hint={ROLE_WORDS[role].sentence}
          >
            <RoleOptions />
          </SelectField>
        </div>
        <div className="form-actions">
          <button type="submit" className="button button-primary" disabled={invite.isPending}>
            Make an invitation
          </button>
        </div>
      </form>
    </Section>
  );
}

function RoleOptions(): ReactNode {
  return ACCOUNT_ROLES.map((option) => (
    <option key={option} value={option}>
      {ROLE_WORDS[option].name}
    </option>
  ));
}

function Accounts({ self }: { readonly self: string }): ReactNode {
  const query = useInfiniteQuery(queries.users());
  const [link, setLink] = useState<{ readonly who: string; readonly link: HandedLink } | null>(null);
  return (
    <Section title="Accounts">
      {link && <HandOver link={link.link} what={`The link for ${link.who}`} />}
      <QueryView query={query} skeleton={<SkeletonBlocks count={5} height={44} label="Loading the accounts" />}>
        {({ pages }) => (
          <>
            <div className="table-scroll" role="region" aria-label="Accounts" tabIndex={0}>
              <table className="plain">
                <caption className="visually-hidden">Accounts</caption>
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">E-mail</th>
                    <th scope="col">Role</th>
                    <th scope="col">Since</th>
                    <th scope="col">
                      <span className="visually-hidden">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {pages
                    .flatMap(({ items }) => items)
                    .map((account) => (
                      <AccountRow
                        key={account.id}
                        account={account}
                        isSelf={account.id === self}
                        onLink={(made) => setLink({ who: account.name, link: made })}
                      />
                    ))}
                </tbody>
              </table>
            </div>
            <LoadMore query={query}>Show more</LoadMore>
          </>
        )}
      </QueryView>
    </Section>
  );
}

function AccountRow({
  account,
  isSelf,
  onLink,
}: {
  readonly account: AccountView;
  readonly isSelf: boolean;
  readonly onLink: (link: HandedLink) => void;
}): ReactNode {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const update = useMutation({
    mutationFn: (change: { role?: AccountRole; disabled?: boolean }) =>
      call(ENDPOINTS.updateUser, { params: { id: account.id }, body: change }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['users'] });
      setAsking(false);
    },
  });
  const reset = useMutation({
    mutationFn: () => call(ENDPOINTS.createResetLink, { params: { id: account.id } }),
    onSuccess: onLink,
  });
  return (
    <tr className={account.disabled ? 'disabled-row' : undefined}>
      <th scope="row">
        {account.name} {isSelf && <Badge>you</Badge>} {account.demo && <Badge tone="caution">demo</Badge>}{' '}
        {account.disabled && (
          <Badge tone="bad" icon="lock">
            disabled
          </Badge>
        )}
        {(update.isError || reset.isError) && !asking && <ErrorState error={update.error ?? reset.error} />}
      </th>
      <td>{account.email}</td>
      <td>
        <select
          aria-label={`Role of ${account.name}`}
          value={account.role}
          disabled={isSelf || update.isPending}
          onChange={(event) => update.mutate({ role: event.target.value as AccountRole })}
        >
          <RoleOptions />
        </select>
      </td>
      <td className="nowrap">
        <Time at={account.createdAt} day />
      </td>
      <td className="numeric nowrap">
        <button
          type="button"
          className="button button-small"
          onClick={() => reset.mutate()}
          disabled={reset.isPending || account.disabled}
        >
          Reset link
        </button>{' '}
        {!isSelf && (
          <button
            type="button"
            className="button button-small"
            onClick={() => (account.disabled ? update.mutate({ disabled: false }) : setAsking(true))}
            disabled={update.isPending}
          >
            {account.disabled ? 'Enable' : 'Disable'}
          </button>
        )}
        {asking && (
          <ConfirmDialog
            title={`Disable ${account.name}?`}
            confirm="Disable"
            tone="danger"
            busy={update.isPending}
            onConfirm={() => update.mutate({ disabled: true })}
            onClose={() => setAsking(false)}
          >
            <p>
              Their sessions and tokens stop working at once. Submissions and results stay. The account can be enabled
              again.
            </p>
            {update.isError && <ErrorState error={update.error} />}
          </ConfirmDialog>
        )}
      </td>
    </tr>
  );
}
