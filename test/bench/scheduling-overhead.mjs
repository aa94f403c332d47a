import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rounded, sum, summary } from './figures.mjs';
import { bin, launch, newDataDir, say } from './platform.mjs';

/**
 * What the platform adds to a case: wall of the demo evaluation (first upload to last board), minus the time that went
 * into models and metrics, divided by the number of cases. One worker, one case at a time, so nothing runs in parallel
 * that would be subtracted twice.
 */
export async function measure() {
  const dataDir = await newDataDir('demo');
  say('schedulingOverheadPerCase: making and evaluating the demo with one worker, some minutes …');
  const demo = launch([bin, 'demo', '--exit-when-done', '--json', '--data-dir', dataDir], {
    env: { VOXELMARK_WORKERS: '1' },
  });
  const { leaderboard, practice, evaluationMs } = JSON.parse(await demo.ended);
  const cases = await casesInLog(join(dataDir, 'logs/worker-1.log'));
  const expected = sum([...leaderboard, ...practice].map(({ cases: { scored, failed } }) => scored + failed));
  if (cases.length !== expected || expected === 0) {
    throw new Error(`the worker's log tells of ${cases.length} cases; the boards count ${expected}`);
  }
  const inferenceMs = sum(cases.map((one) => one.inferenceMs));
  const scoringMs = sum(cases.map((one) => one.scoringMs));
  const withinMs = cases.map((one) => one.elapsedMs - one.inferenceMs - one.scoringMs);
  const overhead = (evaluationMs - inferenceMs - scoringMs) / cases.length;
  return [
    {
      name: 'schedulingOverheadPerCase',
      input: `demo benchmark: ${leaderboard.length} algorithms, ${cases.length} case results of which ${cases.filter(({ event }) => event === 'case.failed').length} failed, one worker`,
      unit: 'ms/case',
      ...summary([overhead]),
      aim: { figure: 'median', below: 150 },
      parts: {
        evaluationMs: rounded(evaluationMs),
        inferenceMs: rounded(inferenceMs),
        scoringMs: rounded(scoringMs),
        withinCaseMs: summary(withinMs),
        betweenCasesMs: rounded((evaluationMs - sum(cases.map((one) => one.elapsedMs))) / cases.length),
      },
    },
  ];
}

/** The lines that say that a case has its result, with where its time went. */
async function casesInLog(file) {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.startsWith('{'));
  const cases = lines
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === 'case.scored' || event === 'case.failed');
  for (const { event, caseId, elapsedMs, inferenceMs, scoringMs } of cases) {
    if (![elapsedMs, inferenceMs, scoringMs].every(Number.isFinite))
      throw new Error(`${event} of case ${caseId} lacks its times in ${file}`);
  }
  return cases;
}
