import { useState, type ReactNode } from 'react';
import { useMutation } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { ENDPOINTS } from '#contracts';
import { call } from '../api/api-client.js';
import { TextField } from '../ui/field.js';
import { Notice } from '../ui/notice.js';
import { Page } from '../ui/page.js';
import { ErrorState } from '../ui/states.js';
import { NewPasswordField, passwordFault } from './password-field.js';

/** Asking for a one-time link. The answer does not tell whether the account exists. */
export function ForgotPasswordPage(): ReactNode {
  const [email, setEmail] = useState('');
  const ask = useMutation({ mutationFn: () => call(ENDPOINTS.requestReset, { body: { email } }) });
  return (
    <Page title="Forgotten password">
      <div className="narrow">
        {ask.data ? (
          <Notice tone="good" live title="Done">
            <p>{ask.data.message}</p>
          </Notice>
        ) : (
          <form
            className="card form-card"
            onSubmit={(event) => {
              event.preventDefault();
              ask.mutate();
            }}
          >
            {ask.isError && <ErrorState error={ask.error} />}
            <TextField
              label="E-mail"
              type="email"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.target.value)}
              hint="If mail is not set up on this server, ask an administrator for a one-time link instead."
            />
            <div className="form-actions">
              <button type="submit" className="button button-primary button-large" disabled={ask.isPending}>
                Send a link
              </button>
              <Link to="/sign-in">Back to sign in</Link>
            </div>
          </form>
        )}
      </div>
    </Page>
  );
}

/** Setting a new password with a one-time link. */
export function ResetPasswordPage(): ReactNode {
  const { token } = useSearch({ from: '/reset-password' });
  const [password, setPassword] = useState('');
  const set = useMutation({
    mutationFn: () => call(ENDPOINTS.resetPassword, { body: { token: token ?? '', password } }),
  });
  return (
    <Page title="Set a new password">
      <div className="narrow">
        {token === undefined ? (
          <Notice tone="caution" title="The link is incomplete">
            <p>
              Open it again exactly as you were given it, or <Link to="/forgot-password">ask for a new one</Link>.
            </p>
          </Notice>
        ) : set.isSuccess ? (
          <Notice
            tone="good"
            live
            title="Your password has been changed"
            actions={
              <Link to="/sign-in" className="button button-primary">
                Sign in
              </Link>
            }
          >
            <p>All sessions of your account have been ended and its access tokens revoked.</p>
          </Notice>
        ) : (
          <form
            className="card form-card"
            onSubmit={(event) => {
              event.preventDefault();
              if (passwordFault(password) === null) set.mutate();
            }}
          >
            {set.isError && <ErrorState error={set.error} />}
            <NewPasswordField value={password} onChange={setPassword} />
            <div className="form-actions">
              <button type="submit" className="button button-primary button-large" disabled={set.isPending}>
                Set the password
              </button>
            </div>
          </form>
        )}
      </div>
    </Page>
  );
}
