#!/usr/bin/env node
/**
 * `npm run bench`: measures the built product and prints one JSON object on stdout; words on stderr. Figures are never
 * asserted: it fails only when something does not work. docs/benchmarks.md says what each figure means.
 *
 *   --only NAME[,NAME]   some of: schedulingOverheadPerCase, submissionsPerSecond, leaderboardP95, startUp, rankBootstrap, metrics, pipeline, inspector, viewer
 *
 * `viewer` needs Chromium and is measured only when it is named: `npm run bench:viewer`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { load, machineFacts } from './machine.mjs';
import { root, say } from './platform.mjs';
import { undoAll } from './undo.mjs';

const MEASUREMENTS = {
  metrics: './metrics.mjs',
  pipeline: './pipeline.mjs',
  inspector: './inspector.mjs',
  startUp: './start-up.mjs',
  submissionsPerSecond: './submissions-per-second.mjs',
  leaderboardP95: './leaderboard.mjs',
  schedulingOverheadPerCase: './scheduling-overhead.mjs',
  rankBootstrap: './ranking.mjs',
  viewer: './viewer.mjs',
};
const ONLY_WHEN_NAMED = ['viewer'];

function chosen(args) {
  const names = Object.keys(MEASUREMENTS);
  if (args.length === 0) return names.filter((name) => !ONLY_WHEN_NAMED.includes(name));
  const wanted = args.length === 2 && args[0] === '--only' ? args[1].split(',') : [];
  const unknown = wanted.filter((name) => !names.includes(name));
  if (wanted.length === 0 || unknown.length > 0) {
    say(`expected nothing or \`--only NAME[,NAME]\` with some of ${names.join(', ')}; got ${args.join(' ')}`);
    process.exit(2);
  }
  return names.filter((name) => wanted.includes(name));
}

/** In a process of its own: what build tools print must not mix with our one object on stdout. */
async function build() {
  const builder = spawn(process.execPath, ['apps/cli/bin/build.mjs'], { cwd: root, stdio: ['ignore', 2, 2] });
  const [code, signal] = await once(builder, 'close');
  if (code !== 0) throw new Error(`the build ended with ${signal ?? code}`);
}

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (interrupted) return;
    interrupted = true;
    say('stopping what was started …');
    void undoAll().then((failures) => {
      for (const error of failures) say(error.stack);
      process.exit(130);
    });
  });
}

const names = chosen(process.argv.slice(2));
const machine = machineFacts(root);
const loadAtStart = load();
if (loadAtStart[0] > machine.coresAvailable / 2)
  say(
    `the machine is busy (load ${loadAtStart[0]} on ${machine.coresAvailable} cores): figures will be worse than they are`,
  );
const startedAt = new Date();
const measurements = [];
const failures = [];
const failed = (name, error) => {
  say(`${name} FAILED: ${error.stack}`);
  failures.push({ name, message: error.message });
};

await build();
for (const name of names) {
  try {
    const { measure } = await import(MEASUREMENTS[name]);
    for (const measurement of await measure()) {
      measurements.push(measurement);
      say(`${measurement.name}: median ${measurement.median} ${measurement.unit}`);
    }
  } catch (error) {
    if (interrupted) await new Promise(() => undefined); // the signal's handler ends the process
    failed(name, error);
  }
  for (const error of await undoAll()) failed(`cleaning up after ${name}`, error);
}
const result = {
  startedAt: startedAt.toISOString(),
  elapsedMs: Date.now() - startedAt.getTime(),
  machine: { ...machine, loadAtStart, loadAtEnd: load() },
  measurements,
  failures,
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`, () => process.exit(failures.length > 0 ? 1 : 0));
