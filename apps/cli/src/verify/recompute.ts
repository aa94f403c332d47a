import { createHash } from 'node:crypto';
import { aggregate, type CaseResult } from '#evaluation';
import type { FailureCode } from '#domain';
import type { Geometry } from '#imaging';
import { scoresWithoutPrediction, type MetricValue, type RegionScore } from '#metrics';
import { inThreads } from '../score/in-threads.js';
import { checkMeans } from './check-record.js';
import type { Findings, ManifestCase } from './findings.js';
import type { MaskSource } from './mask-source.js';
import type { ReadManifest } from './read-manifest.js';
import type { ScoreAnswer, ScoreTask } from './score-thread.js';

type Rules = ReadManifest['rules'];

interface Masks {
  readonly reference: Uint8Array;
  readonly prediction: Uint8Array | null;
}
/** A case whose masks could be had and read. */
interface Recomputed {
  readonly geometry: Geometry;
  readonly scores: readonly RegionScore[];
}

/**
 * Scores every case of a manifest anew from its stored masks, compares every figure, and then every mean.
 *
 * Means are computed once all cases are: from the recomputed figures, with the penalties of the rules and, where these
 * say so, the diagonal of the reference volume.
 *
 * @param progress told after each case how many of them are done
 */
export async function recompute(
  { manifest, rules }: ReadManifest,
  source: MaskSource,
  threads: number,
  findings: Findings,
  progress: (done: number, of: number) => void,
): Promise<void> {
  const cases = manifest.cases ?? [];
  const found: (Recomputed | null)[] = cases.map(() => null);
  const metrics = rules.metrics.map(({ id }) => id);
  let done = 0;
  await inThreads<ScoreTask, ScoreAnswer>({
    script: new URL('./score-thread.js', import.meta.url),
    threads,
    count: cases.length,
    task: async (n) => {
      const masks = await masksOf(cases[n], source, findings);
      const { regions, predictionGrid, ignoreLabel } = rules;
      return masks && { ...masks, regions, metrics, predictionGrid, ignoreLabel };
    },
    answered: (n, answer) => {
      found[n] = compare(cases[n], answer, rules, findings);
      progress(++done, cases.length);
    },
  });
  const missing = found.filter((one) => one === null).length;
  if (missing > 0) {
    findings.notChecked.push(`means over cases: ${missing} of ${cases.length} cases could not be recomputed`);
    checkMeans({ manifest, rules }, findings);
    return;
  }
  compareMeans(manifest, rules, found as readonly Recomputed[], findings);
}

/** Null, with the reason noted, when one of them cannot be had or is not what it should be. */
async function masksOf(one: ManifestCase, source: MaskSource, findings: Findings): Promise<Masks | null> {
  const fetched = async (which: 'reference' | 'prediction'): Promise<Uint8Array | null> => {
    const object = one[which];
    if (object === null) return null;
    const bytes = await source.get(object);
    if (bytes === null) {
      findings.skip(one.name, `${which}: ${source.missing}`);
      return null;
    }
    const digest = createHash('sha256').update(bytes).digest('hex');
    findings.field(`${which}.sha256`, object.sha256, digest, one.name);
    return digest === object.sha256 ? bytes : null;
  };
  if (one.reference === null) {
    findings.skip(one.name, 'its reference is not shown to whoever fetched the manifest');
    return null;
  }
  const expected = one.state === 'scored';
  findings.field(
    'prediction',
    one.prediction === null ? 'absent' : 'present',
    expected ? 'present' : 'absent',
    one.name,
  );
  if (expected !== (one.prediction !== null)) return null;
  const reference = await fetched('reference');
  if (reference === null) return null;
  const prediction = await fetched('prediction');
  return expected && prediction === null ? null : { reference, prediction };
}

function compare(one: ManifestCase, answer: ScoreAnswer, rules: Rules, findings: Findings): Recomputed | null {
  if (answer.kind === 'unreadable') {
    findings.field('masks', 'can be scored', answer.message, one.name);
    return null;
  }
  const metrics = rules.metrics.map(({ id }) => id);
  const scores = answer.scores ?? scoresWithoutPrediction(rules.regions, metrics);
  findings.field(
    'regions',
    one.scores.map(({ region }) => region).join(', '),
    scores.map(({ region }) => region).join(', '),
    one.name,
  );
  for (const { region, status, values } of scores) {
    const stored = one.scores.find((score) => score.region === region);
    const place = { case: one.name, region };
    findings.figure({ ...place, metric: 'status' }, stored?.status ?? 'absent', status);
    for (const metric of metrics) {
      const value = values[metric];
      findings.figure(
        { ...place, metric },
        stored && metric in stored.values ? stored.values[metric] : 'absent',
        printed(value),
      );
      const reason = stored?.reasons[metric];
      if (value.kind === 'undefined' || reason !== undefined) {
        findings.figure(
          { ...place, metric: `${metric} (reason)` },
          reason ?? 'absent',
          value.kind === 'undefined' ? value.why : 'absent',
        );
      }
    }
    const strangers = Object.keys(stored?.values ?? {}).filter((metric) => !metrics.includes(metric));
    for (const metric of strangers) findings.figure({ ...place, metric }, stored?.values[metric], 'absent');
  }
  return { geometry: answer.geometry, scores };
}

function printed(value: MetricValue): number | 'Infinity' | null {
  return value.kind === 'value' ? value.value : value.kind === 'unbounded' ? 'Infinity' : null;
}

function compareMeans(
  { cases, results, run }: ReadManifest['manifest'],
  rules: Rules,
  found: readonly Recomputed[],
  findings: Findings,
): void {
  const settled = (cases ?? []).map(({ id, state, failureCode }, n): CaseResult => ({
    runId: run.id,
    caseId: id,
    state,
    attempt: 0,
    failureCode: failureCode as FailureCode | null,
    failureDetail: null,
    prediction: null,
    usage: null,
    receipt: null,
    scores: found[n].scores,
  }));
  const counted = (cases ?? []).map(({ id }, n) => ({ id, geometry: found[n].geometry }));
  const { aggregates, metrics } = aggregate(rules, counted, settled);
  findings.field('results.aggregates', results.aggregates.length, aggregates.length);
  for (const { region, metric, mean, n } of aggregates) {
    const stored = results.aggregates.find((one) => one.region === region && one.metric === metric);
    findings.figure({ case: null, region, metric }, stored?.mean ?? 'absent', mean);
    findings.field(`n of ${metric} of ${region}`, stored?.n ?? 'absent', n);
  }
  for (const [metric, mean] of Object.entries(metrics)) {
    findings.figure({ case: null, region: null, metric }, results.metrics[metric] ?? 'absent', mean);
  }
}
