import { useEffect, useState, type ReactNode } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useRouter, useSearch } from '@tanstack/react-router';
import { ENDPOINTS } from '#contracts';
import { call } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { useSession } from '../app/session.js';
import { TextField } from '../ui/field.js';
import { Icon } from '../ui/icons.js';
import { Page } from '../ui/page.js';
import { ErrorState } from '../ui/states.js';
import { ROLE_WORDS } from './role-words.js';

export function SignInPage(): ReactNode {
  const { next } = useSearch({ from: '/sign-in' });
  const session = useQuery(queries.session());
  const { account } = useSession();
  const client = useQueryClient();
  const router = useRouter();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: (credentials: { email: string; password: string }) => call(ENDPOINTS.login, { body: credentials }),
    onSuccess: (who) => {
      client.clear(); // what a visitor was told is asked again as the person who signed in
      client.setQueryData(queries.session().queryKey, who);
    },
  });
  useEffect(() => {
    if (account !== null) router.history.replace(next ?? '/');
  }, [account, next, router]);

  const demo = session.data?.demoSignIns ?? [];
  return (
    <Page title="Sign in">
      <div className="side-by-side">
        <form
          className="card form-card"
          onSubmit={(event) => {
            event.preventDefault();
            signIn.mutate({ email, password });
          }}
        >
          {signIn.isError && <ErrorState error={signIn.error} />}
          <TextField
            label="E-mail"
            type="email"
            name="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
          <TextField
            label="Password"
            type="password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <div className="form-actions">
            <button type="submit" className="button button-primary button-large" disabled={signIn.isPending}>
              {signIn.isPending ? 'Signing in…' : 'Sign in'}
            </button>
            <Link to="/forgot-password">Forgotten your password?</Link>
          </div>
          <p className="fine">
            {session.data?.registration === 'invite' ? (
              <>Accounts on this server are made by invitation. Ask an administrator for one.</>
            ) : (
              <>
                No account yet? <Link to="/register">Make one</Link>
              </>
            )}
          </p>
        </form>

        {demo.length > 0 && (
          <section className="card demo-card" aria-labelledby="demo-title">
            <h2 id="demo-title">Demo accounts</h2>
            <p className="fine">One press signs in. They exist only while this server listens on this machine alone.</p>
            <ul className="demo-list">
              {demo.map(({ email: address, role, password: secret }) => (
                <li key={address}>
                  <button
                    type="button"
                    className="demo-button"
                    disabled={signIn.isPending}
                    onClick={() => signIn.mutate({ email: address, password: secret })}
                  >
                    <span>
                      <strong>{ROLE_WORDS[role].name}</strong>
                      <span className="quiet">{ROLE_WORDS[role].sentence}</span>
                    </span>
                    <Icon name="arrow" />
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </Page>
  );
}
