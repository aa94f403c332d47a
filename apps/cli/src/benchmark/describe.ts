import type { BenchmarkCheckView, BenchmarkMakingView, BenchmarkMembersView, DryRunView } from '#contracts';
import { gatherFindings, placesInWords } from '#domain';

type Finding = BenchmarkMakingView['findings'][number];

/** A draft or a published benchmark in words, for people. */
export function describeMaking({ benchmark, definition, definitionSha256, cases, preparation, voxels, findings }: BenchmarkMakingView): string {
  const { practice, test, left, patients } = cases;
  return [
    `${benchmark.published ? 'published' : 'draft'} "${benchmark.slug}": ${benchmark.title}`,
    `  question    ${definition.question}`,
    `  dataset     ${benchmark.dataset.slug}@${benchmark.dataset.version} (${benchmark.dataset.digest.slice(0, 12)})`,
    `  digest      ${definitionSha256}`,
    `  practice    ${practice.length} case(s) of ${patients.practice} patient(s), ${definition.phases.practice.label}`,
    `  held out    ${test.length} case(s) of ${patients.test} patient(s), ${definition.phases.test.label}${left.length > 0 ? `; ${left.length} case(s) in neither` : ''}`,
    `  scored      ${definition.regions.map(({ name, labels }) => `${name} (${labels.join('+')})`).join(', ')}`,
    `  metrics     ${definition.metrics.map(({ id, penalty }) => `${id} (else ${penalty.kind === 'fixed' ? penalty.value : 'diagonal'})`).join(', ')}`,
    `  ranked by   ${definition.ranking.kind === 'consensus' ? `consensus of ${definition.ranking.metrics.join(', ')}` : `mean ${definition.ranking.metric}`}`,
    ...describeRegions(voxels),
    ...(preparation.state === 'done' ? [] : [`  measuring   ${preparation.done} of ${preparation.total} cases (${preparation.failure?.message ?? preparation.state})`]),
    ...describeFindings(findings),
  ].join('\n');
}

/** Who has a part in a benchmark, a line each. */
export function describeMembers({ items }: BenchmarkMembersView): string {
  if (items.length === 0) return 'nobody has a part in it; an administrator appoints an organiser';
  const width = Math.max(...items.map(({ email }) => email.length));
  return items
    .map(({ name, email, capacities, disabled }) => `${email.padEnd(width)}  ${capacities.join(', ')}  (${name}${disabled ? '; account disabled' : ''})`)
    .join('\n');
}

/** How many cases of each phase have a region, and how much of it they hold together. */
function describeRegions(voxels: BenchmarkMakingView['voxels']): string[] {
  const regions = [...new Set(voxels.map(({ region }) => region))];
  const width = Math.max(0, ...regions.map((name) => name.length));
  return regions.map((name) => {
    const phases = voxels.filter(({ region }) => region === name);
    return `  ${name.padEnd(width)}  ${phases.map(({ phase, cases, ml }) => `${phase} ${cases} case(s), ${ml.toFixed(1)} ml`).join('; ')}`;
  });
}

export function describeFindings(findings: readonly Finding[]): string[] {
  return gatherFindings(findings).map(
    ({ finding: { severity, code, message }, places }) => `${severity}: ${placesInWords(places)}: ${message} [${code}]`,
  );
}

/** Scores by network and case; means last. */
export function describeDryRun({ state, isolation, networks, failure }: DryRunView): string {
  const lines = networks.flatMap(({ network, name, note, state: of, cases, means }) => [
    `${network} (${name}): ${of}${note === null ? '' : `; ${note}`}`,
    ...cases.map(({ case: which, state: how, failure: why, elapsedMs, scores }) =>
      how === 'scored'
        ? [`  ${which}  ${((elapsedMs ?? 0) / 1000).toFixed(1)} s`, ...scores.map(({ region, values }) => `    ${region}  ${figures(values)}`)].join('\n')
        : `  ${which}  ${how}${why === null ? '' : `: ${why.code}: ${why.message}`}`,
    ),
    ...(means === null ? [] : [`  means after penalties  ${figures(means)}`]),
  ]);
  return [...lines, `dry run ${state}${failure === null ? '' : `: ${failure.message}`}${isolation === null ? '' : `, isolation ${isolation}`}`].join('\n');
}

function figures(values: Readonly<Record<string, number | 'Infinity' | null>>): string {
  return Object.entries(values)
    .map(([metric, value]) => `${metric} ${typeof value === 'number' ? value.toFixed(3) : (value ?? 'undefined')}`)
    .join(' ');
}

export function describeCheck({ cases, findings }: BenchmarkCheckView): string {
  const counts = cases === null ? '' : `${cases.practice.length} practice and ${cases.test.length} held-out case(s)`;
  return [counts, ...describeFindings(findings), 'nothing was made; leave --check out to make the draft'].filter((line) => line !== '').join('\n');
}
