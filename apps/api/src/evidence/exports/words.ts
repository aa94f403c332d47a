import { metricDefinition } from '#metrics';
import type { RankingScheme, SingleScheme } from '#ranking';
import { escapeLatex } from './latex.js';
import type { ExportSource } from './export-source.js';

/** A paragraph for the methods section of a paper: what was measured, how it was ranked, where to find it. */
export function methodsParagraph(source: ExportSource): string {
  const { benchmark, phase, evidence, scheme, total, state, url } = source;
  const { rules } = phase;
  const metrics = rules.metrics.map(({ id }) => metricDefinition(id));
  const penalties = rules.metrics
    .map(({ id, penalty }) => {
      const { abbreviation, unit } = metricDefinition(id);
      const worth =
        penalty.kind === 'fixed'
          ? `${penalty.value}${unit === '' ? '' : ` ${unit}`}`
          : 'the physical diagonal of the image';
      return `${abbreviation} ${worth}`;
    })
    .join(', ');
  const structures = rules.regions.map(({ name, labels }) => `${name} (label ${labels.join(' + ')})`).join(', ');
  const sources = metrics.map(({ abbreviation, source }) => `${abbreviation}: ${source}`).join('; ');
  return `${[
    `Algorithms were evaluated on "${benchmark.title}" (${phase.title}, ${evidence.cases} cases of ${evidence.patients} patients, dataset ${benchmark.dataset.name} version ${benchmark.dataset.version}) by the Voxelmark platform, ${SEEN[phase.kind]}.`,
    `Scored structures were ${structures}.`,
    `Metrics were ${metrics.map(({ name, abbreviation }) => `${name} (${abbreviation})`).join(', ')} (${sources}).`,
    `Where an algorithm failed on a case or a value was unbounded or undefined, a declared penalty took its place (${penalties}); no case was left out.`,
    `${ranked(evidence.standings.length, total)}: ${rankingInWords(scheme)}.`,
    evidenceInWords(evidence),
    `The state of the leaderboard described here has the address ${url} (SHA-256 ${state.hash}); its signature is ${state.signature}.`,
  ].join(' ')}\n`;
}

const SEEN: Readonly<Record<ExportSource['phase']['kind'], string>> = {
  practice: 'which runs submitted ONNX models; images and references of this phase are open to everybody',
  test: 'which runs submitted ONNX models on images that the submitters do not see',
};

function ranked(count: number, total: number): string {
  const versions = `${count} algorithm version${count === 1 ? '' : 's'}`;
  if (count < total) return `The first ${versions} of ${total} on the leaderboard were ranked again among themselves`;
  return `${versions} ${count === 1 ? 'was' : 'were'} ranked`;
}

function evidenceInWords(evidence: ExportSource['evidence']): string {
  const { confidence, draws, seed, tests, withheld } = evidence;
  if (withheld !== null) return 'Intervals and tests of fewer than 10 held-out patients are not released.';
  const adjusted =
    tests.adjust === 'none' ? 'not adjusted' : `adjusted by ${capital(tests.adjust)} over all ordered pairs`;
  return `${intervalsOf(evidence)} are ${Math.round(confidence * 100)} % percentile bootstrap intervals over patients (${draws} draws, seed ${seed}); algorithms were compared by one-sided Wilcoxon signed-rank tests, one difference per patient (${adjusted}, alpha ${tests.alpha}).`;
}

function intervalsOf({ standings }: ExportSource['evidence']): string {
  return standings.some(({ mean }) => mean !== null) ? 'Intervals of means and ranks' : 'Intervals of ranks';
}

const RULES: Readonly<Record<SingleScheme['kind'], (metric: string, over: string) => string>> = {
  'mean-then-rank': (metric, over) => `by the mean ${metric} over cases${over}`,
  'median-then-rank': (metric, over) => `by the median ${metric} over cases${over}`,
  'rank-then-mean': (metric, over) => `within each case by ${metric}${over}, then by the mean of these ranks`,
  'rank-then-median': (metric, over) => `within each case by ${metric}${over}, then by the median of these ranks`,
  'test-then-rank': (metric, over) => `by the share of rivals beaten significantly in ${metric}${over}`,
};

/** A rule as a reader of a paper wants it; ties are part of it. */
export function rankingInWords(scheme: RankingScheme): string {
  const ties =
    scheme.ties === 'average' ? 'equal values share the mean of their ranks' : 'equal values share the better rank';
  if (scheme.kind === 'consensus') {
    const rules = scheme.of.map((rule) => singleInWords(rule)).join('; ');
    return `by the mean of the ranks under ${scheme.of.length} rules (${rules}); ${ties}`;
  }
  return `${singleInWords(scheme)}; ${ties}`;
}

function singleInWords({ kind, metric, region = 'all' }: SingleScheme): string {
  return RULES[kind](
    metricDefinition(metric).abbreviation,
    region === 'all' ? ' (structures averaged)' : ` of ${region}`,
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export function bibtex({ benchmark, phase, state, url }: ExportSource): string {
  return [
    `@misc{voxelmark-${benchmark.slug}-${state.hash.slice(0, 8)},`,
    `  title        = {{${escapeLatex(benchmark.title)}: leaderboard, ${escapeLatex(phase.title)}}},`,
    '  author       = {{Voxelmark}},',
    `  year         = {${state.at.getUTCFullYear()}},`,
    `  howpublished = {\\url{${url}}},`,
    `  note         = {State ${state.hash}, ${state.sequence} algorithm versions}`,
    '}',
    '',
  ].join('\n');
}

export function citationCff({ benchmark, phase, state, url }: ExportSource): string {
  const quoted = (text: string) => JSON.stringify(text); // a JSON string is a YAML string
  return [
    'cff-version: 1.2.0',
    'message: "Please cite the state of the leaderboard that you used."',
    'type: dataset',
    `title: ${quoted(`${benchmark.title}: leaderboard, ${phase.title}`)}`,
    'authors:',
    '  - name: Voxelmark',
    `date-released: ${state.at.toISOString().slice(0, 10)}`,
    `version: ${quoted(state.hash)}`,
    `url: ${quoted(url)}`,
    '',
  ].join('\n');
}
