import { basename } from 'node:path';
import { checkDataset, checkDictionary, Findings, type DatasetFinding, type DatasetLayout, type DatasetReport } from '#datasets';
import { MOST_VOLUME_BYTES } from '#contracts';
import { text, type Command, type Terminal } from '../command.js';
import { acceptedBy, DATASET_OPTIONS, readColumns, readLayout, readRules } from '../dataset/dataset-options.js';
import { openDataset } from '../dataset/open-dataset.js';
import { sha256 } from '../dataset/send-case.js';
import { dictionaryAt } from '../dataset/wanted-dataset.js';
import { EXIT } from '../exit.js';

export const datasetCheck: Command = {
  name: ['dataset', 'check'],
  summary: 'tells everything that stands in the way of a dataset becoming cases, all at once; needs no server',
  usage: 'PATH… [--layout auto|nnunet|msd|bids|folder|dicom] [--table CSV] [--column NAME=USE] [--overlap first|last]',
  options: DATASET_OPTIONS,
  words: [1, 1000],
  async run(invocation) {
    const { terminal, words } = invocation;
    const findings = new Findings(acceptedBy(invocation));
    const layout = readLayout(invocation);
    const rules = readRules(invocation);
    const dictionaryPath = text(invocation, 'dictionary');
    const dictionary = await dictionaryAt(dictionaryPath);
    const dataset = await openDataset(
      { paths: words, layout, table: text(invocation, 'table'), columns: await readColumns(invocation) },
      findings,
    );
    try {
      const { planned, files } = dataset;
      if (planned && dictionaryPath !== null)
        checkDictionary(dictionary, basename(dictionaryPath), planned.cases, findings);
      const report: DatasetReport = planned
        ? await checkDataset({ files, codecs: loadCodecs, sha256, rules, maxBytes: MOST_VOLUME_BYTES }, planned, findings, (name, done, of) => terminal.progress(progressLine(name, done, of)))
        : { ok: findings.errors === 0, cases: 0, findings: findings.list, labels: [], channels: [], describedChannels: [], splits: {}, facts: [] };
      tell(report, planned?.layout ?? layout, terminal);
      return report.ok ? EXIT.ok : EXIT.invalidInput;
    } finally {
      await dataset.close();
    }
  },
};

/** Only when a series is read: most datasets need no decoder. */
export async function loadCodecs() {
  const { createPixelCodecs } = await import('#codecs');
  return createPixelCodecs();
}

export function progressLine(name: string, done: number, of: number): string {
  const filled = Math.round((20 * done) / Math.max(1, of));
  return `${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${done} of ${of} checked, now ${name}`;
}

function tell({ ok, cases, findings, labels, channels, splits }: DatasetReport, layout: DatasetLayout | null, terminal: Terminal): void {
  const rows = findings.map(describeFinding);
  const count = (severity: DatasetFinding['severity'], word: string) => {
    const n = findings.filter((finding) => finding.severity === severity).length;
    return `${n} ${word}${n === 1 ? '' : 's'}`;
  };
  const ofSplits = Object.entries(splits).filter(([name]) => name !== '');
  terminal.out({ ok, layout, cases, findings, labels, channels, splits }, [
    ...rows,
    `layout ${layout ?? 'unknown'}, ${cases} case${cases === 1 ? '' : 's'}${ofSplits.length > 0 ? ` (${ofSplits.map(([name, n]) => `${n} ${name}`).join(', ')})` : ''}`,
    ...(labels.length > 0 ? [`labels ${labels.map(({ value, name }) => `${value} ${name}`).join(', ')}`] : []),
    `${ok ? 'fit to be imported' : 'cannot be imported yet'}: ${count('error', 'error')}, ${count('warning', 'warning')}, ${count('note', 'note')}`,
  ].join('\n'));
}

/** A finding as lines for people. Names of files are others' to choose: what would move the cursor is shown as a question mark. */
export function describeFinding({ severity, code, case: name, file, found, expected }: DatasetFinding): string {
  const plain = (words: string): string => words.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
  const place = [name === null ? null : `case ${name}`, file].filter((part) => part !== null).join(', ');
  return `${severity.padEnd(8)} ${code}${place ? `  ${plain(place)}` : ''}\n           found:    ${plain(found)}\n           expected: ${plain(expected)}\n`;
}
