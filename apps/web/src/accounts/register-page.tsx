import { useState, type ReactNode } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ENDPOINTS } from '#contracts';
import { call } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { TextField } from '../ui/field.js';
import { Notice } from '../ui/notice.js';
import { Page } from '../ui/page.js';
import { Skeleton } from '../ui/skeleton.js';
import { ErrorState, QueryView } from '../ui/states.js';
import { NewPasswordField, passwordFault } from './password-field.js';

/** Making an account: open registration, or with an invitation link. */
export function RegisterPage(): ReactNode {
  const { invitation } = useSearch({ from: '/register' });
  const session = useQuery(queries.session());
  return (
    <Page title={invitation ? 'Accept the invitation' : 'Make an account'}>
      <div className="narrow">
        <QueryView query={session} skeleton={<Skeleton lines={5} />}>
          {({ registration, account }) => {
            if (account) {
              return (
                <Notice title={`You are signed in as ${account.name}`}>
                  <p>Sign out first to make another account.</p>
                </Notice>
              );
            }
            if (registration === 'invite' && invitation === undefined) {
              return (
                <Notice icon="lock" title="Accounts here are made by invitation">
                  <p>
                    Ask an administrator of this server. The invitation is a link that works once; it opens this page
                    with everything needed.
                  </p>
                </Notice>
              );
            }
            return <RegisterForm invitation={invitation} />;
          }}
        </QueryView>
      </div>
    </Page>
  );
}

function RegisterForm({ invitation }: { readonly invitation: string | undefined }): ReactNode {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const register = useMutation({
    mutationFn: () => call(ENDPOINTS.register, { body: { email, name, password, invitation } }),
    onSuccess: async (who) => {
      client.clear();
      client.setQueryData(queries.session().queryKey, who);
      await navigate({ to: '/' });
    },
  });
  return (
    <form
      className="card form-card"
      onSubmit={(event) => {
        event.preventDefault();
        if (passwordFault(password) === null) register.mutate();
      }}
    >
      {register.isError && <ErrorState error={register.error} />}
      <TextField
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        maxLength={254}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        hint={invitation ? 'The address that the invitation was made for.' : undefined}
      />
      <TextField
        label="Name"
        autoComplete="name"
        required
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.target.value)}
        hint="Shown beside your submissions."
      />
      <NewPasswordField label="Password" value={password} onChange={setPassword} />
      <div className="form-actions">
        <button type="submit" className="button button-primary button-large" disabled={register.isPending}>
          {register.isPending ? 'One moment…' : 'Make the account'}
        </button>
        <Link to="/sign-in">I have an account</Link>
      </div>
    </form>
  );
}
