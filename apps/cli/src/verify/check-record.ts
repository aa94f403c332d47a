import { createHash } from 'node:crypto';
import { canonicalJson } from '#domain';
import { bundleDigest, runSignature } from '#evaluation';
import type { Findings } from './findings.js';
import type { ReadManifest } from './read-manifest.js';

/**
 * Checks what a manifest says about itself, without any mask: digests of the rules, of the algorithm's manifest and of its
 * bundle of model files, each
 * part of the signature but the runtime, which only a run can tell, and the counts of its cases.
 */
export function checkRecord({ manifest, rules }: ReadManifest, findings: Findings): void {
  const { benchmark, algorithm, dataset, run, results, cases } = manifest;
  findings.field('benchmark.rulesSha256', benchmark.rulesSha256, digestOf(benchmark.rules));
  findings.field('algorithm.manifestSha256', algorithm.manifestSha256, digestOf(algorithm.manifest));

  if (algorithm.models) findings.field('algorithm.modelSha256', algorithm.modelSha256, bundleDigest(algorithm.models));

  const runtimeAt = -2; // name and version of the runtime; thread count behind it
  const runtime = run.signature.split('|').at(runtimeAt) ?? '';
  const signature = runSignature({ phase: { rules, datasetDigest: dataset.phaseDigest } }, runtime);
  findings.field('run.signature', run.signature, signature);

  if (cases === null) return;
  const ofState = (wanted: string): number => cases.filter(({ state }) => state === wanted).length;
  findings.field('results.cases.scored', results.cases.scored, ofState('scored'));
  findings.field('results.cases.failed', results.cases.failed, ofState('failed'));
}

/** Checks the means over regions against the means of each region: all that can be done where no mask is at hand. */
export function checkMeans({ manifest, rules }: ReadManifest, findings: Findings): void {
  const { results } = manifest;
  for (const { id } of rules.metrics) {
    const means = results.aggregates.filter(({ metric }) => metric === id).map(({ mean }) => mean);
    const overRegions = means.reduce((sum, mean) => sum + mean, 0) / means.length;
    findings.figure({ case: null, region: null, metric: id }, results.metrics[id] ?? 'absent', overRegions);
  }
}

function digestOf(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}
