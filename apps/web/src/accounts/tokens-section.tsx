import { useState, type ReactNode } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ENDPOINTS, type ResponseOf } from '#contracts';
import { SCOPES, type Scope } from '#domain';
import { call } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { useSession } from '../app/session.js';
import { CopyButton } from '../ui/copy.js';
import { ConfirmDialog } from '../ui/dialog.js';
import { SelectField, TextField } from '../ui/field.js';
import { Notice } from '../ui/notice.js';
import { Section } from '../ui/page.js';
import { Skeleton } from '../ui/skeleton.js';
import { EmptyState, ErrorState, QueryView } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { SCOPE_WORDS } from './role-words.js';

type Token = ResponseOf<typeof ENDPOINTS.listTokens>['items'][number];

/** Personal access tokens for the command line and for scripts: made, shown once, revoked. */
export function TokensSection(): ReactNode {
  const query = useQuery(queries.tokens());
  const [secret, setSecret] = useState<{ readonly name: string; readonly secret: string } | null>(null);
  return (
    <Section
      title="Access tokens"
      note={
        <p>
          For the command line (<code>npx voxelmark auth login</code>) and for scripts. A token does what its scopes
          allow and never more than your role.
        </p>
      }
    >
      {secret !== null && (
        <Notice tone="good" live title={`Token “${secret.name}”: copy it now, it is not shown again`}>
          <p className="secret">
            <code>{secret.secret}</code>
            <CopyButton text={secret.secret} label="Copy the token" />
          </p>
        </Notice>
      )}
      <QueryView query={query} skeleton={<Skeleton lines={3} label="Loading your tokens" />}>
        {({ items }) =>
          items.length === 0 ? <EmptyState icon="lock" title="You have no token" /> : <TokenTable tokens={items} />
        }
      </QueryView>
      <TokenForm onMade={setSecret} />
    </Section>
  );
}

function TokenTable({ tokens }: { readonly tokens: readonly Token[] }): ReactNode {
  const client = useQueryClient();
  const [revoking, setRevoking] = useState<Token | null>(null);
  const revoke = useMutation({
    mutationFn: (id: string) => call(ENDPOINTS.deleteToken, { params: { id } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['tokens'] });
      setRevoking(null);
    },
  });
  return (
    <div className="table-scroll" role="region" aria-label="Access tokens" tabIndex={0}>
      <table className="plain">
        <caption className="visually-hidden">Access tokens</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Scopes</th>
            <th scope="col">Made</th>
            <th scope="col">Last used</th>
            <th scope="col">Ends</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <th scope="row">{token.name}</th>
              <td>{token.scopes.join(', ')}</td>
              <td className="nowrap">
                <Time at={token.createdAt} day />
              </td>
              <td className="nowrap">
                {token.lastUsedAt ? <Time at={token.lastUsedAt} /> : <span className="quiet">never</span>}
              </td>
              <td className="nowrap">{token.expiresAt ? <Time at={token.expiresAt} day /> : 'never'}</td>
              <td className="numeric">
                <button type="button" className="button button-small" onClick={() => setRevoking(token)}>
                  Revoke
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {revoking && (
        <ConfirmDialog
          title={`Revoke “${revoking.name}”?`}
          confirm="Revoke"
          tone="danger"
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate(revoking.id)}
          onClose={() => {
            setRevoking(null);
            revoke.reset();
          }}
        >
          <p>Whatever uses this token is refused from now on. This cannot be undone.</p>
          {revoke.isError && <ErrorState error={revoke.error} />}
        </ConfirmDialog>
      )}
    </div>
  );
}

function TokenForm({ onMade }: { readonly onMade: (made: { name: string; secret: string }) => void }): ReactNode {
  const client = useQueryClient();
  const { role } = useSession();
  const [name, setName] = useState('');
  const [days, setDays] = useState(90);
  const [scopes, setScopes] = useState<readonly Scope[]>(['read', 'submit']);
  const make = useMutation({
    mutationFn: () => call(ENDPOINTS.createToken, { body: { name, scopes: [...scopes], expiresInDays: days } }),
    onSuccess: async (made) => {
      onMade({ name: made.token.name, secret: made.secret });
      setName('');
      await client.invalidateQueries({ queryKey: ['tokens'] });
    },
  });
  const offered = SCOPES.filter((scope) => scope !== 'admin' || role === 'admin').filter(
    (scope) => scope !== 'data' || role === 'organiser' || role === 'admin',
  );
  return (
    <form
      className="card form-card form-slim"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <h3>New token</h3>
      {make.isError && <ErrorState error={make.error} />}
      <div className="form-row">
        <TextField
          label="Name"
          required
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.target.value)}
          hint="Where it will be used."
        />
        <SelectField label="Lasts" value={days} onChange={(event) => setDays(Number(event.target.value))}>
          {[7, 30, 90, 365].map((option) => (
            <option key={option} value={option}>
              {option === 365 ? '1 year' : `${option} days`}
            </option>
          ))}
        </SelectField>
      </div>
      <fieldset className="checks">
        <legend>Scopes</legend>
        {offered.map((scope) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(event) =>
                setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))
              }
            />
            <span>
              <code>{scope}</code> {SCOPE_WORDS[scope]}
            </span>
          </label>
        ))}
      </fieldset>
      <div className="form-actions">
        <button
          type="submit"
          className="button button-primary"
          disabled={make.isPending || scopes.length === 0 || name.trim() === ''}
        >
          Make a token
        </button>
      </div>
    </form>
  );
}
