import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type RouterHistory,
} from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import { BenchmarksPage } from '../benchmarks/benchmarks-page.js';
import { BenchmarkPage } from '../benchmarks/benchmark-page.js';
import { BoardStatePage } from '../leaderboard/board-state-page.js';
import { AlgorithmsPage } from '../algorithms/algorithms-page.js';
import { RunPage } from '../runs/run-page.js';
import { SubmissionPage } from '../runs/submission-page.js';
import { SubmissionsPage } from '../runs/submissions-page.js';
import { CasePage } from '../cases/case-page.js';
import { SignInPage } from '../accounts/sign-in-page.js';
import { ErrorPage, NotFoundPage } from './error-pages.js';
import {
  algorithmSearch,
  benchmarkSearch,
  caseSearch,
  compareSearch,
  evidenceSearch,
  importSearch,
  invitationSearch,
  makingSearch,
  parseSearch,
  runSearch,
  signInSearch,
  stringifySearch,
  submissionSearch,
  submitSearch,
  tokenSearch,
} from './search.js';
import { Shell } from './shell.js';

const root = createRootRouteWithContext<{ readonly client: QueryClient }>()({
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: ErrorPage,
});
const getParentRoute = (): typeof root => root;

const routes = [
  createRoute({ getParentRoute, path: '/', component: BenchmarksPage }),
  createRoute({
    getParentRoute,
    path: '/benchmarks',
    beforeLoad: () => {
      // oxlint-disable-next-line typescript/only-throw-error -- the router's way of saying so
      throw redirect({ to: '/' });
    },
  }),
  createRoute({ getParentRoute, path: '/benchmarks/$slug', validateSearch: benchmarkSearch, component: BenchmarkPage }),
  createRoute({
    getParentRoute,
    path: '/benchmarks/$slug/evidence',
    validateSearch: evidenceSearch,
    component: lazyRouteComponent(() => import('../evidence/evidence-page.js'), 'EvidencePage'),
  }),
  createRoute({
    getParentRoute,
    path: '/benchmarks/$slug/compare',
    validateSearch: compareSearch,
    component: lazyRouteComponent(() => import('../compare/compare-page.js'), 'ComparePage'),
  }),
  createRoute({ getParentRoute, path: '/leaderboards/$hash', component: BoardStatePage }),
  createRoute({
    getParentRoute,
    path: '/benchmarks/$slug/access-log',
    component: lazyRouteComponent(() => import('../accounts/access-log-page.js'), 'AccessLogPage'),
  }),
  createRoute({ getParentRoute, path: '/algorithms', component: AlgorithmsPage }),
  createRoute({
    getParentRoute,
    path: '/algorithms/$slug',
    validateSearch: algorithmSearch,
    component: lazyRouteComponent(() => import('../algorithms/algorithm-page.js'), 'AlgorithmPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/datasets',
    component: lazyRouteComponent(() => import('../datasets/datasets-page.js'), 'DatasetsPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/datasets/$slug',
    component: lazyRouteComponent(() => import('../datasets/dataset-page.js'), 'DatasetPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/import',
    validateSearch: importSearch,
    component: lazyRouteComponent(() => import('../datasets/import-page.js'), 'ImportPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/make-benchmark',
    validateSearch: makingSearch,
    component: lazyRouteComponent(() => import('../making/make-page.js'), 'MakePage'),
  }),
  createRoute({
    getParentRoute,
    path: '/benchmarks/$slug/making',
    component: lazyRouteComponent(() => import('../making/making-page.js'), 'MakingPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/benchmarks/$slug/people',
    component: lazyRouteComponent(() => import('../making/people-page.js'), 'PeoplePage'),
  }),
  createRoute({
    getParentRoute,
    path: '/submit',
    validateSearch: submitSearch,
    component: lazyRouteComponent(() => import('../submit/submit-page.js'), 'SubmitPage'),
  }),
  createRoute({ getParentRoute, path: '/submissions', component: SubmissionsPage }),
  createRoute({
    getParentRoute,
    path: '/submissions/$id',
    validateSearch: submissionSearch,
    component: SubmissionPage,
  }),
  createRoute({ getParentRoute, path: '/runs/$id', validateSearch: runSearch, component: RunPage }),
  createRoute({ getParentRoute, path: '/cases/$id', validateSearch: caseSearch, component: CasePage }),
  createRoute({ getParentRoute, path: '/sign-in', validateSearch: signInSearch, component: SignInPage }),
  createRoute({
    getParentRoute,
    path: '/register',
    validateSearch: invitationSearch,
    component: lazyRouteComponent(() => import('../accounts/register-page.js'), 'RegisterPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/forgot-password',
    component: lazyRouteComponent(() => import('../accounts/reset-pages.js'), 'ForgotPasswordPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/reset-password',
    validateSearch: tokenSearch,
    component: lazyRouteComponent(() => import('../accounts/reset-pages.js'), 'ResetPasswordPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/account',
    component: lazyRouteComponent(() => import('../accounts/account-page.js'), 'AccountPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/admin/users',
    component: lazyRouteComponent(() => import('../accounts/users-page.js'), 'UsersPage'),
  }),
  createRoute({
    getParentRoute,
    path: '/about',
    component: lazyRouteComponent(() => import('../about/about-page.js'), 'AboutPage'),
  }),
] as const;

/** @param history in-memory in tests; the browser's own otherwise */
export function makeRouter(client: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree: root.addChildren(routes),
    context: { client },
    history,
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: 'intent',
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
