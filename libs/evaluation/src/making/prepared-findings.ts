import type { BenchmarkDefinition, BenchmarkMakingView } from '#contracts';
import { isolationReaches, requiredIsolation, type PhaseKind } from '#domain';
import type { Benchmark, EvaluationCase } from '../records.js';
import { FEW_PATIENTS } from './complete-benchmark.js';
import type { DryRun, MakingFinding } from './making-records.js';

type RegionShare = BenchmarkMakingView['voxels'][number];

/** Whether the references of a case have been measured, and their consensus is there. */
export function isPrepared({
  references,
  referenceStudy,
}: Pick<EvaluationCase, 'references' | 'referenceStudy'>): boolean {
  return referenceStudy !== null && references.some(({ consensus }) => consensus);
}

/** How much of each region there is in the cases of each phase: in those that are prepared. */
export function regionShares(
  phases: readonly { readonly kind: PhaseKind; readonly cases: readonly EvaluationCase[] }[],
  regions: BenchmarkDefinition['regions'],
): RegionShare[] {
  return phases.flatMap(({ kind, cases }) =>
    regions.map(({ name: region }): RegionShare => {
      const holding = cases.filter(({ referenceStudy }) => (referenceStudy?.volumesMl[region] ?? 0) > 0);
      return {
        region,
        phase: kind,
        cases: holding.length,
        patients: new Set(holding.map(({ patient }) => patient)).size,
        ml: holding.reduce((sum, { referenceStudy }) => sum + (referenceStudy?.volumesMl[region] ?? 0), 0),
      };
    }),
  );
}

/** What the voxels and the newest dry run say; the rest is said by `completeBenchmark`. */
export function preparedFindings(
  { synthetic, phases }: Pick<Benchmark, 'synthetic' | 'phases'>,
  { definition, definitionSha256 }: { readonly definition: BenchmarkDefinition; readonly definitionSha256: string },
  cases: readonly EvaluationCase[],
  shares: readonly RegionShare[],
  dryRun: DryRun | null,
): MakingFinding[] {
  const findings: MakingFinding[] = [];
  const say = (severity: MakingFinding['severity'], code: string, where: string, message: string): unknown =>
    findings.push({ severity, code, where, message });
  const open = cases.filter((one) => !isPrepared(one)).length;
  if (open > 0)
    say(
      'error',
      'not-prepared',
      'cases',
      `${open} of ${cases.length} cases are not measured yet; a worker does it as soon as it has time`,
    );
  else sayAboutRegions(shares, say);
  sayAboutDryRun(dryRun, definitionSha256, say);
  const needed = phases
    .map(({ label, rules }) => requiredIsolation(rules, { label, synthetic }))
    .reduce((high, level) => (isolationReaches(level, high) ? level : high), 'L0');
  if (dryRun?.isolation && !isolationReaches(dryRun.isolation, needed))
    say(
      'warning',
      'isolation-unreached',
      'requiredIsolation',
      `the worker of the dry run reaches ${dryRun.isolation}; this benchmark asks for ${needed}${definition.requiredIsolation === undefined ? ' (by default)' : ''}: runs would wait for a worker that reaches it (docs/sandbox.md)`,
    );
  return findings;
}

type Say = (severity: MakingFinding['severity'], code: string, where: string, message: string) => unknown;

function sayAboutRegions(shares: readonly RegionShare[], say: Say): void {
  for (const { region, phase, cases, patients } of shares) {
    const where = `regions.${region}`;
    if (phase === 'practice') {
      if (cases === 0)
        say('warning', 'region-not-in-practice', where, 'no practice case has a voxel of it: nobody can try it out');
    } else if (cases === 0)
      say(
        'error',
        'region-empty',
        where,
        'no held-out case has a voxel of it: nothing can be measured; leave it out or hold out other cases',
      );
    else if (patients < FEW_PATIENTS)
      say(
        'warning',
        'region-few-patients',
        where,
        `${patients} held-out patient(s) have it; with fewer than ${FEW_PATIENTS} its figures say little`,
      );
  }
}

function sayAboutDryRun(dryRun: DryRun | null, definitionSha256: string, say: Say): void {
  if (dryRun === null || dryRun.definitionSha256 !== definitionSha256)
    say(
      'warning',
      'dry-run-missing',
      'dryRun',
      dryRun === null ? 'no network was run on the practice cases yet' : 'the draft was changed since its last dry run',
    );
  else if (dryRun.state === 'queued' || dryRun.state === 'running')
    say('warning', 'dry-run-open', 'dryRun', 'a dry run has not ended yet');
  else if (dryRun.state === 'failed')
    say('warning', 'dry-run-failed', 'dryRun', dryRun.failure?.message ?? 'it failed');
  else {
    for (const { network, cases } of dryRun.progress) {
      const failures = cases.filter(({ state }) => state === 'failed');
      if (failures.length > 0 && failures.length === cases.length)
        say(
          'warning',
          'dry-run-all-failed',
          `dryRun.${network}`,
          `every case failed: ${failures[0].failure?.code ?? ''} ${failures[0].failure?.message ?? ''}`.trim(),
        );
    }
  }
}
