import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as rankingHere from '#ranking';
import * as statisticsHere from '#statistics';
import { CHROMIUM_INSTALL, chromiumPath, launchBrowser } from '../browser.js';
import { describeIf } from '../requires.js';
import { root } from '../support/platform.js';

const LIBRARIES = join(root, 'dist/libs');

/** Runs in Node and in the browser alike: everything that a page would draw of a made-up study, as text. */
function evidence(statistics: typeof statisticsHere, ranking: typeof rankingHere): string {
  const random = statistics.createRandom(2026);
  const rows = Array.from({ length: 40 }, (_, c) => c).flatMap((c) =>
    Array.from({ length: 6 }, (_, a) => ({
      algorithm: `A${a}`,
      case: `case ${c}`,
      region: 'organ',
      metric: 'dice',
      value: { kind: 'value', value: 0.6 + 0.03 * a + 0.2 * random.uniform() } as const,
      penalty: 0,
    })),
  );
  const study = ranking.createStudy(rows, (name) => `patient ${Number(name.slice(5)) % 25}`);
  const directionOf = () => 'higher' as const;
  const schemes = ranking.SINGLE_KINDS.map((kind) => ({ kind, metric: 'dice' }));
  const values = rows.map(({ value }) => value.value);
  return JSON.stringify([
    schemes.map((scheme) => ranking.rankStudy(study, scheme, directionOf)),
    schemes.map((scheme) => ranking.bootstrapRanks(study, scheme, directionOf, { seed: 5, draws: 400 })),
    ranking.testPairs(study, schemes[0], directionOf),
    statistics.bootstrapMean(values, { seed: 5 }),
    statistics.blandAltman(values.slice(0, 100), values.slice(100, 200)).upperLimit,
    statistics.kruskalWallis([values.slice(0, 80), values.slice(80, 160), values.slice(160)]),
    statistics.studentQuantile(0.95, 38),
    statistics.sliceCases(
      values.map((value, i) => ({
        level: i % 2 === 0 ? 'even' : 'odd',
        value,
        failed: false,
        structures: [{ value, size: 100 * (value + 0.01) }],
      })),
      { seed: 5, draws: 200, direction: 'higher', demographic: false },
    ),
  ]);
}

describeIf(chromiumPath() !== null, 'statistics and ranking in the browser', CHROMIUM_INSTALL, () => {
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://x').pathname;
      const html = `<!doctype html><link rel="icon" href="data:,"><script type="importmap">{"imports":{"#statistics":"/statistics/src/index.js"}}</script>`;
      if (path === '/') return void response.setHeader('content-type', 'text/html').end(html);
      readFile(join(LIBRARIES, path)).then(
        (bytes) => response.setHeader('content-type', 'text/javascript').end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise((closed) => server.close(closed)));

  it('gives the bytes that Node gives', async () => {
    const browser = await launchBrowser();
    if (!browser) throw new Error('chromiumPath() found a browser, launchBrowser() none');
    try {
      const page = await browser.newPage();
      await page.goto(origin);
      const modules = ['statistics', 'ranking'].map((library) => `import('/${library}/src/index.js')`).join(', ');
      const found = await page.evaluate<string>(
        `Promise.all([${modules}]).then((modules) => (${evidence.toString()})(...modules))`,
      );
      expect(found.length).toBeGreaterThan(8000);
      expect(found).toBe(evidence(statisticsHere, rankingHere));
    } finally {
      await browser.close();
    }
  }, 120_000);
});
