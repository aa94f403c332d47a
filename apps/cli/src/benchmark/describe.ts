import type { BenchmarkCheckView, BenchmarkMakingView, DryRunView } from '#contracts';

type Finding = BenchmarkMakingView['findings'][number];

/** A draft or a published benchmark in words, for people. */
export function describeMaking({ benchmark, definition, cases, preparation, voxels, findings }: BenchmarkMakingView): string {
  const { practice, test, left, patients } = cases;
  return [
    `${benchmark.published ? 'published' : 'draft'} "${benchmark.slug}": ${benchmark.title}`,
    `  question    ${definition.question}`,
    `  dataset     ${benchmark.dataset.slug}@${benchmark.dataset.version} (${benchmark.dataset.digest.slice(0, 12)})`,
    `  practice    ${practice.length} case(s) of ${patients.practice} patient(s), ${definition.phases.practice.label}`,
    `  held out    ${test.length} case(s) of ${patients.test} patient(s), ${definition.phases.test.label}${left.length > 0 ? `; ${left.length} case(s) in neither` : ''}`,
    `  scored      ${definition.regions.map(({ name, labels }) => `${name} (${labels.join('+')})`).join(', ')}`,
    `  metrics     ${definition.metrics.map(({ id, penalty }) => `${id} (else ${penalty.kind === 'fixed' ? penalty.value : 'diagonal'})`).join(', ')}`,
    `  ranked by   ${definition.ranking.kind === 'consensus' ? `consensus of ${definition.ranking.metrics.join(', ')}` : `mean ${definition.ranking.metric}`}`,
    ...voxels.map(({ region, phase, cases: count, ml }) => `  ${`${region}, ${phase}`.padEnd(24)} in ${count} case(s), ${ml.toFixed(1)} ml`),
    ...(preparation.state === 'done' ? [] : [`  measuring   ${preparation.done} of ${preparation.total} cases (${preparation.failure?.message ?? preparation.state})`]),
    ...findings.map(describeFinding),
  ].join('\n');
}

export function describeFinding({ severity, code, where, message }: Finding): string {
  return `${severity}: ${where}: ${message} [${code}]`;
}

/** Scores by network and case; means last. */
export function describeDryRun({ state, isolation, networks, failure }: DryRunView): string {
  const lines = networks.flatMap(({ network, name, note, state: of, cases, means }) => [
    `${network} (${name}): ${of}${note === null ? '' : `; ${note}`}`,
    ...cases.map(({ case: which, state: how, failure: why, elapsedMs, scores }) =>
      how === 'scored'
        ? `  ${which}  ${scores.map(({ region, values }) => `${region} ${figures(values)}`).join('  ')}  ${((elapsedMs ?? 0) / 1000).toFixed(1)} s`
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
  return [counts, ...findings.map(describeFinding), 'nothing was made; leave --check out to make the draft'].filter((line) => line !== '').join('\n');
}
