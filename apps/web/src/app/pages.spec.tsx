import { renderToString } from 'react-dom/server';
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { benchmarkView, boardMeans, evidenceView, leaderboard, runView, whoami, type RunSummary } from '#contracts';
import { toApiError } from '../api/api-error.js';
import { queries } from '../api/queries.js';
import { makeQueryClient } from '../api/query-client.js';
import { makeRouter } from './router.js';

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const AT = '2026-11-20T10:00:00Z';
const SLUG = 'phantoms';

const rules = {
  regions: [
    { name: 'liver', labels: [1, 4], color: '#d2694f' },
    { name: 'spleen', labels: [2] },
  ],
  metrics: [
    { id: 'dice', penalty: { kind: 'fixed', value: 0 } },
    { id: 'hd95', penalty: { kind: 'volume-diagonal' } },
  ],
  ranking: { kind: 'mean-then-rank', metric: 'dice', ties: 'min' },
  limits: { loadSeconds: 60, caseSeconds: 120, memoryMib: 2048, threads: 1 },
};
const benchmark = benchmarkView.parse({
  id: uuid(1),
  slug: SLUG,
  title: 'Abdominal organs',
  question: 'How well?',
  published: true,
  synthetic: true,
  caseCount: 44,
  algorithmCount: 2,
  structures: ['liver', 'spleen'],
  leader: null,
  createdAt: AT,
  capacities: [],
  summary: 'A summary.',
  rules: '### One rule',
  labels: [{ value: 1, name: 'Liver', color: '#d2694f' }],
  channels: [{ name: 'CT', modality: 'CT', unit: 'HU' }],
  windowPresets: [],
  metrics: [
    {
      id: 'dice',
      name: 'Dice similarity coefficient',
      abbreviation: 'Dice',
      unit: '',
      direction: 'higher',
      role: 'rank',
      description: 'd',
    },
    {
      id: 'hd95',
      name: '95th percentile Hausdorff distance',
      abbreviation: 'HD95',
      unit: 'mm',
      direction: 'lower',
      role: 'rank',
      description: 'd',
    },
  ],
  dataset: { slug: 'd', name: 'Data', licence: 'CC0-1.0', description: 'x', version: 1, digest: 'ab' },
  phases: [
    { id: uuid(2), kind: 'practice', title: 'Practice', label: 'PUBLIC', caseCount: 8, rules, reveal: { kind: 'all' }, isolation: 'L0' },
    { id: uuid(3), kind: 'test', title: 'Test', label: 'SEALED', caseCount: 36, rules, reveal: { kind: 'never' }, isolation: 'L0' },
  ],
});
const row = (rank: number, name: string, dice: number, hd95: number, failed: number) => ({
  rank,
  runId: uuid(100 + rank),
  submissionId: uuid(200 + rank),
  algorithm: { slug: name, name },
  version: '1.0.0',
  submitter: 'Rosa',
  metrics: { dice, hd95 },
  aggregates: [{ region: 'liver', metric: 'dice', mean: dice + 0.01, n: 36, penalised: failed }],
  cases: { scored: 36 - failed, failed, empty: { liver: 0, spleen: failed } },
  modelSha256: 'c'.repeat(64),
  manifestSha256: 'd'.repeat(64),
  state: { hash: String(rank).repeat(64), sequence: rank },
  practiceUsage: { elapsedMs: 900, cpuMs: 800, peakRssBytes: 1e8 },
  finishedAt: AT,
});
const HASH = '2'.repeat(64);
const state = { hash: HASH, sequence: 2, at: AT };
const board = leaderboard.parse({
  benchmark: SLUG,
  phase: 'test',
  signature: 'metrics.1|threads.1',
  updatedAt: AT,
  state,
  newest: true,
  boards: [{ signature: 'metrics.1|threads.1', state }],
  total: 2,
  openCases: 'none',
  items: [row(1, 'first', 0.9, 9, 0), row(2, 'second', 0.8, 4, 3)],
  nextCursor: null,
});
const summary = (id: number, phase: 'practice' | 'test', change: Partial<RunSummary>): RunSummary => ({
  id: uuid(id),
  phase,
  state: 'running',
  queuePosition: null,
  failure: null,
  progress: null,
  createdAt: AT,
  startedAt: AT,
  finishedAt: null,
  ...change,
});
const practice = summary(101, 'practice', { state: 'completed', progress: { done: 8, failed: 0, total: 8 } });
const heldOut = summary(102, 'test', {});
const submission = {
  id: uuid(201),
  benchmark: { slug: SLUG, title: 'Abdominal organs' },
  algorithm: { slug: 'first', name: 'first' },
  version: '1.0.0',
  modelSha256: 'a'.repeat(64),
  modelBytes: 1234,
  models: [{ file: 'model.onnx', sha256: 'a'.repeat(64), bytes: 1234 }],
  submitter: 'Rosa',
  mine: true,
  mayControl: true,
  mayRelease: false,
  forecast: null,
  createdAt: AT,
  runs: [practice, heldOut],
};
const visitor = whoami.parse({ account: null, scopes: null, registration: 'open', demoSignIns: [] });

/** A page as the first render gives it, with the answers that it would have. */
async function page(
  path: string,
  fill: (client: QueryClient) => void | Promise<void> = () => undefined,
): Promise<string> {
  const client = makeQueryClient();
  client.setQueryData(queries.session().queryKey, visitor);
  await fill(client);
  const router = makeRouter(client, createMemoryHistory({ initialEntries: [path] }));
  await router.load();
  const html = renderToString(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  client.clear();
  return html.replaceAll('<!-- -->', '');
}
const standing = (rank: number, mean: number, likeFirst: boolean) => ({
  algorithm: uuid(100 + rank),
  rank,
  aggregate: mean,
  interval: [1, 2] as [number, number],
  medianRank: rank,
  shares: rank === 1 ? [0.7, 0.3] : [0.3, 0.7],
  tier: 1,
  likeFirst,
  betterThanFirst: false,
  mean: { mean, low: mean - 0.02, high: mean + 0.03, draws: 1000, seed: 1, confidence: 0.95 },
});
const evidence = evidenceView.parse({
  benchmark: SLUG,
  phase: 'test',
  signature: 'metrics.1|threads.1',
  state,
  runs: [1, 2].map((rank) => ({
    runId: uuid(100 + rank),
    algorithm: { slug: 'a', name: rank === 1 ? 'first' : 'second' },
    version: '1.0.0',
    rank,
    failed: 0,
  })),
  total: 2,
  evidence: {
    rule: 'mean-then-rank|dice',
    kind: 'mean-then-rank',
    metric: 'dice',
    region: 'all',
    cases: 36,
    patients: 36,
    draws: 1000,
    seed: 1,
    confidence: 0.95,
    places: [1, 2],
    withheld: null,
    standings: [standing(1, 0.9, true), standing(2, 0.8, true)],
    tau: {
      mean: 0.4,
      quartiles: [-1, 1, 1],
      undefined: 0,
      values: [
        { tau: -1, draws: 300 },
        { tau: 1, draws: 700 },
      ],
    },
    tests: {
      alpha: 0.05,
      adjust: 'holm',
      algorithms: [uuid(101), uuid(102)],
      better: [
        [false, false],
        [false, false],
      ],
      p: null,
    },
    schemes: [
      { kind: 'mean-then-rank', rule: 'r', tau: 1, ranks: { [uuid(101)]: 1, [uuid(102)]: 2 } },
      { kind: 'median-then-rank', rule: 'r', tau: -1, ranks: { [uuid(101)]: 2, [uuid(102)]: 1 } },
    ],
    withoutSite: [],
    slices: [
      {
        key: 'sex',
        demographic: true,
        rankings: [
          {
            group: 'f',
            n: 20,
            places: [
              { algorithm: uuid(102), aggregate: null, rank: 1 },
              { algorithm: uuid(101), aggregate: null, rank: 2 },
            ],
            why: null,
            tau: -1,
          },
          { group: 'm', n: 8, places: null, why: 'too-few-cases', tau: null },
          { group: 'x', n: null, places: null, why: 'suppressed', tau: null },
        ],
        algorithms: [101, 102].map((id) => ({
          algorithm: uuid(id),
          levels: [
            {
              level: 'f',
              figures: {
                n: 20,
                mean: id === 101 ? 0.81 : 0.83,
                low: 0.7,
                high: 0.9,
                failureRate: 0.05,
                median: null,
                quartiles: null,
              },
            },
            {
              level: 'm',
              figures: { n: 8, mean: 0.77, low: 0.7, high: 0.9, failureRate: 0, median: null, quartiles: null },
            },
            { level: 'x', figures: null },
          ],
          gap: null,
        })),
      },
    ],
  },
  ceiling: {
    band: { mean: 0.884, low: 0.857, high: 0.912, draws: 1000, seed: 1, confidence: 0.95 },
    cases: 36,
    readers: 2,
    pairs: 36,
    penalised: 0,
  },
  casesVisible: false,
});
const withBoard = (client: QueryClient): void => {
  client.setQueryData(queries.benchmark(SLUG).queryKey, benchmark);
  client.setQueryData(queries.leaderboard(SLUG, 'test').queryKey, { pages: [board], pageParams: [undefined] });
};
const rowNames = (html: string): string[] =>
  [...html.matchAll(/href="\/algorithms\/([a-z]+)\?version=1\.0\.0"/g)].map((match) => match[1]);

describe('leaderboard', () => {
  it('is a table sorted by rank, with units, directions and failed counts', async () => {
    const html = await page(`/benchmarks/${SLUG}`, withBoard);
    expect(rowNames(html)).toEqual(['first', 'second']);
    expect(html).toMatch(/<th scope="col" aria-sort="ascending"[^>]*>.{0,200}Rank/);
    expect(html.match(/aria-sort="none"/g)).toHaveLength(6);
    expect(html).toContain('<strong>0.900</strong>');
    expect(html).toContain('<strong>4.00</strong>'); // lower is better, so the second row holds the best distance
    expect(html).toContain('3 / 36');
    expect(html.match(/3 empty/g)).toHaveLength(1); // none of the first is
    expect(html).toContain('empty: a structure');
    expect(html).toContain('lower is better');
    expect(html).toContain('metrics.1');
  });

  it('leads from a mean to the case that costs it most, where the asking person may see cases', async () => {
    const seen = async (openCases: typeof board.openCases): Promise<string> =>
      page(`/benchmarks/${SLUG}`, (client) => {
        withBoard(client);
        client.setQueryData(queries.leaderboard(SLUG, 'test').queryKey, {
          pages: [{ ...board, openCases }],
          pageParams: [undefined],
        });
      });
    const links = (html: string): number => html.match(/href="\/runs\/[^"]*worst=/g)?.length ?? 0;
    expect(links(await seen('none'))).toBe(0);
    const all = await seen('all');
    expect(links(all)).toBe(4); // two rows, two metrics
    expect(all).not.toContain('open to you');
    const some = await seen('some');
    expect([links(some), some.match(/title="[^"]*of the cases that are open to you"/g)?.length]).toEqual([4, 4]);
  });

  it('takes its order from the link', async () => {
    const html = await page(`/benchmarks/${SLUG}?sort=hd95&dir=asc`, withBoard);
    expect(rowNames(html)).toEqual(['second', 'first']);
    expect(html).toMatch(/aria-sort="ascending"[^>]*>.{0,200}HD95/);
  });

  it('shows one structure when asked', async () => {
    const html = await page(`/benchmarks/${SLUG}?structure=liver`, withBoard);
    expect(html).toContain('0.910');
    expect(html).not.toContain('>0.900<');
  });

  const withEvidence = (client: QueryClient): void => {
    withBoard(client);
    client.setQueryData(queries.evidence(SLUG, 'test', HASH, { scheme: 'declared' }).queryKey, evidence);
  };

  it('shows how firmly a place stands: interval, dagger, interval of the mean, and what two readers reach', async () => {
    const html = await page(`/benchmarks/${SLUG}`, withEvidence);
    expect(html).toContain('interval 1–2');
    expect(html.match(/not separable from the first<\/span>/g)).toHaveLength(1); // not beside the first itself
    expect(html).toMatch(/95 % interval from <\/span>.{0,60}0\.880/);
    expect(html).toMatch(/Two human readers.*0\.884/);
  });

  it('gives every mean its interval, where they are released', async () => {
    const intervals = { [uuid(101)]: [6, 12.5], [uuid(102)]: null };
    const means = { benchmark: SLUG, phase: 'test', signature: 's', state, draws: 1000, seed: 1, confidence: 0.95 };
    const asked = queries.boardMeans(SLUG, 'test', HASH).queryKey;
    const html = await page(`/benchmarks/${SLUG}`, (client) => {
      withEvidence(client);
      const columns = [{ metric: 'hd95', region: 'all', intervals }];
      client.setQueryData(asked, boardMeans.parse({ ...means, withheld: null, columns }));
    });
    expect(html).toMatch(/95 % interval from <\/span>.{0,60}6\.00.{0,90}12\.5/);
    expect(html.match(/no interval: one patient/g)).toHaveLength(1);
    const few = await page(`/benchmarks/${SLUG}`, (client) => {
      withBoard(client);
      client.setQueryData(asked, boardMeans.parse({ ...means, withheld: 'few-patients', columns: [] }));
    });
    expect(few).not.toContain('interval from');
  });

  it('ranks within one level of a slice, and says that it does', async () => {
    const html = await page(`/benchmarks/${SLUG}?slice=sex&level=f`, withEvidence);
    expect(html).toMatch(/<strong>sex: f<\/strong>.{0,20}20 cases/);
    expect(html.indexOf('0.830')).toBeLessThan(html.indexOf('0.810'));
    expect(html).toContain('1 place up');
  });

  it('ranks nothing in a level of fewer than ten cases, and withholds what is withheld', async () => {
    const few = await page(`/benchmarks/${SLUG}?slice=sex&level=m`, withEvidence);
    expect(few).toContain('nothing is ranked');
    expect(few).not.toContain('class="rank"');
    const none = await page(`/benchmarks/${SLUG}?slice=sex&level=x`, withEvidence);
    expect(none).toContain('Withheld: sex: x');
    expect(none).toContain('(withheld)');
  });

  it('says of an older state that it is one, with its address and a way back', async () => {
    const old = { ...board, newest: false };
    const html = await page(`/benchmarks/${SLUG}?asOf=${HASH}`, (client) => {
      withEvidence(client);
      client.setQueryData(queries.leaderboard(SLUG, 'test', HASH).queryKey, { pages: [old], pageParams: [undefined] });
    });
    expect(html).toContain(`/leaderboards/${HASH}`);
    expect(html).toContain('Show the newest board');
  });

  it('links exports of exactly the state and rule that are shown, and none of single cases', async () => {
    const html = await page(`/benchmarks/${SLUG}?scheme=median-then-rank`, withEvidence);
    expect(html).toContain(`asOf=${HASH}&amp;scheme=median-then-rank&amp;format=latex`);
    expect(html).not.toContain('format=cases');
    expect(html).toContain('Not the ranking that counts');
  });

  it('invites the first submission when it is empty', async () => {
    const html = await page(`/benchmarks/${SLUG}`, (client) => {
      withBoard(client);
      client.setQueryData(queries.leaderboard(SLUG, 'test').queryKey, {
        pages: [{ ...board, state: null, boards: [], items: [], total: 0 }],
        pageParams: [undefined],
      });
    });
    expect(html).toContain('No finished run yet');
  });
});

describe('evidence page', () => {
  it('tells in words what the figures say, and why a visitor sees no single held-out case', async () => {
    const html = await page(`/benchmarks/${SLUG}/evidence`, (client) => {
      withBoard(client);
      client.setQueryData(queries.evidence(SLUG, 'test', HASH, { scheme: 'declared' }).queryKey, evidence);
    });
    expect(html).toContain('Not separable from second');
    expect(html).toContain('70 %');
    expect(html).toContain('Figures of single held-out cases are not shown');
    const figures = [...html.matchAll(/data-figure="([a-z-]+)"/g)].map((match) => match[1]);
    expect(figures).toEqual(['rank-stability', 'significance', 'rank-under-each-rule', 'kendall-tau', 'slices-sex']);
    expect(html).toContain('first: rank 1, interval 1–2');
  });
});

describe('run page', () => {
  const open = (change: object) => (client: QueryClient) => {
    withBoard(client);
    const view = runView.parse({
      ...heldOut,
      submission,
      signature: null,
      result: null,
      openCases: 'none',
      ...change,
    });
    client.setQueryData(queries.run(view.id).queryKey, view);
  };

  it('explains calmly why held-out cases are not shown, and tells no k of n', async () => {
    const html = await page(`/runs/${heldOut.id}`, open({}));
    expect(html).toContain('Per-case figures of the held-out cases stay sealed');
    expect(html).toContain('practice run');
    expect(html).not.toMatch(/\d+ of \d+/);
    expect(html).not.toContain('aria-valuenow');
  });

  it('where some are opened, shows these and says of the others why they are not', async () => {
    const html = await page(`/runs/${heldOut.id}`, open({ state: 'completed', openCases: 'some' }));
    expect(html).toContain('Per-case figures of the other held-out cases stay sealed');
    expect(html).toContain('Each figure opens the case in the viewer');
    const all = await page(`/runs/${heldOut.id}`, open({ state: 'completed', openCases: 'all' }));
    expect(all).not.toContain('stay sealed');
  });

  it('leads from every figure of the result to what costs it most, where cases may be seen', async () => {
    const [{ rank, metrics, aggregates, cases }] = board.items;
    const result = { rank, metrics, aggregates, cases };
    const links = async (openCases: typeof board.openCases): Promise<string[]> => {
      const html = await page(`/runs/${heldOut.id}`, open({ state: 'completed', result, openCases }));
      return [...html.matchAll(/href="\/runs\/[^"]*worst=([^"&]*)/g)].map(([, worst]) => decodeURIComponent(worst));
    };
    expect(await links('none')).toEqual([]);
    const all = await links('all');
    expect(all.filter((worst) => worst === '*')).toHaveLength(2 * Object.keys(metrics).length); // headline and last row
    expect(all.filter((worst) => worst !== '*')).toHaveLength(aggregates.length);
    expect(await links('some')).toEqual(all);
  });

  it('shows k of n on practice', async () => {
    const running = { ...practice, state: 'running', progress: { done: 3, failed: 1, total: 8 } } as const;
    const html = await page(
      `/runs/${practice.id}`,
      open({ ...running, submission: { ...submission, runs: [running, heldOut] }, openCases: 'all' }),
    );
    expect(html).toContain('3 of 8 cases');
    expect(html).toContain('1 failed');
    expect(html).toContain('aria-valuenow="3"');
  });

  it('offers to try again what failed, with code, advice and full text', async () => {
    const failure = {
      code: 'model-input-rank',
      advice: 'The model input must have 5 dimensions.',
      detail: 'input "x" has 3 dimensions',
    } as const;
    const failed = { ...practice, state: 'failed', failure } as const;
    const html = await page(
      `/runs/${practice.id}`,
      open({ ...failed, submission: { ...submission, runs: [failed, { ...heldOut, state: 'cancelled' }] } }),
    );
    expect(html).toContain('model-input-rank');
    expect(html).toContain('The model input must have 5 dimensions.');
    expect(html).toContain('input &quot;x&quot; has 3 dimensions');
    expect(html).toContain('Try this run again');
    expect(html).not.toContain('> Cancel<');
  });

  it('on hold: tells the submitter to wait, and the organiser to decide', async () => {
    const failure = {
      code: 'case-unreadable',
      advice: 'The run waits until the organiser starts it again.',
      detail: null,
    };
    const held = { ...practice, state: 'quarantined', failure } as const;
    const runs = [held, { ...heldOut, state: 'waiting' }] as const;
    const see = (mayRelease: boolean) =>
      page(
        `/runs/${practice.id}`,
        open({ ...held, submission: { ...submission, mayRelease, mine: !mayRelease, runs: [...runs] } }),
      );
    const submitter = await see(false);
    expect(submitter).toContain('The run waits until the organiser starts it again.');
    expect(submitter).toContain('</svg> Cancel');
    expect(submitter).not.toMatch(/You decide|Start this run again|Try this run again|End this run/);
    const organiser = await see(true);
    for (const words of ['You decide how it goes on', 'Start this run again', 'End this run'])
      expect(organiser).toContain(words);
  });

  it('gives whoever may not control it no buttons', async () => {
    const html = await page(`/runs/${heldOut.id}`, open({ submission: { ...submission, mayControl: false } }));
    expect(html).not.toContain('</svg> Cancel');
  });
});

describe('sign-in', () => {
  it('offers demo accounts only when the server lists them', async () => {
    expect(await page('/sign-in')).not.toContain('Demo accounts');
    const html = await page(
      '/sign-in',
      (client) =>
        void client.setQueryData(queries.session().queryKey, {
          ...visitor,
          demoSignIns: [{ email: 'r@demo', role: 'researcher', password: 'secret-demo' }],
        }),
    );
    expect(html).toContain('Researcher');
    expect(html).not.toContain('secret-demo');
  });

  it('says that accounts are by invitation where they are', async () => {
    const closed = (client: QueryClient): void =>
      void client.setQueryData(queries.session().queryKey, { ...visitor, registration: 'invite' as const });
    expect(await page('/sign-in', closed)).toContain('by invitation');
    expect(await page('/register', closed)).toContain('made by invitation');
    expect(await page('/register?invitation=abcdefghijklmnopqrstuvwxyz', closed)).toContain('Make the account');
  });
});

describe('errors', () => {
  it('has a page for addresses that lead nowhere', async () => {
    expect(await page('/nowhere')).toContain('There is no page at this address');
  });

  it('shows the sentence of a refusal and no stack', async () => {
    const html = await page(`/benchmarks/${SLUG}`, async (client) => {
      client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retryOnMount: false } }); // the error stays as it is
      const refused = {
        type: 'about:blank',
        title: 'x',
        status: 404,
        code: 'not-found',
        detail: 'This benchmark does not exist, or you may not see it.',
      };
      await client.prefetchQuery({
        queryKey: queries.benchmark(SLUG).queryKey,
        queryFn: () => Promise.reject(toApiError(404, refused)),
      });
    });
    expect(html).toContain('This benchmark does not exist, or you may not see it.');
  });
});

it('says on every page that it is for research only', async () => {
  expect(await page('/about')).toContain('Research only, not for care');
  expect(await page('/sign-in')).toContain('Research only, not for care');
});
