import { renderToString } from 'react-dom/server';
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { benchmarkMaking, benchmarkMembers, datasetView, whoami } from '#contracts';
import type { AccountRole } from '#domain';
import { queries } from '../api/queries.js';
import { makeQueryClient } from '../api/query-client.js';
import { makeRouter } from '../app/router.js';

const ID = '00000000-0000-4000-8000-000000000001';
const AT = '2026-11-22T10:00:00Z';
const hex = (digit: string): string => digit.repeat(64);

async function page(path: string, role: AccountRole | null, prepare: (client: QueryClient) => void): Promise<string> {
  const client = makeQueryClient();
  const account = role && {
    id: ID,
    email: 'o@example.org',
    name: 'Olga Organiser',
    role,
    createdAt: AT,
    demo: false,
    disabled: false,
  };
  client.setQueryData(
    queries.session().queryKey,
    whoami.parse({ account, scopes: null, registration: 'open', demoSignIns: [] }),
  );
  prepare(client);
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

const dataset = datasetView.parse({
  id: ID,
  slug: 'spleen',
  name: 'Spleen CT',
  licence: 'CC-BY-4.0',
  synthetic: false,
  caseCount: 2,
  createdAt: AT,
  description: 'Two spleens.',
  labels: [{ value: 1, name: 'spleen' }],
  ignoreLabel: null,
  regions: [],
  channels: [{ name: 'CT' }],
  dictionary: { age: { description: 'at the scan', unit: 'years' } },
  cases: ['case-0001', 'case-0002'].map((name, n) => ({
    name,
    patient: 'e8aef41955f5a7a2',
    split: null,
    facts: { age: 61 },
    size: [512, 512, 90],
    spacingMm: [0.8, 0.8, 5],
    readers: [{ reader: 'reference', consensus: true, recipe: null, reading: null }],
    digest: hex('a'),
    withdrawnAt: n === 1 ? AT : null,
  })),
  versions: [{ version: 1, digest: hex('b'), caseCount: 2, createdAt: AT }],
});

describe('datasets of an organiser', () => {
  it('teach how to begin while there is none', async () => {
    const html = await page('/datasets', 'organiser', (client) =>
      client.setQueryData(queries.datasets().queryKey, { items: [] }),
    );
    expect(html).toContain('No dataset yet');
    expect(html).toContain('npx voxelmark dataset check FOLDER');
    expect(html).toMatch(/href="\/datasets"[^>]*>My datasets/);
  });

  it('are for organisers, and offered to nobody else', async () => {
    const html = await page('/datasets', 'researcher', () => undefined);
    expect(html).toContain('This is for organisers');
    expect(html).not.toMatch(/href="\/datasets"[^>]*>My datasets/);
    expect(await page('/import', null, () => undefined)).toContain('Please sign in');
  });

  it('show cases, facts with their meaning, and versions to make benchmarks of', async () => {
    const html = await page('/datasets/spleen', 'organiser', (client) =>
      client.setQueryData(queries.dataset('spleen').queryKey, dataset),
    );
    expect(html).toContain('512 × 512 × 90');
    expect(html).toContain('0.8 × 0.8 × 5');
    expect(html).toContain('at the scan');
    expect(html).toContain('61 (2) years');
    expect(html).toContain('/make-benchmark?dataset=spleen&amp;version=1');
    expect(html.match(/aria-label="Withdraw /g)).toHaveLength(1); // the other is withdrawn
    expect(html).not.toContain('Remove the dataset'); // it has a version
  });
});

describe('an inbox', () => {
  it('says what can be imported, and what was not kept and why', async () => {
    const html = await page('/datasets/spleen', 'organiser', (client) => {
      client.setQueryData(queries.dataset('spleen').queryKey, dataset);
      const series = { patient: 'P1', studyInstanceUid: '1.2', seriesInstanceUid: '1.2.3', sopClassUid: '1.2.840', instanceCount: 90 };
      const away = { code: 'deid-recognisable', held: true, times: 40, lastAt: AT };
      client.setQueryData(queries.inbox('spleen').queryKey, { instanceCount: 90, bytes: 47e6, series: [series], turnedAway: [away], accepted: [] });
    });
    expect(html).toContain('1 series of 1 patient: 90 instances');
    expect(html).toContain('href="/import?dataset=spleen&amp;from=inbox"');
    expect(html).toContain('Recognisable');
    expect(html).toMatch(/disabled=""[^>]*>Save this/);
    expect(html).toContain('deid-recognisable');
  });

  it('is fetched by the page, which checks it as it would files of this machine', async () => {
    const html = await page('/import?dataset=spleen&from=inbox', 'organiser', (client) => {
      client.setQueryData(queries.dataset('spleen').queryKey, { ...dataset, cases: [] }); // nobody's key is needed yet
      const series = { patient: 'P1', studyInstanceUid: '1.2', seriesInstanceUid: '1.2.3', sopClassUid: '1.2.840', instanceCount: 90 };
      client.setQueryData(queries.inbox('spleen').queryKey, { instanceCount: 90, bytes: 47e6, series: [series], turnedAway: [], accepted: [] });
    });
    expect(html).toContain('Fetch and check');
    expect(html).not.toContain('Choose a folder');
  });
});

describe('importing', () => {
  it('says what leaves the machine, before anything is chosen', async () => {
    const html = await page('/import', 'organiser', () => undefined);
    expect(html).toContain('Nothing leaves this');
    expect(html).toContain('webkitdirectory');
    expect(html).not.toContain('2. Check');
  });
});

const draft = (published: boolean, findings: object[]) =>
  benchmarkMaking.parse({
    benchmark: {
      id: ID,
      slug: 'spleen-ct',
      title: 'Spleen on CT',
      question: 'How well?',
      published,
      synthetic: false,
      caseCount: 2,
      algorithmCount: 0,
      structures: ['spleen'],
      leader: null,
      createdAt: AT,
      capacities: ['organiser'],
      summary: '',
      rules: 'r',
      labels: [],
      channels: [],
      windowPresets: [],
      metrics: [],
      dataset: { slug: 'spleen', name: 'Spleen CT', licence: 'x', description: '', version: 1, digest: hex('b') },
      phases: [],
    },
    definition: {
      slug: 'spleen-ct',
      title: 'Spleen on CT',
      question: 'How well?',
      rules: 'r',
      dataset: { slug: 'spleen', version: 1 },
      split: { kind: 'random' },
      labels: [{ value: 1, name: 'spleen' }],
      regions: [{ name: 'spleen', labels: [1] }],
      windowPresets: [],
      metrics: [{ id: 'dice', penalty: { kind: 'fixed', value: 0 } }],
      ranking: { kind: 'mean-then-rank', metric: 'dice' },
      phases: { practice: { title: 'Practice', label: 'PUBLIC' }, test: { title: 'Test', label: 'SEALED' } },
    },
    definitionSha256: hex('d'),
    cases: { practice: ['case-0001'], test: ['case-0002'], left: [], patients: { practice: 1, test: 1 } },
    preparation: { state: 'done', done: 2, total: 2, failure: null },
    voxels: [{ region: 'spleen', phase: 'test', cases: 1, patients: 1, ml: 203.4 }],
    findings,
    networks: [
      { network: 'unet', name: 'Small U-Net', own: false, fits: true, note: 'finds spleen' },
      { network: 'mine@2.0.0', name: 'Mine 2.0.0', own: true, fits: false, note: 'reads MR; the images of a case here are CT' },
    ],
    dryRun: {
      id: ID,
      state: 'done',
      stale: false,
      isolation: 'L2',
      networks: [
        {
          network: 'unet',
          name: 'Small U-Net',
          state: 'done',
          note: null,
          means: { dice: 0.5 },
          cases: [
            {
              caseId: ID,
              case: 'case-0001',
              state: 'scored',
              failure: null,
              elapsedMs: 900,
              peakRssBytes: 1,
              scores: [{ region: 'spleen', status: 'ok', values: { dice: 0.912 }, reasons: {} }],
            },
          ],
        },
      ],
      failure: null,
      createdAt: AT,
      finishedAt: AT,
    },
    history: [{ at: AT, userName: 'Olga', act: 'created', definitionSha256: hex('c'), member: null }],
  });
const desk = (published: boolean, findings: object[]): Promise<string> =>
  page('/benchmarks/spleen-ct/making', 'organiser', (client) =>
    client.setQueryData(queries.benchmarkMaking('spleen-ct').queryKey, draft(published, findings)),
  );

describe('a benchmark on its organiser’s desk', () => {
  const finding = { code: 'few-patients', where: 'split', message: '1 patient is held out' };

  it('shows what came out of the dry run, and who will see what', async () => {
    const html = await desk(false, []);
    expect(html).toContain('0.912');
    expect(html).toContain('0.500');
    expect(html).toContain('203.4');
    expect(html).toMatch(/<input type="checkbox" disabled=""\/><span>Mine 2.0.0 <span class="quiet">reads MR;/);
    expect(html).toContain('Held-out cases: images, names, facts, predictions and figures of single cases.');
    expect(html).toMatch(/<button[^>]*class="button button-primary button-large">Publish/);
  });

  it('is not published against an error, nor against a warning that nobody accepted', async () => {
    for (const severity of ['error', 'warning']) {
      const html = await desk(false, [{ ...finding, severity }]);
      expect(html).toContain('1 patient is held out');
      expect(html).toMatch(/<button[^>]*disabled=""[^>]*>Publish/);
      expect(html.includes('I have read the 1 warning')).toBe(severity === 'warning');
    }
  });

  it('has people, before and after publication', async () => {
    const html = await page('/benchmarks/spleen-ct/making', 'organiser', (client) => {
      client.setQueryData(queries.benchmarkMaking('spleen-ct').queryKey, draft(true, []));
      const person = { id: ID, name: 'Rita Reader', email: 'rita@example.org', capacities: ['reader', 'steward'], disabled: false };
      client.setQueryData(queries.benchmarkMembers('spleen-ct').queryKey, benchmarkMembers.parse({ items: [person], history: [] }));
    });
    expect(html).toContain('rita@example.org');
    expect(html).toContain('aria-label="Remove Rita Reader as reader"');
    expect(html).toContain('aria-label="Remove Rita Reader as steward"');
    expect(html).toContain('E-mail of an account');
  });

  it('does not change once it is published', async () => {
    const html = await desk(true, []);
    expect(html).toContain('It takes submissions');
    expect(html).not.toMatch(/Change it|Delete the draft|Start another/);
  });
});
