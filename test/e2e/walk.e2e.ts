import { jest } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { CaseResultView, CaseView, LeaderboardView } from '#contracts';
import { importBenchmark, studyUidOf, type ImportedCase } from '#evaluation';
import { orientTo, writeNifti } from '#imaging';
import { createLog, hashPassword, openPlatform, readConfig } from '#platform';
import { generateCase, PHANTOM_BENCHMARK, phantomDataset, type PhantomCase } from '#phantoms';
import { fnv1a } from '../../apps/web/src/viewer/checksum.js';
import type {} from '../../apps/web/src/viewer/probe.js';
import { CHROMIUM_INSTALL, chromiumPath, collectProblems, launchBrowser } from '../browser.js';
import { describeIf } from '../requires.js';
import { accessibilityFaults } from '../support/accessibility.js';
import { bringArchive } from '../support/bring-archive.js';
import { Client } from '../support/http.js';
import { newDataDir, removeDataDir, root, startPlatform, type RunningPlatform } from '../support/platform.js';
import { readStored } from '../support/round-trip.js';

jest.setTimeout(240_000);

const SLUG = 'walk';
const EMAIL = 'walker@example.org';
const ORGANISER = 'organiser@example.org';
const PASSWORD = 'one-foot-then-the-other';
const MODEL = join(root, 'datasets/phantoms/models/threshold-smooth');

function caseOf(description: PhantomCase): ImportedCase {
  return {
    name: description.name,
    patient: description.clinical.patientId,
    facts: { site: description.clinical.site, sliceThicknessMm: description.clinical.sliceThicknessMm },
    files: async () => {
      const { image, readers, consensus } = generateCase(description);
      return {
        image: await writeNifti(image),
        references: [
          ...(await Promise.all(readers.map(async ({ name, labels }) => ({ reader: name, consensus: false, labels: await writeNifti(labels) })))),
          { reader: 'consensus', consensus: true, labels: await writeNifti(consensus) },
        ],
      };
    },
  };
}

describeIf(chromiumPath() !== null, 'a researcher walks from sign-in to the picture behind a score', CHROMIUM_INSTALL, () => {
  let platform: RunningPlatform;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  let organiserId: string;
  const practice = phantomDataset().cases.filter(({ split }) => split === 'practice').slice(0, 3);

  beforeAll(async () => {
    platform = await startPlatform({ dataDir: await newDataDir('walk') });
    const records = await openPlatform(readConfig({ VOXELMARK_DATA_DIR: platform.dataDir }), 'test', createLog('error', 'test'));
    try {
      const { id } = await records.accounts.createAccount({ email: EMAIL, name: 'Wilma Walker', role: 'researcher', passwordHash: await hashPassword(PASSWORD) });
      const organiser = await records.accounts.createAccount({ email: ORGANISER, name: 'Olga Organiser', role: 'organiser', passwordHash: await hashPassword(PASSWORD) });
      organiserId = organiser.id;
      const { regions, metrics, ranking, limits, phases, ...benchmark } = PHANTOM_BENCHMARK;
      const test = phantomDataset().cases.filter(({ split }) => split === 'test').slice(0, 2);
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
        members: [{ userId: organiser.id, capacity: 'organiser' }],
      });
      expect(id).toBeTruthy();
    } finally {
      await records.close();
    }
    const launched = await launchBrowser();
    if (!launched) throw new Error('chromiumPath() found a browser, launchBrowser() none');
    browser = launched;
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    problems = collectProblems(page, [/401 \(Unauthorized\)/]);
  });

  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
    if (platform) await removeDataDir(platform.dataDir);
  });

  it('finds the benchmark, and an empty board that says so', async () => {
    await page.goto(platform.url);
    await page.getByRole('heading', { name: PHANTOM_BENCHMARK.title }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('link', { name: PHANTOM_BENCHMARK.title }).first().click();
    await page.waitForURL(`**/benchmarks/${SLUG}*`);
    await page.getByText('No finished run yet').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('is asked to sign in before submitting, by keyboard', async () => {
    await page.goto(`${platform.url}/submit?benchmark=${SLUG}`);
    await page.getByRole('link', { name: 'Sign in' }).last().click();
    await page.getByLabel('E-mail').focus();
    await page.keyboard.type(EMAIL);
    await page.keyboard.press('Tab');
    await page.keyboard.type('wrong password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').first().waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('Drop the model and its manifest here').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('drops files: what is wrong with them is said at once', async () => {
    const drop = async (files: { name: string; bytes: Buffer }[]) => {
      const transfer = await page.evaluateHandle(
        (list) => {
          const data = new DataTransfer();
          for (const { name, base64 } of list) data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
          return data;
        },
        files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') })),
      );
      await page.locator('.drop-zone').dispatchEvent('drop', { dataTransfer: transfer });
    };
    const manifest = JSON.parse(await readFile(join(MODEL, 'voxelmark.json'), 'utf8')) as Record<string, unknown>;
    await drop([{ name: 'voxelmark.json', bytes: Buffer.from(JSON.stringify({ ...manifest, preprocesing: [] })) }]);
    await page.getByText(/preprocesing/).first().waitFor();
    expect(await page.getByRole('button', { name: 'Submit', exact: true }).isDisabled()).toBe(true);
    await drop([
      { name: 'voxelmark.json', bytes: Buffer.from(JSON.stringify(manifest)) },
      { name: 'model.onnx', bytes: await readFile(join(MODEL, 'model.onnx')) },
    ]);
    await page.waitForFunction(() => [...document.querySelectorAll('button')].some((button) => button.textContent === 'Submit' && !button.disabled));
    await page.getByRole('button', { name: 'Submit', exact: true }).click();
    await page.waitForURL('**/submissions/*');
  });

  it('watches both runs to their end, and learns nothing of held-out cases but their means', async () => {
    await page.waitForFunction(() => document.body.innerText.match(/Completed/g)?.length === 4, undefined, { timeout: 180_000 });
    expect(await accessibilityFaults(page)).toEqual([]);
    const board = await new Client(platform.url).get<LeaderboardView>(`/benchmarks/${SLUG}/leaderboard?phase=test`);
    await page.goto(`${platform.url}/runs/${board.items[0].runId}`);
    await page.getByText(board.items[0].metrics.dice.toFixed(3)).first().waitFor();
    const words = await page.evaluate(() => document.body.innerText);
    expect(words).toMatch(/held.out/i);
    expect(words).not.toMatch(/test-[abc]-\d\d/);
  });

  it('sees the means of the board that the API gives', async () => {
    const board = await new Client(platform.url).get<LeaderboardView>(`/benchmarks/${SLUG}/leaderboard?phase=practice`);
    await page.goto(`${platform.url}/benchmarks/${SLUG}?phase=practice`);
    await page.getByText(board.items[0].metrics.dice.toFixed(3)).first().waitFor();
    expect(board.items[0]).toMatchObject({ rank: 1, cases: { scored: 3, failed: 0 }, submitter: 'Wilma Walker' });
  });

  it('is told why the ranks of two held-out patients have no intervals', async () => {
    await page.goto(`${platform.url}/benchmarks/${SLUG}/evidence`);
    await page.getByText('fewer than 10 held-out patients').waitFor();
    expect(await page.locator('[data-figure=rank-stability], [data-figure=kendall-tau], [data-figure=significance]').count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goto(`${platform.url}/benchmarks/${SLUG}`);
    await page.locator('.board tbody .rank').first().waitFor();
    expect(await page.locator('.rank-range').count()).toBe(0);
  });

  it('opens the picture behind a score with one click, every voxel in place', async () => {
    const board = await new Client(platform.url).get<LeaderboardView>(`/benchmarks/${SLUG}/leaderboard?phase=practice`);
    await page.goto(`${platform.url}/runs/${board.items[0].runId}`);
    await page.getByRole('link', { name: new RegExp(`of liver, ${practice[0].name}: .*Show in the viewer`) }).click();
    await page.waitForURL('**/cases/*');
    await page.waitForSelector('[data-viewer-state=ready]', { timeout: 120_000 });
    const checksum = await page.evaluate(() => window.__voxelmarkViewer?.imageChecksum());
    expect(checksum).toBe(fnv1a(orientTo(generateCase(practice[0]).image, 'LPS').data));
    const caseId = new URL(page.url()).pathname.split('/')[2];
    const view = await new Client(platform.url).get<CaseView>(`/cases/${caseId}`);
    const figure = (value: number | string | null | undefined, digits: number) =>
      value === null || value === undefined ? '–' : value === 'Infinity' ? '∞' : Number(value).toFixed(digits);
    const card = page.getByTestId('viewer-scores');
    await card.waitFor();
    expect(await card.locator('thead th').allTextContents()).toEqual(['Region', 'Dice', 'NSD 2 mm', 'HD95']);
    expect(await card.locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)))).toEqual(
      PHANTOM_BENCHMARK.regions.map(({ name }) => {
        const values = view.predictions[0].scores.find(({ region }) => region === name)?.values;
        return [name, figure(values?.dice, 3), figure(values?.['nsd@2'], 3), figure(values?.hd95, 2)];
      }),
    );
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('an organiser goes from a mean of held-out cases to the place that costs it most; who submitted cannot', async () => {
    const board = `${platform.url}/benchmarks/${SLUG}?phase=test`;
    await page.goto(board);
    await page.locator('.board tbody .rank').first().waitFor();
    expect(await page.locator('.board .figure-link, a[href^="/cases/"]').count()).toBe(0);

    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
    const desk = await context.newPage();
    const faults = collectProblems(desk, [/401 \(Unauthorized\)/]);
    try {
      await desk.goto(`${platform.url}/sign-in?next=${encodeURIComponent(`/benchmarks/${SLUG}?phase=test`)}`);
      await desk.getByLabel('E-mail').fill(ORGANISER);
      await desk.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await desk.keyboard.press('Enter');
      await desk.locator('.board .figure-link').first().waitFor();
      const { items } = (await (await desk.request.get(`${platform.url}/api/v1/benchmarks/${SLUG}/leaderboard?phase=test`)).json()) as LeaderboardView;
      const cases = (await (await desk.request.get(`${platform.url}/api/v1/runs/${items[0].runId}/cases`)).json()) as { items: CaseResultView[] };
      const distances = cases.items.flatMap(({ caseId, scores }) => scores.map(({ region, values }) => ({ caseId, region, mm: values.hd95 === 'Infinity' ? Infinity : Number(values.hd95) })));
      const worst = distances.reduce((far, one) => (one.mm > far.mm ? one : far));

      // the row opens and closes by keyboard, from any of its links
      await desk.locator('.board .figure-link').first().focus();
      await desk.keyboard.press('ArrowRight');
      await desk.locator('.detail-row .matrix').waitFor();
      expect(await accessibilityFaults(desk)).toEqual([]);
      await desk.keyboard.press('ArrowLeft');
      await desk.locator('.detail-row').waitFor({ state: 'detached' });

      await desk.locator('.board tbody tr').first().getByRole('link', { name: new RegExp(`^${items[0].metrics.hd95.toFixed(2)}`) }).click();
      await desk.waitForURL(`**/cases/${worst.caseId}*`);
      await desk.waitForSelector('[data-viewer-state=ready]', { timeout: 120_000 });
      await desk.getByRole('status').filter({ hasText: `${worst.region}: ` }).waitFor();
      expect(await desk.evaluate(() => window.__voxelmarkViewer?.errorClass)).toBeGreaterThan(0);
      expect(faults).toEqual([]);

      // the same address tells the submitter nothing, not even that there is such a case
      const answers = await Promise.all([worst.caseId, '0192f0c4-7777-7777-8777-777777777777'].map((id) => page.request.get(`${platform.url}/api/v1/cases/${id}`)));
      const [hidden, absent] = await Promise.all(answers.map(async (answer) => [answer.status(), await answer.text()]));
      expect(hidden[0]).toBe(404);
      expect(hidden).toEqual(absent);
    } finally {
      await context.close();
    }
  });

  it('goes from the board to a case, reads it and leaves it, by keyboard alone', async () => {
    /** Presses Tab, or Shift+Tab, until an element that matches has the focus; its words. */
    const tabTo = async (selector: string, words: RegExp, key = 'Tab'): Promise<string> => {
      const passed: string[] = [];
      for (let n = 0; n < 150; n++) {
        await page.keyboard.press(key);
        const [matches, text] = await page.evaluate((wanted): [boolean, string] => {
          const focused = document.activeElement;
          return [focused?.matches(wanted) === true, focused?.getAttribute('aria-label') ?? focused?.textContent ?? ''];
        }, selector);
        if (matches && words.test(text)) return text;
        passed.push(text);
      }
      throw new Error(`150 times ${key}, and never on ${selector} with ${String(words)}; passed: ${passed.join(' | ')}`);
    };
    const live = (): Promise<string> => page.locator('.vmv [aria-live=polite].vmv-unseen').innerText();
    const pressed = (name: RegExp): Promise<string | null> => page.getByRole('button', { name }).first().getAttribute('aria-pressed');

    const board = `${platform.url}/benchmarks/${SLUG}?phase=practice`;
    await page.goto(board);
    await page.locator('.board tbody .rank').first().waitFor();
    await page.evaluate(() => {
      // what a browser itself makes of Enter on a button is a click without a pointer; nothing else may come
      for (const kind of ['pointerdown', 'mousedown', 'mousemove', 'wheel', 'touchstart', 'click'])
        addEventListener(kind, (event) => {
          if (kind !== 'click' || (event as MouseEvent).detail > 0) sessionStorage.setItem('pointer', kind);
        }, true);
    });
    await tabTo('.board tbody a', /^0\.\d{3}, show what costs it most$/);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/cases/*');
    await page.waitForSelector('[data-viewer-state=ready]', { timeout: 120_000 });
    await page.locator('button:enabled', { hasText: 'Largest error' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await tabTo('[data-plane=axial]', /^Axial plane, slice/);
    await page.keyboard.press('1'); // the first structure
    await page.waitForFunction(() => document.querySelector('.vmv-structure')?.getAttribute('aria-pressed') === 'false');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('1');

    await page.keyboard.press('n');
    await page.waitForFunction(() => (window.__voxelmarkViewer?.errorClass ?? 0) > 1);
    expect(await pressed(/^Error map$/)).toBe('true');
    await page.waitForFunction(() => /slice \d+ of \d+/.test(document.querySelector('.vmv [aria-live=polite].vmv-unseen')?.textContent ?? ''));
    expect(await live()).toMatch(/Axial slice \d+ of \d+.*mm (superior|inferior)/);
    expect(await accessibilityFaults(page)).toEqual([]);

    const preset = page.getByLabel('Window preset');
    const before = await preset.inputValue();
    await page.keyboard.press('w');
    await page.waitForFunction((old) => document.querySelector<HTMLSelectElement>('[aria-label="Window preset"]')?.value !== old, before);
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard and mouse' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-plane'))).toBe('axial');

    // no trap: on to what follows the viewer, and back over it to the benchmark
    await tabTo(':not(.vmv *):not(.vmv)', /./);
    await tabTo('.trail a', new RegExp(PHANTOM_BENCHMARK.title), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/benchmarks/${SLUG}*`);
    await page.getByRole('heading', { name: PHANTOM_BENCHMARK.title }).waitFor();
    await page.locator('.vmv').waitFor({ state: 'detached' });
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate(() => sessionStorage.getItem('pointer'))).toBeNull();
    await page.mouse.move(9, 9); // which would have been noticed
    expect(await page.evaluate(() => sessionStorage.getItem('pointer'))).toBe('mousemove');
  });

  it('an organiser: a folder is checked in the browser, imported, and becomes a published benchmark; an archive is asked about', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'voxelmark-organiser-'));
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
    const desk = await context.newPage();
    const faults = collectProblems(desk, [/401 \(Unauthorized\)/]);
    try {
      for (const part of ['images', 'references']) await mkdir(join(folder, part));
      for (const one of practice) {
        const { image, consensus } = generateCase(one);
        await writeFile(join(folder, 'images', `${one.name}.nii.gz`), await writeNifti(image, { gzip: true }));
        await writeFile(join(folder, 'references', `${one.name}.nii.gz`), await writeNifti(consensus, { gzip: true }));
      }
      await desk.goto(`${platform.url}/sign-in?next=%2Fimport`);
      await desk.getByLabel('E-mail').fill(ORGANISER);
      await desk.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await desk.keyboard.press('Enter');
      await desk.locator('input[webkitdirectory]').setInputFiles(folder);
      await desk.getByRole('button', { name: 'Check it' }).click();
      await desk.getByText('3 cases, fit to be imported').waitFor();
      expect(await accessibilityFaults(desk)).toEqual([]);
      await desk.getByRole('textbox', { name: 'Name', exact: true }).fill('Walked');
      await desk.getByRole('textbox', { name: 'Licence' }).fill('CC0-1.0');
      await desk.getByRole('checkbox', { name: /I have looked at the names/ }).check();
      await desk.getByRole('button', { name: 'Import 3 cases' }).click();
      await desk.getByRole('link', { name: 'Make a benchmark of it' }).click();
      await desk.getByRole('textbox', { name: 'Title' }).fill('Walked organs');
      await desk.getByRole('button', { name: 'Save as a draft' }).click();
      await desk.getByRole('checkbox', { name: /I have read the/ }).check(); // once a worker has measured the references
      expect(await accessibilityFaults(desk)).toEqual([]);
      await desk.getByRole('button', { name: 'Publish', exact: true }).click();
      await desk.getByRole('button', { name: 'Publish it' }).click();
      await desk.getByText('It takes submissions').waitFor();
      const { items } = await new Client(platform.url).get<{ items: { slug: string }[] }>('/benchmarks');
      expect(items.map(({ slug }) => slug)).toContain('walked-organs');

      // a study that a PACS sends to the dataset becomes a case of its next version
      const { items: walked } = await new Client(platform.url).get<{ items: { id: string }[] }>(`/benchmarks/${SLUG}/cases?phase=practice`);
      const study = await desk.request.get(`${platform.url}/api/v1/dicomweb/studies/${studyUidOf(walked[0].id)}`);
      const sent = await desk.request.post(`${platform.url}/api/v1/datasets/walked/dicomweb/studies`, {
        headers: { origin: platform.url, 'content-type': study.headers()['content-type'] },
        data: await study.body(),
      });
      expect([study.status(), sent.status()]).toEqual([200, 200]);
      await desk.goto(`${platform.url}/datasets/walked`);
      await desk.getByRole('link', { name: 'Import these' }).click();
      await desk.getByRole('button', { name: 'Fetch and check' }).click();
      await desk.getByText('1 case, fit to be imported').waitFor();
      await desk.getByRole('checkbox', { name: /I have looked at the names/ }).check();
      await desk.getByRole('button', { name: 'Import 1 case' }).click();
      await desk.getByText('Imported: version 2 of 4 cases').waitFor();
      // what it left in the store is what had been stored before, voxel for voxel: image, two readers, their consensus, a prediction
      const before = await readStored(platform.dataDir, { caseId: walked[0].id });
      expect(new Set(before.labelMaps).size).toBe(4);
      const isIt = (name: string) => !name.startsWith('practice-');
      expect(await readStored(platform.dataDir, { ownerId: organiserId, dataset: 'walked', isIt })).toEqual(before);
      expect(await accessibilityFaults(desk)).toEqual([]);
      await bringArchive(desk, platform.url);
      expect(faults).toEqual([]);
    } finally {
      await context.close();
      await rm(folder, { recursive: true });
    }
  });

  it('had no error on any page', () => {
    expect(problems).toEqual([]);
  });
});
