import { useEffect, useRef, type ReactNode } from 'react';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ENDPOINTS, type AccountView } from '#contracts';
import { call } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { mayOrganise } from '../accounts/organiser-only.js';
import { ROLE_WORDS } from '../accounts/role-words.js';
import { Disclosure } from '../ui/disclosure.js';
import { Icon, Logo, type IconName } from '../ui/icons.js';
import { nextTheme, setTheme, useTheme, type Theme } from './theme.js';
import { mayEnterAny } from '../benchmarks/may-enter.js';
import { useSession } from './session.js';

/** Header, the page, footer. After a change of page the focus moves to the new content, so that keyboards and screen readers follow. */
export function Shell(): ReactNode {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const lastPath = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (path === undefined) return;
    if (lastPath.current !== undefined && lastPath.current !== path) main.current?.focus({ preventScroll: true });
    lastPath.current = path;
  }, [path]);

  return (
    <>
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <Header />
      <main id="content" ref={main} tabIndex={-1}>
        <Outlet />
      </main>
      <Footer />
    </>
  );
}

function Header(): ReactNode {
  const { data } = useQuery(queries.benchmarks());
  const submits = mayEnterAny(useSession(), data?.items);
  return (
    <header className="site-head">
      <div className="site-head-row">
        <Link to="/" className="brand" aria-label="Voxelmark, home">
          <Logo />
          <span>Voxelmark</span>
        </Link>
        <nav className="site-nav" aria-label="Main">
          <NavLinks />
        </nav>
        <div className="site-tools">
          {submits && (
            <Link to="/submit" className="button button-primary button-small submit-link">
              <Icon name="upload" size={15} /> Submit
            </Link>
          )}
          <ThemeButton />
          <AccountArea />
          <Disclosure label="Menu" className="small-menu" button={<Icon name="menu" size={18} />}>
            {(close) => (
              <nav aria-label="Main" onClick={close}>
                <NavLinks />
                {submits && <Link to="/submit">Submit an algorithm</Link>}
              </nav>
            )}
          </Disclosure>
        </div>
      </div>
    </header>
  );
}

function NavLinks(): ReactNode {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const organises = mayOrganise(useSession().account);
  const onBenchmarks = path === '/' || path.startsWith('/benchmarks') || path.startsWith('/cases');
  return (
    <>
      <Link to="/" className={onBenchmarks ? 'here' : undefined} activeOptions={{ exact: true }}>
        Benchmarks
      </Link>
      <Link to="/algorithms" activeProps={{ className: 'here' }}>
        Algorithms
      </Link>
      {organises && (
        <Link to="/datasets" activeProps={{ className: 'here' }}>
          My datasets
        </Link>
      )}
      <Link to="/about" activeProps={{ className: 'here' }}>
        How it works
      </Link>
    </>
  );
}

const THEME_FACE: Readonly<Record<Theme, { readonly icon: IconName; readonly words: string }>> = {
  system: { icon: 'screen', words: 'as the system' },
  light: { icon: 'sun', words: 'light' },
  dark: { icon: 'moon', words: 'dark' },
};

function ThemeButton(): ReactNode {
  const theme = useTheme();
  const next = nextTheme(theme);
  const words = `Colours: ${THEME_FACE[theme].words}. Change to ${THEME_FACE[next].words}`;
  return (
    <button type="button" className="icon-button" onClick={() => setTheme(next)} aria-label={words} title={words}>
      <Icon name={THEME_FACE[theme].icon} size={18} />
    </button>
  );
}

function AccountArea(): ReactNode {
  const { known, account } = useSession();
  const here = useRouterState({ select: (state) => state.location.href });
  if (!known) return <span className="account-space" />;
  if (account === null) {
    return (
      <Link
        to="/sign-in"
        search={{ next: here === '/' || here.startsWith('/sign-in') ? undefined : here }}
        className="button button-small"
      >
        Sign in
      </Link>
    );
  }
  return <AccountMenu account={account} />;
}

function AccountMenu({ account }: { readonly account: AccountView }): ReactNode {
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = useMutation({
    mutationFn: () => call(ENDPOINTS.logout, {}),
    onSuccess: async () => {
      client.clear(); // nothing that this person could see stays in memory
      await navigate({ to: '/' });
    },
  });
  return (
    <Disclosure
      label={`Account: ${account.name}`}
      button={
        <>
          <span className="avatar" aria-hidden="true">
            {initials(account.name)}
          </span>
          <span className="account-name">{account.name}</span>
          <Icon name="chevron" size={13} />
        </>
      }
    >
      {(close) => (
        <div onClick={close}>
          <p className="menu-note">
            <strong>{account.name}</strong>
            <br />
            {account.email} · {ROLE_WORDS[account.role].name}
          </p>
          <Link to="/submissions">My submissions</Link>
          {mayOrganise(account) && <Link to="/datasets">My datasets</Link>}
          {mayOrganise(account) && <Link to="/make-benchmark">Make a benchmark</Link>}
          <Link to="/account">Account and tokens</Link>
          {account.role === 'admin' && <Link to="/admin/users">People</Link>}
          <button type="button" onClick={() => signOut.mutate()} disabled={signOut.isPending}>
            Sign out
          </button>
        </div>
      )}
    </Disclosure>
  );
}

/** First letters of the first and the last name. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '');
  return letters.join('').toUpperCase() || '·';
}

function Footer(): ReactNode {
  const { data } = useQuery(queries.health());
  return (
    <footer className="site-foot">
      <div className="site-foot-row">
        <p>
          <strong>Research only, not for care.</strong> Figures on these pages describe algorithms on fixed data sets;
          they are no basis for treating anybody.
        </p>
        <p className="site-foot-links">
          <Link to="/about">How it works</Link>
          <a href="/api/docs">API</a>
          <span>{data ? `Voxelmark ${data.version}` : 'Voxelmark'}</span>
          {data?.status === 'degraded' && <span className="foot-warning">Some services are degraded</span>}
        </p>
      </div>
    </footer>
  );
}
