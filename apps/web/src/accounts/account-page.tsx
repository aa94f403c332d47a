import { useState, type ReactNode } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ENDPOINTS, type AccountView, type BodyIn } from '#contracts';
import { call } from '../api/api-client.js';
import { Badge } from '../ui/badge.js';
import { TextField } from '../ui/field.js';
import { Notice } from '../ui/notice.js';
import { Page, Section } from '../ui/page.js';
import { ErrorState } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { NewPasswordField, passwordFault } from './password-field.js';
import { ROLE_WORDS } from './role-words.js';
import { SignedIn } from './signed-in.js';
import { TokensSection } from './tokens-section.js';

export function AccountPage(): ReactNode {
  return (
    <Page title="Account">
      <SignedIn>
        {(account) => (
          <>
            <Identity account={account} />
            <TokensSection />
            <PasswordSection />
          </>
        )}
      </SignedIn>
    </Page>
  );
}

function Identity({ account }: { readonly account: AccountView }): ReactNode {
  return (
    <dl className="facts card identity">
      <dt>Name</dt>
      <dd>
        {account.name} {account.demo && <Badge tone="caution">demo account</Badge>}
      </dd>
      <dt>E-mail</dt>
      <dd>{account.email}</dd>
      <dt>Role</dt>
      <dd>
        {ROLE_WORDS[account.role].name} <span className="quiet">{ROLE_WORDS[account.role].sentence}</span>
      </dd>
      <dt>Since</dt>
      <dd>
        <Time at={account.createdAt} day />
      </dd>
    </dl>
  );
}

function PasswordSection(): ReactNode {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [revokeTokens, setRevokeTokens] = useState(true);
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (body: BodyIn<typeof ENDPOINTS.changePassword>) => call(ENDPOINTS.changePassword, { body }),
    onSuccess: async () => {
      setCurrent('');
      setPassword('');
      await client.invalidateQueries({ queryKey: ['tokens'] });
    },
  });
  return (
    <Section title="Password">
      <form
        className="card form-card form-slim"
        onSubmit={(event) => {
          event.preventDefault();
          if (passwordFault(password) === null) change.mutate({ current, password, revokeTokens });
        }}
      >
        {change.isError && <ErrorState error={change.error} />}
        {change.isSuccess && (
          <Notice tone="good" live>
            <p>
              Your password has been changed. Your other sessions have been ended
              {change.variables.revokeTokens ? ' and your access tokens revoked' : '; your access tokens still work'}.
            </p>
          </Notice>
        )}
        <TextField
          label="Present password"
          type="password"
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <NewPasswordField value={password} onChange={setPassword} />
        <fieldset className="checks">
          <legend>What else ends</legend>
          <label>
            <input type="checkbox" checked={revokeTokens} onChange={(event) => setRevokeTokens(event.target.checked)} />
            <span>Revoke my access tokens too. Scripts and the command line then need new ones.</span>
          </label>
        </fieldset>
        <div className="form-actions">
          <button type="submit" className="button button-primary" disabled={change.isPending}>
            Change the password
          </button>
        </div>
      </form>
    </Section>
  );
}
