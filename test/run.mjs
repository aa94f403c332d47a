#!/usr/bin/env node
/**
 * `npm test`: everything there is to check, one after the other, with one plain closing line.
 *
 *   install check, types, build, then Jest: unit (beside the lint rules), integration and e2e (side by side)
 *
 * A suite whose outside program is missing is reported as skipped by name, with the line that installs it; with
 * REQUIRE_ALL=1 such a skip counts as a failure. Suites on data that a clone cannot have say "data absent" and are exempt.
 *
 *   --long            long forms of fuzzing, soak and fault suites
 *   --only a,b        some of: install, types, lint, build, unit, integration, e2e
 *   further words     passed to Jest as path patterns
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
const only = valueOf('--only')?.split(',');
const patterns = args.filter((arg, i) => !arg.startsWith('--') && args[i - 1] !== '--only');
const requireAll = process.env.REQUIRE_ALL === '1';
const env = { ...process.env, FORCE_COLOR: '0', NODE_OPTIONS: '', ...(args.includes('--long') ? { VOXELMARK_TEST_LONG: '1' } : {}) };

function valueOf(flag) {
  const at = args.indexOf(flag);
  return at < 0 ? undefined : args[at + 1];
}

const total = { passed: 0, failed: 0, skipped: 0 };
const skippedNames = [];
const absentNames = [];
const failures = [];

/** Runs a command to its end, passing its output on unless `quiet`; resolves to exit code and what it printed. */
function run(command, commandArgs, { quiet = false } = {}) {
  return new Promise((done) => {
    const child = spawn(command, commandArgs, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        if (!quiet) process.stderr.write(chunk);
      });
    }
    child.on('error', (error) => done({ code: 127, output: String(error) }));
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}

/** Packages whose engine range asks for a newer Node than we support, and which were seen to work: by name. */
const ENGINE_WARNINGS_ALLOWED = ['@cornerstonejs/codec-libjxl', 'dcmjs'];

async function installCheck() {
  const { code, output } = await run('npm', ['ci', '--dry-run'], { quiet: true });
  const problems = code === 0 ? [] : [`npm ci --dry-run ended with ${code}: ${output.slice(-400)}`];
  for (const line of output.split('\n')) {
    if (/Missing: .* from lock file/.test(line)) problems.push(line.trim());
    const unsupported = /package: '(.+)@[^@']+'/.exec(line);
    if (unsupported && !ENGINE_WARNINGS_ALLOWED.includes(unsupported[1])) problems.push(`unsupported engine: ${line.trim()}`);
    // the user's own npm settings are not ours to judge
    if (/^npm warn (?!EBADENGINE|Unknown (user|env|builtin|global) config)/.test(line)) problems.push(line.trim());
  }
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (/^https?:/.test(entry.resolved ?? '')) problems.push(`the lock file names a download address for ${path}`);
  }
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    for (const [name, range] of Object.entries(manifest[kind] ?? {})) {
      if (!/^(npm:[@\w/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(range)) problems.push(`${name} is not pinned exactly: ${range}`);
    }
  }
  return problems;
}

async function check(name, work) {
  if (only && !only.includes(name)) return true;
  const started = Date.now();
  process.stderr.write(`\n--- ${name}\n`);
  const problems = await work();
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (problems.length === 0) {
    total.passed++;
    process.stderr.write(`${name}: passed in ${seconds} s\n`);
  } else {
    total.failed++;
    failures.push(...problems.map((problem) => `${name}: ${problem}`));
    process.stderr.write(`${name}: FAILED in ${seconds} s\n${problems.join('\n')}\n`);
  }
  return problems.length === 0;
}

const command = (...words) => async () => {
  const { code } = await run(words[0], words.slice(1));
  return code === 0 ? [] : [`\`${words.join(' ')}\` ended with ${code}`];
};

/** Some of Jest's projects, in one run of it. */
async function jest(projects, extra = []) {
  const wanted = projects.filter((project) => !only || only.includes(project));
  if (wanted.length === 0) return;
  const name = wanted.join(', ');
  const folder = mkdtempSync(join(tmpdir(), 'voxelmark-test-'));
  const file = join(folder, 'report.json');
  process.stderr.write(`\n--- ${name}\n`);
  try {
    const { code } = await run(process.execPath, [
      '--experimental-vm-modules',
      '--no-warnings',
      'node_modules/jest/bin/jest.js',
      '--selectProjects',
      ...wanted,
      '--json',
      `--outputFile=${file}`,
      '--passWithNoTests',
      ...extra,
      ...patterns,
    ]);
    count(name, JSON.parse(readFileSync(file, 'utf8')), code);
  } catch (error) {
    total.failed++;
    failures.push(`${name}: no report (${error})`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The project of a suite, by the name of its file. */
const projectOf = (path) => /\.(integration|e2e)\.ts$/.exec(path)?.[1] ?? 'unit';

function count(name, report, code) {
  let failedHere = 0;
  for (const suite of report.testResults) {
    const project = projectOf(suite.name);
    if (suite.assertionResults.length === 0 && suite.status === 'failed') {
      failedHere++;
      failures.push(`${project}: ${suite.name.replace(root, '')} could not run: ${suite.message.slice(0, 300)}`);
    }
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') total.passed++;
      else if (test.status === 'failed') {
        failedHere++;
        failures.push(`${project}: ${test.fullName}`);
      } else if (/\[data absent/.test(test.fullName)) absentNames.push(test.fullName);
      else {
        total.skipped++;
        skippedNames.push(`${project}: ${test.fullName}`);
      }
    }
  }
  total.failed += failedHere;
  if (code !== 0 && failedHere === 0) {
    total.failed++;
    failures.push(`${name}: Jest ended with ${code} although no test failed`);
  }
}

await check('install', installCheck);
// beside the others, since it says something only when it fails
const lint = check('lint', command('npm', 'run', '--silent', 'lint'));
await check('types', command('npm', 'run', '--silent', 'types'));
const built = await check('build', command('npm', 'run', '--silent', 'build'));
await jest(['unit'], ['--maxWorkers=2']);
await lint;
// Databases, child processes and browsers wait for one another much of the time: with three suites at once two cores are busy
// for 60 % of it. Each suite may need 2 GiB: a database, an API, workers, processes that run models, a browser.
const atOnce = Math.max(2, Math.min(2 * availableParallelism(), 6, Math.floor(totalmem() / 2 ** 31)));
if (built) await jest(['integration', 'e2e'], [`--maxWorkers=${atOnce}`, '--testSequencer=./test/longest-first.mjs']);

const out = (line) => process.stdout.write(`${line}\n`);
for (const name of new Set(absentNames)) out(`data absent, not run: ${name}`);
for (const name of skippedNames) out(`skipped: ${name}`);
if (requireAll && total.skipped > 0) {
  out(`REQUIRE_ALL=1: ${total.skipped} skipped tests count as failed`);
  failures.push(...skippedNames.map((name) => `skipped although REQUIRE_ALL=1: ${name}`));
  total.failed += total.skipped;
  total.skipped = 0;
}
for (const failure of failures) out(`failed: ${failure}`);
out(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 ? 1 : 0);
