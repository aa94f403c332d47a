import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { summary } from './figures.mjs';
import { root, say } from './platform.mjs';

const ALGORITHMS = 10;
const CASES = 100;
const DRAWS = 10_000;
const REPETITIONS = 5;
const POINT_REPETITIONS = 50;

/** How long a reader of the evidence page waits after a change of the ranking scheme. */
export async function measure() {
  const load = (library) => import(pathToFileURL(join(root, `dist/libs/${library}/src/index.js`)).href);
  const { createRankBootstrap, createStudy, rankStudy } = await load('ranking');
  const { createRandom } = await load('statistics');
  say(`rankBootstrap: ${DRAWS} draws of ${ALGORITHMS} algorithms on ${CASES} cases, one core …`);
  const rows = makeRows(createRandom(1));
  const study = createStudy(rows);
  const directionOf = () => 'higher';

  const measured = {};
  for (const kind of ['mean-then-rank', 'median-then-rank', 'rank-then-mean', 'rank-then-median', 'test-then-rank']) {
    const scheme = { kind, metric: 'dice' };
    const draws = [];
    for (let n = 0; n < REPETITIONS; n++) {
      draws.push(
        cpuMs(() => createRankBootstrap(study, scheme, directionOf, { seed: 1, draws: DRAWS }).advance(DRAWS)),
      );
    }
    const points = [];
    for (let n = 0; n < POINT_REPETITIONS; n++)
      points.push(cpuMs(() => rankStudy(createStudy(rows), scheme, directionOf)));
    measured[kind] = { draws, points };
  }
  const parts = (which) => Object.fromEntries(Object.entries(measured).map(([kind, m]) => [kind, summary(m[which])]));
  const input = `${ALGORITHMS} algorithms, ${CASES} cases, two decimals (many ties), 2 of 100 values missing; CPU time of one thread`;
  return [
    {
      name: 'rankBootstrap',
      input: `${DRAWS} bootstrap draws with one-sided signed-rank tests of all pairs, Holm: test-then-rank; ${input}`,
      unit: 'ms',
      ...summary(measured['test-then-rank'].draws),
      aim: { figure: 'median', below: 6000 },
      parts: parts('draws'),
    },
    {
      name: 'rankPoint',
      input: `from score rows to places under test-then-rank; ${input}`,
      unit: 'ms',
      ...summary(measured['test-then-rank'].points),
      aim: { figure: 'max', below: 100 },
      parts: parts('points'),
    },
  ];
}

function makeRows(random) {
  const rows = [];
  for (let c = 0; c < CASES; c++) {
    const ease = 0.3 * random.uniform();
    for (let a = 0; a < ALGORITHMS; a++) {
      const value = Math.round(100 * (0.55 + 0.02 * a + ease + 0.1 * (random.uniform() - 0.5))) / 100;
      const missing = random.below(50) === 0;
      rows.push({
        algorithm: `A${String(a).padStart(2, '0')}`,
        case: `case ${String(c).padStart(3, '0')}`,
        region: 'organ',
        metric: 'dice',
        value: missing ? { kind: 'undefined', why: 'no-prediction' } : { kind: 'value', value },
        penalty: 0,
      });
    }
  }
  return rows;
}

/** User and system time of this process: what neighbours on the machine take is not counted. */
function cpuMs(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
