import { metricDefinition } from '#metrics';
import { mean } from '#statistics';
import { boundsIn, type ExportSource } from './export-source.js';

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
        entry === undefined ? '' : emptyIn(entry.cases.empty, evidence.region),
      ].join(' & ');
    },
  );
  const metric = `${escapeLatex(abbreviation)}${unit === '' ? '' : ` (${unit})`}`;
  const emptyShown = entries.some(({ cases }) => cases.empty !== null);
  const spread = deviations === null ? 'mean' : 'mean $\\pm$ SD';
  return [
    `% ${url}`,
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${escapeLatex(benchmark.title)}, ${escapeLatex(phase.title)}: ${metric}, ${evidence.region === 'all' ? 'mean over structures' : escapeLatex(evidence.region)}, ${evidence.cases} cases${evidence.standings.length < total ? `, the first ${evidence.standings.length} of ${total} algorithm versions` : ''}. ${evidenceInWords(evidence)}${emptyShown ? ` ${EMPTY_IN_WORDS}` : ''} State ${state.hash.slice(0, 12)}.}`,
    '  \\begin{tabular}{rlcccrr}',
    '    \\toprule',
    `    Rank & Algorithm & ${metric}, ${spread} & Interval & Rank interval & Failed & Empty \\\\`,
    '    \\midrule',
    ...rows.map((row) => `    ${row} \\\\`),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

/**
 * Every mean with its interval: a row for each algorithm version and structure, a column for each metric. Needs booktabs,
 * and often a page on its side.
 */
export function structuresTable({
  benchmark,
  phase,
  evidence,
  entries,
  means,
  state,
  url,
  total,
}: ExportSource): string {
  const metrics = phase.rules.metrics.map(({ id }) => metricDefinition(id));
  const boundsOf = boundsIn(means);
  const listed = evidence.standings.flatMap(({ algorithm }) => entries.find(({ runId }) => runId === algorithm) ?? []);
  const blocks = listed.map(({ runId, algorithm, version, aggregates, cases }) =>
    phase.rules.regions.map(({ name: region }, r) => {
      const cells = metrics.map(({ id, unit }) => {
        const digits = unit === '' ? 3 : 2;
        const part = aggregates.find((one) => one.metric === id && one.region === region);
        if (part === undefined) return '--';
        const bounds = boundsOf(runId, id, region);
        const interval = bounds && ` [$${bounds[0].toFixed(digits)}$, $${bounds[1].toFixed(digits)}$]`;
        return `$${part.mean.toFixed(digits)}$${interval ?? ''}`;
      });
      const name = r === 0 ? `${escapeLatex(algorithm.name)} ${escapeLatex(version)}` : '';
      return `    ${[name, escapeLatex(region), ...cells, emptyIn(cases.empty, region)].join(' & ')} \\\\`;
    }),
  );
  const heads = metrics.map(
    ({ abbreviation, unit }) => `${escapeLatex(abbreviation)}${unit === '' ? '' : ` (${unit})`}`,
  );
  const released =
    means?.withheld === 'few-patients'
      ? FEW_IN_WORDS
      : `In brackets: ${percent(evidence)} bootstrap over patients (${means?.draws ?? evidence.draws} draws).`;
  return [
    `% ${url}`,
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${escapeLatex(benchmark.title)}, ${escapeLatex(phase.title)}. Means over ${evidence.cases} cases${listed.length < total ? `, the first ${listed.length} of ${total} algorithm versions` : ''}. ${released} ${EMPTY_IN_WORDS} State ${state.hash.slice(0, 12)}.}`,
    `  \\begin{tabular}{ll${'c'.repeat(metrics.length)}r}`,
    '    \\toprule',
    `    Algorithm & Structure & ${heads.join(' & ')} & Empty \\\\`,
    ...blocks.flatMap((rows) => ['    \\midrule', ...rows]),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

const EMPTY_IN_WORDS = 'Empty: structures of the reference that are absent from the prediction of a case.';
const FEW_IN_WORDS = 'Intervals and tests of fewer than 10 held-out patients are not released.';

/** Over all regions their sum, as a case may lack several. */
function emptyIn(empty: Readonly<Record<string, number>> | null, region: string): string {
  if (empty === null) return '--';
  return String(region === 'all' ? Object.values(empty).reduce((sum, cases) => sum + cases, 0) : (empty[region] ?? 0));
}

function percent({ confidence }: Pick<ExportSource['evidence'], 'confidence'>): string {
  return `${Math.round(confidence * 100)}\\,\\%`;
}

/** What the marks and intervals of the table mean. */
function evidenceInWords({ confidence, draws, standings, tests, withheld }: ExportSource['evidence']): string {
  if (withheld !== null) return FEW_IN_WORDS;
  const adjusted = tests.adjust === 'none' ? 'not adjusted' : `${capital(tests.adjust)}-adjusted`;
  const test = `one-sided Wilcoxon signed-rank test, one difference a patient, ${adjusted}, $\\alpha = ${tests.alpha}$`;
  const preferred = standings.some(({ betterThanFirst }) => betterThanFirst)
    ? ' $^\\ddagger$: the same test prefers it to the first.'
    : '';
  return `Intervals: ${percent({ confidence })} bootstrap over patients (${draws} draws). $^\\dagger$: not separable from the first (${test}).${preferred}`;
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
