import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillBoards } from './fill-board.mjs';
import { percentile, rounded, summary } from './figures.mjs';
import { Connection } from './http.mjs';
import { newDataDir, root, say, startPlatform } from './platform.mjs';
import { BENCHMARK, makeBenchmark, withParts } from './small-benchmark.mjs';
import { later } from './undo.mjs';

const SUBMISSIONS = 10_000;
const REQUESTS = 300;
const BOARD = `/benchmarks/${BENCHMARK}/leaderboard`;

/** How long a visitor waits for a page of a long board, the first and deep ones in turn. */
export async function measure() {
  const dataDir = await newDataDir('board');
  say(`leaderboardP95: entering ${SUBMISSIONS} submissions, then ${REQUESTS} requests …`);
  const { url, stop } = await startPlatform(dataDir, { args: ['--no-demo', '--workers', '0'] });
  const manifest = JSON.parse(await readFile(join(root, 'datasets/phantoms/models/unet-small/voxelmark.json'), 'utf8'));
  const benchmark = await withParts(dataDir, makeBenchmark);
  await fillBoards(dataDir, benchmark, SUBMISSIONS, manifest);
  const connection = new Connection(url);
  later(() => connection.close());

  const deepPages = await walk(connection);
  const first = [];
  const deep = [];
  let bytes = 0;
  for (let n = 0; n < REQUESTS; n++) {
    // a step that is prime to the number of pages visits them all, far from one another
    const path = n % 2 === 0 ? BOARD : deepPages[(n * 37) % deepPages.length];
    const answer = await connection.ask('GET', path);
    (n % 2 === 0 ? first : deep).push(answer.elapsedMs);
    bytes = Math.max(bytes, answer.body.length);
  }
  await stop();
  const all = [...first, ...deep];
  return [
    {
      name: 'leaderboardP95',
      input: `board of the held-out phase with ${SUBMISSIONS} rows (as many on the practice board); ${REQUESTS} requests of a visitor, one after the other over one connection, pages of ${SUBMISSIONS / (deepPages.length + 1)} rows (at most ${bytes} bytes), first page and one of ${deepPages.length} deeper pages in turn`,
      unit: 'ms',
      ...summary(all),
      p50: rounded(percentile(all, 0.5)),
      p95: rounded(percentile(all, 0.95)),
      aim: { figure: 'p95', below: 100 },
      parts: { firstPage: latency(first), deepPages: latency(deep) },
    },
  ];
}

function latency(values) {
  return { ...summary(values), p95: rounded(percentile(values, 0.95)) };
}

/** Reads the board from the first row to the last, which also warms it up. Resolves to the paths of all pages but the first. */
async function walk(connection) {
  const paths = [];
  let rows = 0;
  let rank = 1;
  for (let path = BOARD; path !== null;) {
    const { total, items, nextCursor } = JSON.parse((await connection.ask('GET', path)).body.toString());
    if (total !== SUBMISSIONS) throw new Error(`the board says that it has ${total} rows; entered were ${SUBMISSIONS}`);
    for (const item of items) {
      if (item.rank < rank) throw new Error(`rank ${item.rank} comes after rank ${rank}`);
      rank = item.rank;
    }
    rows += items.length;
    path = nextCursor === null ? null : `${BOARD}?cursor=${nextCursor}`;
    if (path !== null) paths.push(path);
  }
  if (rows !== SUBMISSIONS) throw new Error(`walking through the board gave ${rows} rows; expected ${SUBMISSIONS}`);
  return paths;
}
