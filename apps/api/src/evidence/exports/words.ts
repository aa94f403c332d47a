import { metricDefinition } from '#metrics';
import { escapeLatex } from './latex.js';
import type { ExportSource } from './export-source.js';

/** A paragraph for the methods section of a paper: what was measured, how it was ranked, where to find it. */
export function methodsParagraph({ benchmark, phase, evidence, entries, state, url }: ExportSource): string {
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
    `Algorithms were evaluated on "${benchmark.title}" (${phase.title}, ${evidence.cases} cases of ${evidence.patients} patients, dataset ${benchmark.dataset.name} version ${benchmark.dataset.version}) by the Voxelmark platform, which runs submitted ONNX models on images that the submitters do not see.`,
    `Scored structures were ${structures}.`,
    `Metrics were ${metrics.map(({ name, abbreviation }) => `${name} (${abbreviation})`).join(', ')} (${sources}).`,
    `Where an algorithm failed on a case or a value was unbounded or undefined, a declared penalty took its place (${penalties}); no case was left out.`,
    `${entries.length} algorithm version${entries.length === 1 ? ' was' : 's were'} ranked by the rule ${evidence.rule}.`,
    `Intervals of means and ranks are ${Math.round(evidence.confidence * 100)} % percentile bootstrap intervals over patients (${evidence.draws} draws, seed ${evidence.seed}); algorithms were compared by one-sided Wilcoxon signed-rank tests on paired cases (${evidence.tests.adjust === 'none' ? 'not adjusted' : `${evidence.tests.adjust}-adjusted over all ordered pairs`}, alpha ${evidence.tests.alpha}).`,
    `The state of the leaderboard described here has the address ${url} (SHA-256 ${state.hash}); its signature is ${state.signature}.`,
  ].join(' ')}\n`;
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
