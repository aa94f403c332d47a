import { readLabelMap } from '#imaging';
import type { RunLimits } from '#domain';
import {
  agreementWithFile,
  CHECK_NAMES,
  preflight,
  type AgreementTask,
  type InspectionReport,
  type PreflightCheck,
  type PreflightOptions,
  type PreflightTask,
  type Scorer,
} from '#evaluation';
import { inspectModelFile } from '#inference';
import { scoreCase } from '#metrics';
import { CliError } from '../exit.js';
import { manifestInvalid, manifestJson, parseManifest, type FoundManifest } from '../sandbox/find-manifest.js';
import { digests, matchModels, withSiblings, type MatchedModels } from '../sandbox/match-models.js';
import { modelFile, withSandbox } from '../sandbox/open-sandbox.js';
import { unlessAborted } from '../interruption.js';
import type { ExpandedManifest } from '#pipeline';

/** What the checks beyond inspection need to know, once the manifest is known to be one. */
export interface CheckMaterial {
  readonly limits: RunLimits;
  readonly conformance: PreflightTask['conformance'];
  readonly practice: PreflightTask['practice'];
  readonly budget: PreflightTask['budget'];
  /** Where manifest and benchmark contradict each other. */
  readonly problems: readonly string[];
}

/**
 * The preflight on this machine: the code of the server, with files of the disk and a sandbox of our own.
 *
 * A model without a manifest, with one that is none or that is of other files, fails the first check, which still says what
 * the inspector found.
 *
 * @throws CliError, EngineUnavailable, or the reason of the signal
 */
export async function checkModel(
  given: readonly string[],
  found: FoundManifest | null,
  material: (manifest: ExpandedManifest) => Promise<CheckMaterial>,
  options: PreflightOptions & { readonly signal: AbortSignal },
): Promise<readonly PreflightCheck[]> {
  const read = readBundle(given, found);
  const reports = read.paths.map((path) => inspect(path, read.json));
  const refusal = reports.flatMap(({ findings }) => findings).find(({ severity }) => severity === 'refusal');
  if (refusal) {
    const message = refusal.node === null ? refusal.message : `node "${refusal.node}" ${refusal.message}`;
    return refusedAtOnce({ code: refusal.code, message, models: reports }, options);
  }
  const bundle = await matched(read);
  if (bundle instanceof CliError) {
    return refusedAtOnce({ code: bundle.code, message: bundle.message, models: reports }, options);
  }
  const { manifest, paths, sums } = bundle;
  const { limits, problems, ...rest } = await material(manifest);
  if (problems.length > 0) {
    const message = `The manifest cannot be used in this benchmark: ${problems.join('; ')}`;
    return refusedAtOnce({ code: 'manifest-invalid', message, models: reports }, options);
  }
  return withSandbox((runner) => {
    const models = paths.map((path, n) => modelFile(path, sums[n]));
    const task: PreflightTask = { models, manifest, limits, ...rest };
    const ports = {
      inspect: (n: number) => Promise.resolve(inspect(paths[n], read.json)),
      runner,
      score: scoreHere,
      agree: ({ expected, predicted }: AgreementTask) => agreementWithFile(expected, predicted),
      clock: { monotonicMs: () => performance.now() },
    };
    return unlessAborted(preflight(ports, task, options), options.signal);
  });
}

/** A manifest and its models, as far as they can be read: what is wrong with them is for the first check to say. */
interface Bundle {
  readonly paths: readonly string[];
  /** For the inspector; null: it looks into the model. */
  readonly json: unknown;
  readonly manifest: ExpandedManifest | CliError;
}

function readBundle(given: readonly string[], found: FoundManifest | null): Bundle {
  if (found === null) {
    return {
      paths: given,
      json: null,
      manifest: manifestInvalid(
        'the model carries no manifest, and there is no voxelmark.json beside it; name one with --manifest',
      ),
    };
  }
  let json: unknown = null;
  try {
    json = manifestJson(found);
    const manifest = parseManifest(found);
    return { paths: withSiblings(manifest, given), json, manifest };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { paths: given, json, manifest: error };
  }
}

async function matched({ paths, manifest }: Bundle): Promise<(MatchedModels & { sums: readonly string[] }) | CliError> {
  if (manifest instanceof CliError) return manifest;
  try {
    const models = matchModels(manifest, paths);
    return { ...models, sums: await digests(models) };
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

function inspect(path: string, manifest: unknown): InspectionReport & { readonly file: string } {
  return { file: path, ...inspectModelFile(path, manifest) };
}

function refusedAtOnce(detail: PreflightCheck['detail'], { onCheck }: PreflightOptions): readonly PreflightCheck[] {
  const checks = CHECK_NAMES.map((name): PreflightCheck =>
    name === 'inspect'
      ? { name, status: 'failed', detail }
      : { name, status: 'skipped', detail: { reason: 'the model is refused' } },
  );
  for (const check of checks) onCheck?.(check);
  return checks;
}

/** One case of this one process: no threads are worth their start. */
const scoreHere: Scorer['score'] = async ({ reference, prediction, regions, metrics, predictionGrid, ignoreLabel }) => {
  const began = performance.now();
  const scores = scoreCase({
    reference: await readLabelMap(reference),
    prediction,
    regions,
    metrics,
    predictionGrid,
    ignoreLabel,
  });
  return { scores, elapsedMs: performance.now() - began };
};
