import { FAILURE_CODES, ModelFailure } from '#domain';
import { strictestLimits } from './ask-preflight.js';
import { preflight, type PreflightCheck } from './preflight.js';
import type { RunContext } from './records.js';
import { conformanceTask, openCases, withTotals } from './run-preflight.js';
import type { StagePorts } from './stage-ports.js';

/**
 * What has to be known of a version before its first case on a benchmark: that a tile of zeros goes through, that it makes
 * of its author's own case what the author promised, and that a case will finish in time. Found out once and written with
 * the version, and again after it failed; a preflight of the same bundle has done it already. Only cases that submitters
 * may see enter the forecast, as they do in a preflight.
 *
 * @throws ModelFailure when it is not so: `budget-exceeded`, `conformance-failed`, or what the model did with the tile;
 *   EngineUnavailable, or the reason of `signal`
 */
export async function checkVersion(ports: StagePorts, context: RunContext, signal: AbortSignal): Promise<void> {
  const { records, blobs, runner, scorer, clock } = ports;
  const { version } = context;
  if (version.checks?.benchmarkId === context.benchmark.id && !version.checks.checks.some(isFailed)) return;
  const benchmark = await records.findBenchmark(context.benchmark.id);
  if (benchmark === null) throw new Error(`run ${context.run.id} is on no known benchmark`);
  const open = await openCases(ports, benchmark);
  const conformance = await conformanceTask(ports, version);
  const found = await preflight(
    {
      inspect: async () => ({ accepted: true, findings: [], memoryEstimateBytes: null }), // the desk has looked
      runner,
      score: (task) => scorer.score(task),
      agree: (task) => scorer.agree(task),
      clock,
    },
    {
      models: version.models.map(({ sha256 }) => ({ sha256, copyTo: (path) => blobs.copyTo(sha256, path) })),
      manifest: version.manifest,
      limits: strictestLimits(benchmark),
      conformance,
      practice: { skip: 'the practice run follows' },
      budget: { cases: open.map(({ name, geometry }) => ({ name, geometry })) },
    },
    { signal },
  );
  const checks = found.map((check) => (check.name === 'inspect' ? inspected(context) : withTotals(check, benchmark)));
  const failed = found.find(isFailed);
  await records.writeChecks(version.id, { benchmarkId: benchmark.id, checks });
  if (failed) throw failureOf(failed);
}

/** In the words of a preflight. */
function inspected({ version }: RunContext): PreflightCheck {
  return { name: 'inspect', status: 'passed', detail: { models: version.models.map(({ facts }) => facts) } };
}

function isFailed({ status }: { readonly status: string }): boolean {
  return status === 'failed';
}

function failureOf({ name, detail }: PreflightCheck): ModelFailure {
  const known = FAILURE_CODES.find((one) => one === detail.code);
  const code = name === 'conformance' ? 'conformance-failed' : (known ?? 'inference-failed');
  return new ModelFailure(code, `${name}: ${String(detail.message)}`);
}
