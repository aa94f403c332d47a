import type { CheckName, PreflightCheck } from '#evaluation';
import { text, texts, type Command, type Terminal } from '../command.js';
import { connect } from '../credentials.js';
import { EXIT, usageError, type ExitCode } from '../exit.js';
import { checkFile } from '../files.js';
import { askBenchmark } from '../model-check/benchmark.js';
import { checkModel } from '../model-check/check-model.js';
import { conformanceOf } from '../model-check/conformance.js';
import { describeCheck } from '../model-check/describe.js';
import { kitFacts } from '../model-check/starter-kit.js';
import { isRefusal, notOurs } from '../sandbox/failure.js';
import { findManifest } from '../sandbox/find-manifest.js';
import { LIMIT_OPTIONS, limitsOf, ofThisMachine } from '../sandbox/limits.js';
import { ticking } from '../ticking.js';
import { untilInterrupted } from '../interruption.js';

export const modelCheck: Command = {
  name: ['model', 'check'],
  summary:
    'tries a model as a benchmark will: inspection, a tile of zeros, your own case, a practice case, the time it takes',
  usage: 'MODEL.onnx… [--manifest voxelmark.json] [--benchmark SLUG | --kit FOLDER] [--conformance IMAGE LABELS]',
  options: {
    manifest: { type: 'string', help: 'by default voxelmark.json beside the model, else the one embedded in it' },
    benchmark: { type: 'string', short: 'b', help: 'its limits, and one of its practice cases' },
    kit: { type: 'string', help: 'the same from an unpacked starter kit, without a server' },
    conformance: {
      type: 'string',
      takes: ['IMAGE', 'LABELS'],
      help: 'an image, and what your own framework made of it',
    },
    channel: {
      type: 'string',
      multiple: true,
      help: 'image of a further channel of the conformance case; may be repeated',
    },
    ...LIMIT_OPTIONS,
    url: { type: 'string', help: 'server' },
  },
  words: [1, 16],
  stopsByItself: true,
  async run(invocation) {
    const { terminal, words } = invocation;
    const benchmark = text(invocation, 'benchmark');
    const kit = text(invocation, 'kit');
    if (benchmark !== null && kit !== null) throw usageError('--benchmark and --kit both name a benchmark; give one');
    const given = texts(invocation, 'conformance');
    const more = texts(invocation, 'channel');
    if (more.length > 0 && given.length === 0) throw usageError('--channel is of use together with --conformance only');
    for (const model of words) await checkFile(model, 'model');
    const found = await findManifest(words[0], text(invocation, 'manifest'));
    const progress = ticking(terminal);
    const done: PreflightCheck[] = [];
    const so = () => done.map(({ name, status }) => `${name} ${status}, `).join('');
    try {
      const checks = await untilInterrupted((signal) =>
        checkModel(
          words,
          found,
          async (manifest) => {
            const client = () => connect(text(invocation, 'url'), { anonymous: true });
            const asked = benchmark === null ? null : await askBenchmark(client, benchmark, manifest);
            const facts = kit === null ? asked : await kitFacts(kit, manifest);
            const none = { skip: 'no benchmark is named; give one with --benchmark, or its starter kit with --kit' };
            return {
              limits: limitsOf(invocation, facts?.limits ?? ofThisMachine()),
              conformance: await conformanceOf(
                manifest,
                found?.path ?? words[0],
                given.length > 0 ? given : null,
                more,
              ),
              practice: facts?.practice ?? none,
              budget: facts?.budget ?? none,
              problems: facts?.problems ?? [],
            };
          },
          {
            signal,
            onStart: (name: CheckName) => progress.now(`${so()}${name}`),
            onCheck: (check) => void done.push(check),
          },
        ),
      );
      progress.end();
      return tell(checks, terminal);
    } catch (error) {
      throw notOurs(error);
    } finally {
      progress.end();
    }
  },
};

function tell(checks: readonly PreflightCheck[], terminal: Terminal): ExitCode {
  terminal.out({ checks }, checks.map(describeCheck).join('\n'));
  return exitOf(checks);
}

/** By the first check that failed: what was refused, what disagrees with its author, what did not run. */
export function exitOf(checks: readonly PreflightCheck[]): ExitCode {
  const failed = checks.find(({ status }) => status === 'failed');
  if (!failed) return EXIT.ok;
  const code = String(failed.detail.code);
  if (failed.name === 'inspect' || isRefusal(code)) return EXIT.invalidInput;
  return code.startsWith('conformance-') ? EXIT.belowThreshold : EXIT.runFailed;
}
