import type { CaseDescription, PairDescription, PrintedBlock } from '#metrics';
import type { Summary, SummaryBlock } from './summarise.js';

/** What people look at first; everything else is in the JSON. */
const LEADING = ['dice', 'iou', 'hd95', 'assd', 'volume_error_ml'] as const;
const UNITS: Readonly<Record<string, string>> = {
  hd95: 'hd95 mm',
  assd: 'assd mm',
  volume_error_ml: 'volume error ml',
};

/** One pair of files: a row a structure. */
export function pairTable({ labels, regions, signature }: CaseDescription): string {
  const rows = [...Object.entries(labels), ...Object.entries(regions)];
  if (rows.length === 0) return 'neither file holds a label; nothing to score';
  const keys = columnsOf(rows[0][1]);
  const lines = [
    ['structure', 'status', ...keys.map(titleOf)],
    ...rows.map(([name, description]: [string, PairDescription]) => [
      name,
      description.status,
      ...keys.map((key) => shown(description[key] as number | string | null)),
    ]),
  ];
  return [...aligned(lines, 2), '', signature].join('\n');
}

/** Means over the cases of a folder: a row a structure. */
export function folderTable(summaries: Readonly<Record<string, SummaryBlock>>, signature: string): string {
  const rows = Object.entries(summaries);
  if (rows.length === 0) return 'no file holds a label; nothing to score';
  const keys = columnsOf(rows[0][1]);
  const lines = [
    ['structure', ...keys.map((key) => `mean ${titleOf(key)}`), 'n', 'failed', 'empty'],
    ...rows.map(([name, summary]) => {
      const leading = summary.dice as Summary;
      const means = keys.map((key) => shown((summary[key] as Summary).mean));
      return [name, ...means, String(leading.n), String(leading.failed), String(leading.empty)];
    }),
  ];
  return [...aligned(lines, 1), '', signature].join('\n');
}

function columnsOf(block: PrintedBlock | SummaryBlock): string[] {
  const nsd = Object.keys(block).filter((key) => key.startsWith('nsd@'));
  return [...LEADING.slice(0, -1), ...nsd, ...LEADING.slice(-1)];
}

const titleOf = (key: string): string => UNITS[key] ?? key;

function shown(value: number | string | null): string {
  if (value === null) return 'none';
  return typeof value === 'number' ? String(Number(value.toPrecision(5))) : value;
}

/** @param words columns from the left that hold words */
function aligned(rows: readonly (readonly string[])[], words: number): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < words ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}
