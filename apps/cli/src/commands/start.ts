import { createLog, demoAllowed, describeProfile, openPlatform, readConfig, type Config } from '#platform';
import { text, type Command, type Invocation, type Terminal } from '../command.js';
import { DEMO_ACCOUNTS, DEMO_PASSWORD, ensureDemoAccounts } from '../demo/accounts.js';
import { seedBenchmark, submitAlgorithms } from '../demo/seed.js';
import { EXIT } from '../exit.js';
import { Supervisor } from '../supervisor/supervisor.js';
import { aborted, onStopSignals } from '../supervisor/until-stopped.js';
import { PHANTOM_BENCHMARK } from '#phantoms';

export const PLATFORM_OPTIONS: Command['options'] = {
  'data-dir': { type: 'string', help: 'folder that holds everything; VOXELMARK_DATA_DIR, else ./.voxelmark' },
  host: { type: 'string', help: 'address to listen on; VOXELMARK_HOST, else 127.0.0.1' },
  port: { type: 'string', short: 'p', help: 'port; VOXELMARK_PORT, else 4200; 0 takes any free one' },
  workers: { type: 'string', help: 'worker processes; VOXELMARK_WORKERS' },
};

/** The environment with what was given on the command line put over it: the child processes read the same. */
export function platformEnv(invocation: Pick<Invocation, 'options'>, overrides: Record<string, string> = {}): NodeJS.ProcessEnv {
  const given = { 'data-dir': 'VOXELMARK_DATA_DIR', host: 'VOXELMARK_HOST', port: 'VOXELMARK_PORT', workers: 'VOXELMARK_WORKERS' };
  const options = Object.entries(given).flatMap(([option, name]) => {
    const value = text(invocation, option);
    return value === null ? [] : [[name, value] as const];
  });
  return { ...process.env, ...overrides, ...Object.fromEntries(options) };
}

export const start: Command = {
  name: ['start'],
  summary: 'start the whole platform on this machine; Ctrl-C stops it',
  usage: '[--data-dir DIR] [--port N] [--workers N] [--no-demo]',
  options: { ...PLATFORM_OPTIONS, 'no-demo': { type: 'boolean', help: 'start empty, without demo benchmark and accounts' } },
  words: [0, 0],
  stopsByItself: true,
  async run(invocation) {
    const began = performance.now();
    const env = platformEnv(invocation, invocation.options['no-demo'] === true ? { VOXELMARK_DEMO: 'false' } : {});
    const config = readConfig(env);
    const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel, 'start');
    let running: Supervisor | null = null;
    const stop = onStopSignals(() => void running?.stop());
    const demo = demoAllowed(config);
    const supervisor = await Supervisor.start(config, { ...env, VOXELMARK_DEMO: String(demo) }, log, stop);
    running = supervisor;
    const { terminal } = invocation;
    try {
      const platform = demo ? await openPlatform(config, 'start', log) : null;
      try {
        if (platform) await ensureDemoAccounts(platform.accounts);
        const seeded = platform ? (await platform.records.findBenchmark(PHANTOM_BENCHMARK.slug)) !== null : false;
        terminal.out(
          { url: supervisor.url, dataDir: config.dataDir, clusterDir: supervisor.clusterDir, processes: supervisor.processes, demo, readyAfterMs: Math.round(performance.now() - began) },
          banner(supervisor, config, { demo, seeded, seconds: (performance.now() - began) / 1000 }),
        );
        if (platform) {
          await seed(platform, supervisor.url, terminal, stop).catch((error: unknown) => {
            if (stop.aborted) return;
            log.error('demo.seed-failed', error);
            terminal.say('The demo could not be set up completely; the platform runs all the same. It is tried again at the next start.');
          });
        }
        await aborted(stop);
      } finally {
        await platform?.close();
      }
    } finally {
      terminal.say('stopping …');
      await supervisor.stop();
      terminal.say('stopped.');
    }
    return EXIT.ok;
  },
};

async function seed(platform: Awaited<ReturnType<typeof openPlatform>>, url: string, terminal: Terminal, stop: AbortSignal): Promise<void> {
  const { existing } = await seedBenchmark(platform, (name, done, of) => {
    stop.throwIfAborted();
    terminal.progress(`demo: made case ${done} of ${of} (${name})`);
  });
  stop.throwIfAborted();
  const submissions = await submitAlgorithms(url);
  if (!existing) terminal.say(`demo: ${submissions.length} algorithms submitted; watch their runs at ${url}/benchmarks/${PHANTOM_BENCHMARK.slug}`);
}

function banner(supervisor: Supervisor & { url: string }, config: Config, { demo, seeded, seconds }: { demo: boolean; seeded: boolean; seconds: number }): string {
  const { api, workers, postgres } = supervisor.processes;
  const profile = describeProfile(config);
  const line = (name: string, value: string) => `  ${name.padEnd(10)} ${value}`;
  const people = DEMO_ACCOUNTS.map(({ role, email }) => `  ${''.padEnd(10)} ${email.padEnd(34)} ${role}`);
  return [
    '',
    `  Voxelmark is ready (${seconds.toFixed(1)} s)`,
    '',
    line('open', supervisor.url),
    ...(demo ? [line('sign in', `password ${DEMO_PASSWORD} for any of`), ...people] : [line('sign in', 'make an administrator: npx voxelmark user create --role admin --email YOU')]),
    line('running', `api ${api}, ${workers.length} worker(s) ${workers.join(' ')}${postgres ? `, postgres ${postgres}` : ''}`),
    line('engines', `database: ${profile.database}; queue: ${profile.queue}`),
    line('data', config.dataDir),
    ...(supervisor.clusterDir && !supervisor.clusterDir.startsWith(config.dataDir) ? [line('database', `${supervisor.clusterDir} (outside, because root started it)`)] : []),
    line('logs', `${config.dataDir}/logs`),
    ...(demo
      ? [line('demo', seeded ? `${supervisor.url}/benchmarks/${PHANTOM_BENCHMARK.slug}` : `being made now; watch ${supervisor.url}/benchmarks/${PHANTOM_BENCHMARK.slug} in a few seconds`)]
      : []),
    '',
    '  Research only, not for care. Ctrl-C stops everything.',
    '',
  ].join('\n');
}
