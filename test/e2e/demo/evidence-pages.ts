import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { BoardValuesView, ComparisonView, EvidenceView, LeaderboardView } from '#contracts';
import { PHANTOM_BENCHMARK } from '#phantoms';
import { collectProblems, launchBrowser } from '../../browser.js';
import { accessibilityFaults } from '../../support/accessibility.js';
import { expectedBoards } from '../../support/demo-board.js';
import { Client, until } from '../../support/http.js';
import { startPlatform, type RunningPlatform } from '../../support/platform.js';

const BOARD = `/benchmarks/${PHANTOM_BENCHMARK.slug}`;

interface DemoSignIn {
  readonly email: string;
  readonly role: string;
  readonly password: string;
}

const rankRange = (interval: readonly [number, number] | null): string => {
  if (interval === null) throw new Error('the demo has enough patients for intervals');
  const [low, high] = interval.map((rank) => String(Math.round(rank * 10) / 10));
  return low === high ? low : `${low}–${high}`;
};

/** What the evidence pages show in a browser, on the folder of an evaluated demo. */
export function evidencePages(folder: () => string): void {
  let platform: RunningPlatform;
  let browser: Browser;
  let organiser: Client;
  let visitor: Client;
  let signedIn: Awaited<ReturnType<BrowserContext['storageState']>>;
  const problems: string[] = [];
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    platform = await startPlatform({ dataDir: folder(), demo: true });
    visitor = new Client(platform.url);
    const { demoSignIns } = await visitor.get<{ demoSignIns: DemoSignIn[] }>('/auth/session');
    const found = demoSignIns.find(({ role }) => role === 'organiser');
    if (!found) throw new Error('the demo offers no organiser to sign in as');
    organiser = await new Client(platform.url).signIn(found.email, found.password);
    for (;;) {
      const answer = await visitor.send('GET', `${BOARD}/leaderboard?phase=test`);
      const total = answer.status === 200 ? (JSON.parse(answer.body.toString()) as LeaderboardView).total : 0;
      if (total === expectedBoards.leaderboard.length) break;
      await sleep(2000);
    }
    const launched = await launchBrowser();
    if (!launched) throw new Error('chromiumPath() found a browser, launchBrowser() none');
    browser = launched;
    // once: signing in is rationed
    const context = await browser.newContext();
    const { email, password } = found;
    const answer = await context.request.post(`${platform.url}/api/v1/auth/login`, { data: { email, password }, headers: { origin: platform.url } });
    expect(answer.status()).toBe(200);
    signedIn = await context.storageState();
    await context.close();
  });

  afterAll(async () => {
    for (const context of contexts) await context.close();
    await browser?.close();
    await platform?.stop();
  });

  async function open(path: string, who: 'visitor' | 'organiser', colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const storageState = who === 'organiser' ? signedIn : undefined;
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, colorScheme, reducedMotion: 'reduce', storageState });
    contexts.push(context);
    const page = await context.newPage();
    const collected = collectProblems(page);
    page.on('close', () => problems.push(...collected));
    await page.goto(`${platform.url}${path}`);
    return page;
  }

  /** What a figure hands out as a file. */
  async function save(page: Page, figure: string, button: 'CSV' | 'SVG'): Promise<string> {
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator(`[data-figure=${figure}]`).getByRole('button', { name: button }).click()]);
    const chunks: Buffer[] = [];
    for await (const chunk of await file.createReadStream()) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks).toString();
  }

  /** Names of the rows of the board, top to bottom. */
  const rowNames = (page: Page): Promise<string[]> => page.locator('.board tbody tr[data-run] .strong-link').allInnerTexts();
  const namesOf = ({ runs, evidence }: EvidenceView): string[] => evidence.standings.map(({ algorithm }) => runs.find(({ runId }) => runId === algorithm)?.algorithm.name ?? '');
  const drawn = (page: Page): Promise<unknown> =>
    page.waitForFunction(() => {
      const figures = [...document.querySelectorAll('[data-figure]')];
      return figures.length > 0 && figures.every((figure) => figure.querySelector('.drawing svg'));
    });

  it.each(['light', 'dark'] as const)('gives each place its interval, each mean of the ranked metric its own, and what two readers reach, in %s', async (theme) => {
    const view = await visitor.get<EvidenceView>(`${BOARD}/evidence?phase=test`);
    const page = await open(BOARD, 'visitor', theme);
    await page.locator('.rank-range').first().waitFor();
    expect(await rowNames(page)).toEqual(namesOf(view));
    const { standings } = view.evidence;
    const ranges = await page.locator('.rank-range [aria-hidden]:not(.dagger)').allInnerTexts();
    expect(ranges).toEqual(standings.map(({ interval }) => `(${rankRange(interval)})`));
    expect(await page.locator('.dagger').count()).toBe(standings.filter(({ likeFirst, rank }) => likeFirst && rank > 1).length);
    const { mean } = standings[0];
    if (!mean || mean.low === null || view.ceiling === null) throw new Error('the demo has enough cases and readers for intervals');
    await page.getByText(mean.low.toFixed(3)).first().waitFor();
    expect(await page.locator('tfoot').innerText()).toContain(view.ceiling.band.mean.toFixed(3));
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.close();
  });

  it('ranks anew in the browser, without asking the server, and draws intervals in a worker', async () => {
    const declared = await organiser.get<EvidenceView>(`${BOARD}/evidence?phase=test`);
    const median = await organiser.get<EvidenceView>(`${BOARD}/evidence?phase=test&scheme=median-then-rank`);
    expect(namesOf(median)).not.toEqual(namesOf(declared)); // else this would prove nothing
    const page = await open(BOARD, 'organiser');
    const values = page.waitForResponse((answer) => answer.url().includes('/leaderboard/values'));
    await values;
    await page.route(/\/evidence\?.*scheme=/, () => undefined); // the server never answers
    await page.getByLabel('Ranked by').selectOption('median-then-rank');
    await page.getByText('Intervals from 10,000 draws').waitFor();
    expect(await rowNames(page)).toEqual(namesOf(median));
    const before = new Map(declared.evidence.standings.map(({ algorithm, rank }) => [algorithm, rank]));
    const moved = median.evidence.standings.map(({ algorithm, rank }) => (before.get(algorithm) ?? rank) - rank);
    const shown = await page.locator('.move [aria-hidden]').allInnerTexts();
    expect(shown.map((text) => (text === '=' ? 0 : Number(text.replace(/[▲▼]/, '').replace('−', '-'))))).toEqual(moved);
    expect(page.url()).toContain('scheme=median-then-rank');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Back to the declared ranking' }).click();
    await page.waitForFunction((name) => document.querySelector('.board tbody .strong-link')?.textContent === name, namesOf(declared)[0]);
    expect(await rowNames(page)).toEqual(namesOf(declared));
    await page.close();
  });

  it('draws, bit for bit, what the server would, and only for the rule that was chosen last', async () => {
    const wanted = await organiser.get<EvidenceView>(`${BOARD}/evidence?phase=test&scheme=rank-then-median`);
    const page = await open(`${BOARD}/evidence`, 'organiser');
    await page.locator('[data-figure=cases-dice] .drawing svg').waitFor();
    await page.route(/\/evidence\?/, () => undefined); // the server never answers
    for (const scheme of ['test-then-rank', 'median-then-rank', 'rank-then-median']) await page.getByLabel('Ranked by').selectOption(scheme);
    await page.locator('[data-figure=rank-stability] .drawing svg').waitFor();
    await page.getByText(wanted.evidence.rule).waitFor();
    const csv = await save(page, 'rank-stability', 'CSV');
    const names = new Map(wanted.runs.map(({ runId, algorithm }) => [runId, algorithm.name]));
    const cell = (value: unknown): string => (/,/.test(String(value)) ? `"${String(value)}"` : String(value));
    expect(csv.trimEnd().split('\n').slice(1)).toEqual(
      wanted.evidence.standings.map(({ algorithm, rank, interval, medianRank, shares }) =>
        [names.get(algorithm), rank, rankRange(interval), medianRank, ...(shares ?? [])].map(cell).join(','),
      ),
    );
    const slices = await save(page, 'slices-site', 'CSV');
    const site = wanted.evidence.slices.find(({ key }) => key === 'site');
    for (const { levels } of site?.algorithms ?? []) {
      for (const { figures } of levels) if (figures) expect(slices).toContain(`,${figures.n},${figures.mean},${figures.low},${figures.high},`);
    }
    await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
    // those of the rules before were ended, the last one is done: the browser says so a moment after the page
    await until('the end of all workers', async () => page.workers().length === 0, 60_000);
    await page.close();
  });

  it('offers a benchmark to those who may compete on it, and not to its organiser', async () => {
    const offer = (page: Page) => page.locator('main').getByRole('link', { name: 'Submit an algorithm' });
    const plain = await open(BOARD, 'visitor');
    await offer(plain).waitFor();
    await plain.close();
    const page = await open(BOARD, 'organiser');
    await page.getByText('You are an organiser here').waitFor();
    expect(await offer(page).count()).toBe(0);
    await page.getByRole('link', { name: 'Submit' }).waitFor({ state: 'detached' }); // in the header: it runs all there are
    await page.close();
  });

  it('gives every mean an interval, of held-out cases as well, and counts structures that came out empty', async () => {
    const board = await visitor.get<LeaderboardView>(`${BOARD}/leaderboard?phase=test`);
    const values = await organiser.get<BoardValuesView>(`${BOARD}/leaderboard/values?phase=test`);
    const empty = ({ runId }: { runId: string }) =>
      Object.fromEntries(values.statuses.map(({ region, values: by }) => [region, by[values.runs.findIndex((run) => run.runId === runId)].filter((status) => status === 'empty_prediction').length]));
    expect(board.items.map(({ cases }) => cases.empty)).toEqual(board.items.map(empty));
    const metrics = new Set(values.tables.map(({ metric }) => metric)).size;
    const page = await open(BOARD, 'visitor');
    const rows = page.locator('.board tbody tr[data-run]');
    await page.waitForFunction(
      (wanted) => document.querySelectorAll('.board tbody tr[data-run] .ci[title^="95 %"]').length === wanted,
      values.runs.length * metrics,
    );
    await rows.first().getByRole('button', { name: /^Figures per structure/ }).click();
    const matrix = page.locator('table.matrix');
    const intervals = matrix.locator('.ci[title^="95 %"]');
    await intervals.nth(metrics * 4 - 1).waitFor(); // four structures
    expect(await intervals.count()).toBe(metrics * 4);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.close();
  });

  it('asks the server where single cases are held out', async () => {
    const median = await visitor.get<EvidenceView>(`${BOARD}/evidence?phase=test&scheme=median-then-rank`);
    const page = await open(`${BOARD}?scheme=median-then-rank`, 'visitor');
    await page.locator('.move').first().waitFor();
    expect(await rowNames(page)).toEqual(namesOf(median));
    await page.close();
  });

  it('ranks within a level of a slice', async () => {
    const view = await visitor.get<EvidenceView>(`${BOARD}/evidence?phase=test`);
    const site = view.evidence.slices.find(({ key }) => key === 'site');
    const level = site?.rankings.find(({ places }) => places !== null);
    if (!level) throw new Error('the demo has a site with ten cases');
    const page = await open(BOARD, 'visitor');
    await page.getByLabel('on cases').selectOption({ label: `${level.group} (${level.n})` });
    await page.getByText(`site: ${level.group}`).first().waitFor();
    const leader = view.runs.find(({ runId }) => runId === level.places?.[0].algorithm);
    expect((await page.locator('.board tbody .strong-link').allInnerTexts())[0]).toBe(leader?.algorithm.name);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('shows an organiser every figure with its table, in %s', async (theme) => {
    const view = await organiser.get<EvidenceView>(`${BOARD}/evidence?phase=test`);
    const page = await open(`${BOARD}/evidence`, 'organiser', theme);
    await page.locator('[data-figure=cases-dice]').waitFor();
    await drawn(page);
    const names = await page.locator('[data-figure]').evaluateAll((figures) => figures.map((figure) => figure.getAttribute('data-figure')));
    expect(names).toEqual(['rank-stability', 'significance', 'cases-dice', 'podium-dice', 'places-within-cases-dice', 'rank-under-each-rule', 'without-each-site', 'kendall-tau', 'slices-site']);
    for (const name of ['cases-dice', 'podium-dice'])
      expect(await page.locator(`[data-figure=${name}] .drawing a`).count()).toBe(view.runs.length * view.evidence.cases);
    expect(await page.locator('.drawing a:not([tabindex="-1"])').count()).toBe(0); // by keyboard through the tables
    for (const name of names) {
      const figure = page.locator(`[data-figure=${name}]`);
      await figure.locator('summary').click();
      await figure.locator('tbody tr').first().waitFor();
    }
    expect(await page.locator('[data-figure=cases-dice] tbody tr').count()).toBe(view.runs.length * view.evidence.cases);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.close();
  });

  it('hands out the figures as CSV and the drawing as SVG that stands alone', async () => {
    const page = await open(`${BOARD}/evidence?phase=practice`, 'visitor');
    await page.locator('[data-figure=cases-dice]').waitFor();
    await drawn(page);
    const values = await visitor.get<BoardValuesView>(`${BOARD}/leaderboard/values?phase=practice`);
    const csv = (await save(page, 'cases-dice', 'CSV')).trimEnd().split('\n');
    expect(csv[0]).toBe('algorithm,case,dice,contains a penalty');
    expect(csv).toHaveLength(1 + values.runs.length * values.cases.length);
    const podium = await save(page, 'podium-dice', 'SVG');
    expect(podium.match(/<svg/g)).toHaveLength(4); // the key, the dots and the bars in one
    expect(podium).not.toContain('var(--');
    const svg = await save(page, 'cases-dice', 'SVG');
    expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).not.toContain('var(--');
    expect(svg).toContain(`href="${platform.url}/cases/`);
    await page.close();
  });

  it('leads from a dot to the picture behind it', async () => {
    const page = await open(`${BOARD}/evidence`, 'organiser');
    await page.locator('[data-figure=cases-dice] .drawing a').first().waitFor();
    const dot = page.locator('[data-figure=cases-dice] .drawing a').first();
    const href = await dot.evaluate((link) => link.getAttribute('href') ?? link.getAttributeNS('http://www.w3.org/1999/xlink', 'href'));
    await dot.dispatchEvent('click', { bubbles: true, button: 0 });
    await page.waitForURL(`**${href}`);
    await page.waitForSelector('[data-viewer-state=ready]', { timeout: 120_000 });
    expect(href).toMatch(/^\/cases\/[0-9a-f-]{36}\?run=[0-9a-f-]{36}$/);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('shows a visitor ranks and decisions of held-out cases, and not one case, in %s', async (theme) => {
    const values = await organiser.get<BoardValuesView>(`${BOARD}/leaderboard/values?phase=test`);
    const context = await browser.newContext({ colorScheme: theme });
    contexts.push(context);
    const page = await context.newPage();
    const collected = collectProblems(page);
    const bodies: Promise<string>[] = [];
    page.on('response', (answer) => {
      if (answer.url().includes('/api/')) bodies.push(answer.text());
    });
    await page.goto(`${platform.url}${BOARD}/evidence`);
    await page.getByText('Figures of single held-out cases are not shown').waitFor();
    await drawn(page);
    expect(await page.locator('[data-figure^=cases-], [data-figure^=places-within], .drawing a').count()).toBe(0);
    expect(await page.locator('[data-figure=significance] .drawing svg').count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);
    const loaded = (await Promise.all(bodies)).join('\n');
    for (const { id, name } of values.cases) {
      expect(loaded).not.toContain(id);
      expect(loaded).not.toContain(name);
    }
    await page.close();
    problems.push(...collected);
  });

  it('keeps every state of the board at an address that does not change', async () => {
    const { items } = await visitor.get<{ items: { hash: string; sequence: number }[] }>(`${BOARD}/leaderboard/states?phase=test`);
    const old = items.find(({ sequence }) => sequence === 2);
    if (!old) throw new Error('the demo board has been in a second state');
    const page = await open(`/leaderboards/${old.hash}`, 'visitor');
    await page.getByText(/The board as of .*state 2/).waitFor();
    await page.locator('.rank-range').first().waitFor();
    expect(await rowNames(page)).toHaveLength(2);
    expect(page.url()).toContain(`asOf=${old.hash}`);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: /^As of/ }).click();
    await page.locator('.state-list li').nth(items.length - 1).waitFor(); // the list is asked for when it is opened
    expect(await page.locator('.state-list li').count()).toBe(items.length);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Show the newest board' }).click();
    await page.waitForFunction((rows) => document.querySelectorAll('.board tbody tr[data-run]').length === rows, items.length);
    await page.close();
  });

  it('tells what to cite', async () => {
    const page = await open(BOARD, 'visitor');
    const { state } = await visitor.get<LeaderboardView>(`${BOARD}/leaderboard?phase=test`);
    await page.getByRole('button', { name: 'Cite' }).click();
    await page.getByText('@misc{').waitFor();
    expect(await page.locator('dialog').innerText()).toContain(`${platform.url}/leaderboards/${state?.hash}`);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Export' }).click();
    const links = await page.locator('.disclosure-panel a[download]').evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    expect(links).toHaveLength(8); // all but the values of single cases
    for (const link of links) expect((await visitor.send('GET', link.replace('/api/v1', ''))).status).toBe(200);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('compares what is ticked, case by case where cases may be seen, in %s', async (theme) => {
    const page = await open(BOARD, 'organiser', theme);
    const boxes = page.getByRole('checkbox', { name: /^Compare / });
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    await page.getByRole('link', { name: 'Compare 2' }).click();
    await page.waitForURL('**/compare?**');
    await page.locator('[data-figure=difference-dice] .drawing svg').waitFor();
    const search = new URL(page.url()).searchParams;
    const found = await organiser.get<ComparisonView>(`${BOARD}/compare?phase=test&first=${search.get('first')}&second=${search.get('second')}`);
    if (found.detail === null) throw new Error('an organiser sees single cases');
    await page.getByText(`${found.detail.wins} : ${found.detail.losses}`, { exact: true }).waitFor();
    expect(await page.locator('.pair > .table-scroll tbody th').allInnerTexts()).toEqual(found.detail.cases.map(({ name }) => name));
    await drawn(page);
    const volumes = await page.locator('[data-figure^=bland-altman-]').evaluateAll((figures) => figures.map((figure) => figure.getAttribute('data-figure')));
    expect(volumes).toEqual(['liver', 'spleen', 'kidneys', 'lesion'].map((region) => `bland-altman-${region}`));
    expect(await page.locator('[data-figure=bland-altman-liver] .drawing a').count()).toBe(found.n);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.close();
    const plain = await open(`${BOARD}/compare?${search.toString()}`, 'visitor', theme);
    await plain.getByText('Differences of single held-out cases are not shown').waitFor();
    expect(await plain.locator('[data-figure]').count()).toBe(0);
    expect(await accessibilityFaults(plain)).toEqual([]);
    await plain.close();
  });

  it('had no error on any page', () => {
    expect(problems).toEqual([]);
  });
}
