import { metricDefinition } from '#metrics';
import { mean } from '#statistics';
import type { ExportSource } from './export-source.js';

/**
 * A table for a paper: needs the package booktabs. Best in bold; a dagger: not separable from the first; a double dagger:
 * the tests prefer it to the first.
 */
export function latexTable(source: ExportSource): string {
  const { benchmark, phase, evidence, entries, total, deviations, state, url } = source;
  const { abbreviation, direction, unit } = metricDefinition(evidence.metric);
  const about = new Map(entries.map((entry) => [entry.runId, entry]));
  const meanOf = (runId: string): number => {
    const parts = about.get(runId)?.aggregates ?? [];
    const wanted = parts.filter(
      (part) => part.metric === evidence.metric && [part.region, 'all'].includes(evidence.region),
    );
    return mean(wanted.map((part) => part.mean)); // exact, as the ranks use it: what ties in rank ties in bold
  };
  const means = evidence.standings.map(({ algorithm }) => meanOf(algorithm));
  const best = direction === 'higher' ? Math.max(...means) : Math.min(...means);
  const digits = unit === '' ? 3 : 2;
  const rows = evidence.standings.map(
    ({ algorithm: runId, rank, interval, mean: around, likeFirst, betterThanFirst, tier }) => {
      const entry = about.get(runId);
      const deviation = deviations?.get(runId);
      const centre = meanOf(runId);
      const figure = `${centre.toFixed(digits)}${deviation === undefined ? '' : ` \\pm ${deviation.toFixed(digits)}`}`;
      const name = `${escapeLatex(entry?.algorithm.name ?? runId)} ${escapeLatex(entry?.version ?? '')}`;
      return [
        String(rank),
        `${name}${betterThanFirst ? '$^\\ddagger$' : likeFirst && tier === 1 && rank !== 1 ? '$^\\dagger$' : ''}`,
        centre === best ? `$\\mathbf{${figure}}$` : `$${figure}$`,
        around === null || around.low === null || around.high === null
          ? '--'
          : `[${around.low.toFixed(digits)}, ${around.high.toFixed(digits)}]`,
        interval === null ? '--' : `[${place(interval[0])}, ${place(interval[1])}]`,
        entry === undefined ? '' : String(entry.cases.failed),
      ].join(' & ');
    },
  );
  const metric = `${escapeLatex(abbreviation)}${unit === '' ? '' : ` (${unit})`}`;
  const spread = deviations === null ? 'mean' : 'mean $\\pm$ SD';
  return [
    `% ${url}`,
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${escapeLatex(benchmark.title)}, ${escapeLatex(phase.title)}: ${metric}, ${evidence.region === 'all' ? 'mean over structures' : escapeLatex(evidence.region)}, ${evidence.cases} cases${evidence.standings.length < total ? `, the first ${evidence.standings.length} of ${total} algorithm versions` : ''}. ${evidenceInWords(evidence)} State ${state.hash.slice(0, 12)}.}`,
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

/** What the marks and intervals of the table mean. */
function evidenceInWords({ confidence, draws, standings, tests, withheld }: ExportSource['evidence']): string {
  if (withheld !== null) return 'Intervals and tests of fewer than 10 held-out patients are not released.';
  const adjusted = tests.adjust === 'none' ? 'not adjusted' : `${capital(tests.adjust)}-adjusted`;
  const test = `one-sided Wilcoxon signed-rank test, one difference a patient, ${adjusted}, $\\alpha = ${tests.alpha}$`;
  const preferred = standings.some(({ betterThanFirst }) => betterThanFirst)
    ? ' $^\\ddagger$: the same test prefers it to the first.'
    : '';
  return `Intervals: ${Math.round(confidence * 100)}\\,\\% bootstrap over patients (${draws} draws). $^\\dagger$: not separable from the first (${test}).${preferred}`;
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
