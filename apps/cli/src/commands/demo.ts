import { setTimeout as sleep } from 'node:timers/promises';
import { ENDPOINTS, type SubmissionView } from '#contracts';
import { isTerminal } from '#domain';
import { createLog, openPlatform, readConfig } from '#platform';
import { PHANTOM_BENCHMARK } from '#phantoms';
import { ApiClient } from '../api-client.js';
import type { Command, Terminal } from '../command.js';
import { DEMO_ACCOUNTS, DEMO_PASSWORD, ensureDemoAccounts } from '../demo/accounts.js';
import { readBoard, type DemoRow } from '../demo/board.js';
import { seedBenchmark, submitAlgorithms } from '../demo/seed.js';
import { CliError, EXIT, usageError } from '../exit.js';
import { Supervisor } from '../supervisor/supervisor.js';
import { onStopSignals } from '../supervisor/until-stopped.js';
import { PLATFORM_OPTIONS, platformEnv } from './start.js';

export const demo: Command = {
  name: ['demo'],
  summary: 'evaluate the demo algorithms through the whole platform and print their leaderboard',
  usage: '--exit-when-done [--data-dir DIR] [--json]',
  options: {
    'data-dir': PLATFORM_OPTIONS['data-dir'],
    workers: PLATFORM_OPTIONS.workers,
    'exit-when-done': { type: 'boolean', help: 'needed: without it use `npm start`, which shows the demo and stays' },
  },
  words: [0, 0],
  stopsByItself: true,
  async run(invocation) {
    if (invocation.options['exit-when-done'] !== true) throw usageError('`voxelmark demo` needs --exit-when-done; to look around use `npm start`');
    const began = performance.now();
    const env = platformEnv(invocation, { VOXELMARK_HOST: '127.0.0.1', VOXELMARK_PORT: '0', VOXELMARK_PUBLIC_URL: '', VOXELMARK_TRUST_PROXY: 'false', VOXELMARK_DEMO: 'true' });
    const config = readConfig(env);
    const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel, 'demo');
    let running: Supervisor | null = null;
    const stop = onStopSignals(() => void running?.stop());
    const supervisor = await Supervisor.start(config, env, log, stop);
    running = supervisor;
    try {
      const platform = await openPlatform(config, 'demo', log);
      try {
        await ensureDemoAccounts(platform.accounts);
        await seedBenchmark(platform, (name, done, of) => {
          stop.throwIfAborted();
          invocation.terminal.progress(`made case ${done} of ${of} (${name})`);
        });
      } finally {
        await platform.close();
      }
      const evaluationBegan = performance.now();
      const submissions = await submitAlgorithms(supervisor.url);
      const organiser = DEMO_ACCOUNTS.find(({ role }) => role === 'organiser');
      const client = await ApiClient.signIn(supervisor.url, organiser?.email ?? '', DEMO_PASSWORD);
      await allEnded(client, submissions, invocation.terminal, stop);
      const leaderboard = await readBoard(client, 'test');
      const practice = await readBoard(client, 'practice');
      invocation.terminal.out(
        {
          benchmark: PHANTOM_BENCHMARK.slug,
          phase: 'test',
          leaderboard,
          practice,
          elapsedMs: Math.round(performance.now() - began),
          evaluationMs: Math.round(performance.now() - evaluationBegan),
        },
        asText(leaderboard),
      );
      return EXIT.ok;
    } catch (error) {
      if (stop.aborted) throw new CliError('interrupted', 'interrupted', EXIT.interrupted, { cause: error });
      throw error;
    } finally {
      await supervisor.stop();
    }
  },
};

async function allEnded(client: ApiClient, submissions: readonly SubmissionView[], terminal: Terminal, stop: AbortSignal): Promise<void> {
  for (;;) {
    stop.throwIfAborted();
    const now = await Promise.all(submissions.map(({ id }) => client.call(ENDPOINTS.getSubmission, { params: { id } })));
    const runs = now.flatMap(({ runs }) => runs);
    const onHold = runs.find(({ state }) => state === 'quarantined');
    if (onHold) throw new CliError('run-on-hold', `run ${onHold.id} waits for the organiser: ${onHold.failure?.advice ?? ''}`, EXIT.runFailed);
    const open = runs.filter(({ state }) => !isTerminal(state));
    if (open.length === 0) return;
    const done = runs.reduce((sum, { progress }) => sum + (progress?.done ?? 0), 0);
    terminal.progress(`evaluating: ${runs.length - open.length} of ${runs.length} runs ended, ${done} cases done`);
    await sleep(300, undefined, { signal: stop });
  }
}

function asText(rows: readonly DemoRow[]): string {
  return rows
    .map(({ rank, algorithm, version, metrics, cases }) => `${rank}. ${algorithm}@${version}  ${Object.entries(metrics).map(([metric, value]) => `${metric} ${value.toFixed(3)}`).join('  ')}  failed ${cases.failed}`)
    .join('\n');
}
