import { metricDefinition } from '#metrics';
import type { ExportSource } from './export-source.js';

/** A table for a paper: needs the package booktabs. Best in bold; a dagger: not separable from the first. */
export function latexTable({ benchmark, phase, evidence, entries, deviations, state, url }: ExportSource): string {
  const { abbreviation, direction, unit } = metricDefinition(evidence.metric);
  const about = new Map(entries.map((entry) => [entry.runId, entry]));
  const meanOf = (runId: string): number => {
    const parts = about.get(runId)?.aggregates ?? [];
    const wanted = parts.filter(
      (part) => part.metric === evidence.metric && [part.region, 'all'].includes(evidence.region),
    );
    return wanted.reduce((sum, part) => sum + part.mean, 0) / wanted.length;
  };
  const means = evidence.standings.map(({ algorithm }) => meanOf(algorithm));
  const best = direction === 'higher' ? Math.max(...means) : Math.min(...means);
  const digits = unit === '' ? 3 : 2;
  const rows = evidence.standings.map(({ algorithm: runId, rank, interval, mean, likeFirst, tier }) => {
    const entry = about.get(runId);
    const deviation = deviations?.get(runId);
    const centre = meanOf(runId);
    const figure = `${centre.toFixed(digits)}${deviation === undefined ? '' : ` \\pm ${deviation.toFixed(digits)}`}`;
    const name = `${escapeLatex(entry?.algorithm.name ?? runId)} ${escapeLatex(entry?.version ?? '')}`;
    return [
      String(rank),
      `${name}${likeFirst && tier === 1 && rank !== 1 ? '$^\\dagger$' : ''}`,
      centre === best ? `$\\mathbf{${figure}}$` : `$${figure}$`,
      mean === null ? '--' : `[${mean.low.toFixed(digits)}, ${mean.high.toFixed(digits)}]`,
      `[${place(interval[0])}, ${place(interval[1])}]`,
      entry === undefined ? '' : String(entry.cases.failed),
    ].join(' & ');
  });
  const metric = `${escapeLatex(abbreviation)}${unit === '' ? '' : ` (${unit})`}`;
  const spread = deviations === null ? 'mean' : 'mean $\\pm$ SD';
  return [
    `% ${url}`,
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${escapeLatex(benchmark.title)}, ${escapeLatex(phase.title)}: ${metric}, ${evidence.region === 'all' ? 'mean over structures' : escapeLatex(evidence.region)}, ${evidence.cases} cases. Intervals: ${Math.round(evidence.confidence * 100)}\\,\\% bootstrap over patients (${evidence.draws} draws). $^\\dagger$: not separable from the first (one-sided Wilcoxon signed-rank test, ${evidence.tests.adjust === 'none' ? 'not adjusted' : `${capital(evidence.tests.adjust)}-adjusted`}, $\\alpha = ${evidence.tests.alpha}$). State ${state.hash.slice(0, 12)}.}`,
    '  \\begin{tabular}{rlcccr}',
    '    \\toprule',
    `    Rank & Algorithm & ${metric}, ${spread} & Interval & Rank interval & Failed \\\\`,
    '    \\midrule',
    ...rows.map((row) => `    ${row} \\\\`),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Ends of an interval of places: whole, or with one digit. */
function place(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
};

export function escapeLatex(text: string): string {
  return text.replace(/[\\{}$&#%_^~]/g, (sign) => ESCAPES[sign]);
}
