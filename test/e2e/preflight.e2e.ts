import { jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import type { AlgorithmView, PreflightView } from '#contracts';
import { importBenchmark, type ImportedCase } from '#evaluation';
import { writeNifti } from '#imaging';
import { createLog, hashPassword, openPlatform, readConfig } from '#platform';
import { generateCase, PHANTOM_BENCHMARK, phantomDataset, type PhantomCase } from '#phantoms';
import type {} from '../../apps/web/src/viewer/probe.js';
import { CHROMIUM_INSTALL, chromiumPath, collectProblems, launchBrowser } from '../browser.js';
import { describeIf } from '../requires.js';
import { accessibilityFaults } from '../support/accessibility.js';
import { Client } from '../support/http.js';
import { newDataDir, removeDataDir, root, startPlatform, type RunningPlatform } from '../support/platform.js';

jest.setTimeout(300_000);

const SLUG = 'preflight';
const EMAIL = 'rosa@example.org';
const PASSWORD = 'look-before-you-leap';
const NAME = 'Checked first';
const MODEL = join(root, 'datasets/phantoms/models/threshold-smooth');

function caseOf(description: PhantomCase): ImportedCase {
  return {
    name: description.name,
    patient: description.clinical.patientId,
    facts: { site: description.clinical.site },
    files: async () => {
      const { image, consensus } = generateCase(description);
      return {
        image: await writeNifti(image),
        references: [{ reader: 'consensus', consensus: true, labels: await writeNifti(consensus) }],
      };
    },
  };
}

describeIf(chromiumPath() !== null, 'a researcher has a bundle checked before it counts', CHROMIUM_INSTALL, () => {
  let platform: RunningPlatform;
  let browser: Browser;
  let page: Page;
  let client: Client;
  let problems: string[];
  let manifest: Record<string, unknown>;
  let model: Buffer;
  const practice = phantomDataset()
    .cases.filter(({ split }) => split === 'practice')
    .slice(0, 2);

  beforeAll(async () => {
    platform = await startPlatform({ dataDir: await newDataDir('preflight') });
    const records = await openPlatform(readConfig({ VOXELMARK_DATA_DIR: platform.dataDir }), 'test', createLog('error', 'test'));
    try {
      const passwordHash = await hashPassword(PASSWORD);
      await records.accounts.createAccount({ email: EMAIL, name: 'Rosa Researcher', role: 'researcher', passwordHash });
      const { regions, metrics, ranking, limits, phases, ...benchmark } = PHANTOM_BENCHMARK;
      const test = phantomDataset()
        .cases.filter(({ split }) => split === 'test')
        .slice(0, 1);
      await importBenchmark(records, {
        ...benchmark,
        slug: SLUG,
        phases: phases.map(({ kind, title }) => ({
          kind,
          title,
          label: kind === 'practice' ? ('PUBLIC' as const) : ('SEALED' as const),
          rules: { regions, metrics, ranking, limits },
          cases: (kind === 'practice' ? practice : test).map(caseOf),
        })),
        members: [],
      });
    } finally {
      await records.close();
    }
    client = await new Client(platform.url).signIn(EMAIL, PASSWORD);
    manifest = { ...(JSON.parse(await readFile(join(MODEL, 'voxelmark.json'), 'utf8')) as object), name: NAME };
    model = await readFile(join(MODEL, 'model.onnx'));
    const launched = await launchBrowser();
    if (!launched) throw new Error('chromiumPath() found a browser, launchBrowser() none');
    browser = launched;
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, reducedMotion: 'reduce' });
    problems = collectProblems(page, [/401 \(Unauthorized\)/]);
  });

  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
    if (platform) await removeDataDir(platform.dataDir);
  });

  const choose = (...files: { name: string; buffer: Buffer }[]): Promise<void> =>
    page.locator('.drop-zone input').setInputFiles(files.map((file) => ({ ...file, mimeType: 'application/octet-stream' })));
  const json = (change: object = {}): { name: string; buffer: Buffer } => ({
    name: 'voxelmark.json',
    buffer: Buffer.from(JSON.stringify({ ...manifest, ...change })),
  });
  const onnx = (name = 'net.onnx'): { name: string; buffer: Buffer } => ({ name, buffer: model });
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  const statuses = (): Promise<Record<string, string>> =>
    page.$$eval('[data-check]', (items) =>
      Object.fromEntries(items.map((item) => [item.getAttribute('data-check'), item.getAttribute('data-status')])),
    ) as Promise<Record<string, string>>;
  /** Light to dark or back, where a new load would lose the chosen files; waits until colours have changed and stay so. */
  async function turn(colorScheme: 'light' | 'dark'): Promise<void> {
    const colours = () =>
      page.$$eval('body, body *', (all) =>
        all.map((one) => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor].join(' ')).join(),
      );
    const start = await colours();
    await page.emulateMedia({ colorScheme });
    for (let before = start, now = await colours(); now === start || now !== before; now = await colours()) {
      before = now;
      await page.waitForTimeout(300);
    }
  }
  /** Presses the button and waits for the last answer; returns what the server says. */
  async function check(name = 'Run the checks'): Promise<PreflightView> {
    const sent = page.waitForResponse((answer) => answer.url().endsWith('/preflights') && answer.request().method() === 'POST');
    await button(name).click();
    const { id } = (await (await sent).json()) as PreflightView;
    await page.getByText(/^5 of 5 checks done/).waitFor({ timeout: 200_000 });
    return client.get<PreflightView>(`/preflights/${id}`);
  }

  it('signs in, and finds a starter kit that unpacks', async () => {
    await page.goto(`${platform.url}/sign-in?next=${encodeURIComponent(`/submit?benchmark=${SLUG}`)}`);
    await page.getByLabel('E-mail').fill(EMAIL);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('Drop the model and its manifest here').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    const address = await page.getByRole('link', { name: /Download \(ZIP\)/ }).getAttribute('href');
    const kit = await page.request.get(`${platform.url}${address}`);
    expect([kit.status(), kit.headers()['content-type']]).toEqual([200, 'application/zip']);
    expect((await kit.body()).subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
  });

  it('says faults beside the files that they concern, before anything is sent', async () => {
    await choose(onnx('a.onnx'), json({ models: [{ file: 'b.onnx' }, { file: 'a.onnx' }] }));
    const models = page.getByRole('region', { name: 'Model', exact: true });
    await models.getByText('The manifest lists b.onnx; add it.').waitFor();
    expect(await button('Run the checks').isDisabled()).toBe(true);
    expect(await button('Submit').isDisabled()).toBe(true);
    await page.getByText('Needs correcting: the model file.').first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Take a.onnx out' }).click();
    await page.getByText('Still needed: the model file.').first().waitFor();
  });

  it('shows a refusal with its code, skips the rest, and keeps it from being submitted', async () => {
    await choose(onnx(), json({ output: { tensor: 'elsewhere', meaning: 'logits' } }));
    const answer = await check();
    expect(answer.passed).toBe(false);
    expect(await statuses()).toEqual({
      inspect: 'failed',
      'zero-tile': 'skipped',
      conformance: 'skipped',
      'practice-case': 'skipped',
      budget: 'skipped',
    });
    await page.locator('[data-check=inspect]').getByText('model-output-missing').waitFor();
    expect(await button('Submit').isDisabled()).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  let tried: PreflightView;
  it('runs the checks by keyboard: figures, scores and the forecast appear', async () => {
    await choose(json());
    await page.getByText(/checks done/).waitFor({ state: 'detached' }); // another content, another list
    await button('Run the checks').focus();
    await page.keyboard.press('Enter');
    await page.getByText(/^5 of 5 checks done/).waitFor({ timeout: 200_000 });
    expect(await statuses()).toEqual({
      inspect: 'passed',
      'zero-tile': 'passed',
      conformance: 'skipped',
      'practice-case': 'passed',
      budget: 'passed',
    });
    const address = await page.getByRole('link', { name: /Open the overlay/ }).getAttribute('href');
    tried = await client.get<PreflightView>(`/preflights/${new URL(address ?? '', platform.url).searchParams.get('preflight')}`);
    expect(tried.passed).toBe(true);
    const { parameters } = tried.models[0].facts ?? { parameters: null };
    await page.locator('[data-check=inspect]').getByText(`${parameters?.toLocaleString('en-GB')} parameters`).waitFor();
    await page.locator('[data-check=budget]').getByText(/allowed/).waitFor();
    await page.locator('[data-check=practice-case]').getByRole('row', { name: /liver/ }).first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await turn('dark');
    expect(await accessibilityFaults(page)).toEqual([]);
    await turn('light');
  });

  it('opens the overlay of the practice case in a tab of its own', async () => {
    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: /Open the overlay/ }).click(),
    ]);
    const found = collectProblems(tab);
    await tab.waitForSelector('[data-viewer-state=ready]', { timeout: 120_000 });
    await tab.getByText('From your check before submitting').waitFor();
    await tab.getByRole('radio', { name: new RegExp(NAME) }).waitFor();
    expect(await tab.getByRole('radio', { name: new RegExp(NAME) }).isChecked()).toBe(true);
    expect(found).toEqual([]);
    await tab.close();
  });

  it('compares the platform’s label map with one of the author’s own', async () => {
    const { practice: shown } = tried;
    const expected = (await client.send('GET', `/objects/${shown?.predictionObjectId}`)).body;
    const view = await client.get<{ image: { objectId: string } }>(`/cases/${shown?.caseId}`);
    const image = (await client.send('GET', `/objects/${view.image.objectId}`)).body;
    await page.getByText('Your own case, to see that nothing').click();
    await page.getByLabel('Image', { exact: true }).setInputFiles({ name: 'case.nii.gz', mimeType: 'application/gzip', buffer: image });
    await page.getByText('The label map is missing').waitFor();
    expect(await button('Run the checks').isDisabled()).toBe(true);
    await page.getByLabel('Expected label map').setInputFiles({ name: 'made-by-me.nii.gz', mimeType: 'application/gzip', buffer: expected });
    const answer = await check();
    expect(answer.conformance).toMatchObject({ passed: true, voxelAgreement: 1, lowestDice: 1 });
    expect(answer.conformance?.labels.length).toBeGreaterThan(1);
    const rows = page.locator('[data-check=conformance]').getByRole('row', { name: /1\.0000 100 %/ });
    expect(await rows.count()).toBe(answer.conformance?.labels.length);
    await page.getByText('Ready to submit').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('submits the same files, and reads a model card: what the author says beside what was measured', async () => {
    const sent = page.waitForRequest((request) => request.url().endsWith('/submissions') && request.method() === 'POST');
    await button('Submit').click();
    const bytes = Number(await (await sent).headerValue('content-length'));
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(1000); // the files of the checks are still there
    await page.waitForURL('**/submissions/*');
    await page.waitForFunction(() => document.body.innerText.match(/Completed/g)?.length === 4, undefined, { timeout: 200_000 });
    const [{ slug }] = (await client.get<{ items: { slug: string }[] }>('/algorithms?mine=true')).items;
    const [version] = (await client.get<AlgorithmView>(`/algorithms/${slug}`)).versionList;
    await page.goto(`${platform.url}/algorithms/${slug}`);
    await page.getByRole('heading', { name: 'What the machine measured' }).waitFor();
    const words = await page.evaluate(() => document.body.innerText);
    expect(words).toContain('Resample to 3 × 3 × 3 mm, linear (order 1), half-voxel grid');
    expect(words).toMatch(/undoes 2\s+probabilities back to the scan’s grid, linear \(order 1\)\s+undoes 1\s+axes turned back/);
    expect(words).toContain(`${practice.length} of ${practice.length} scored`);
    expect(words).toMatch(/1\.0000/); // conformance, from the check before submitting
    for (const { op, count } of version.models[0].facts?.operators ?? []) expect(words).toContain(`${op} × ${count}`);
    expect(version.models[0].facts?.operators.length).toBeGreaterThan(0);
    await page.getByText('Manifest as JSON').click();
    await page.getByText('"manifestVersion": 1').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await turn('dark');
    expect(await accessibilityFaults(page)).toEqual([]);
    await turn('light');
  });

  it('lets the author, and nobody else, write the author’s half', async () => {
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByLabel('Intended use').fill('Synthetic CT of the abdomen.');
    await page.getByLabel('Paper').fill('10.2307/1932409');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: '10.2307/1932409' }).waitFor();
    const visitor = await browser.newPage();
    await visitor.goto(page.url());
    await visitor.getByText('Synthetic CT of the abdomen.').waitFor();
    expect(await visitor.getByRole('button', { name: 'Edit', exact: true }).count()).toBe(0);
    await visitor.close();
  });

  it('had no error on any page', () => {
    expect(problems).toEqual([]);
  });
});
