import { checkDataset, DATASET_LAYOUTS, Findings, type AcceptableCode, type DatasetFinding, type DatasetLayout, type DatasetReport } from '#datasets';
import { MOST_VOLUME_BYTES } from '#contracts';
import { text, type Command, type Invocation, type Terminal } from '../command.js';
import { openDataset } from '../dataset/open-dataset.js';
import { sha256 } from '../dataset/send-case.js';
import { EXIT, usageError } from '../exit.js';

/** Options that say what a dataset is; `dataset import` takes them as well. */
export const DATASET_OPTIONS = {
  layout: { type: 'string', help: `auto, ${DATASET_LAYOUTS.join(', ')}; auto unless told` },
  table: { type: 'string', help: 'CSV with the column case, and patient, site, split, and clinical facts as you like' },
  'accept-unplaced': { type: 'boolean', help: 'take images whose place in the patient is unknown or contradictory: left and right are a guess' },
  mixed: { type: 'boolean', help: 'cases of several modalities belong together' },
} as const;

/** Errors that the person who calls accepts. */
export function acceptedBy({ options }: Pick<Invocation, 'options'>): ReadonlySet<AcceptableCode> {
  return new Set<AcceptableCode>([
    ...(options['accept-unplaced'] === true ? (['position-unknown', 'placement-contradicts'] as const) : []),
    ...(options.mixed === true ? (['modality-differs'] as const) : []),
  ]);
}

export const datasetCheck: Command = {
  name: ['dataset', 'check'],
  summary: 'tells everything that stands in the way of a dataset becoming cases, all at once; needs no server',
  usage: 'PATH… [--layout auto|nnunet|msd|bids|folder|dicom] [--table CSV]',
  options: DATASET_OPTIONS,
  words: [1, 1000],
  async run(invocation) {
    const { terminal, words } = invocation;
    const findings = new Findings(acceptedBy(invocation));
    const layout = readLayout(invocation);
    const dataset = await openDataset({ paths: words, layout, table: text(invocation, 'table') }, findings);
    try {
      const { planned, files } = dataset;
      const report: DatasetReport = planned
        ? await checkDataset({ files, codecs: loadCodecs, sha256, maxBytes: MOST_VOLUME_BYTES }, planned, findings, (name, done, of) => terminal.progress(progressLine(name, done, of)))
        : { ok: findings.errors === 0, cases: 0, findings: findings.list, labels: [], channels: [], splits: {}, facts: [] };
      tell(report, planned?.layout ?? layout, terminal);
      return report.ok ? EXIT.ok : EXIT.invalidInput;
    } finally {
      await dataset.close();
    }
  },
};

/** @throws CliError `usage` */
export function readLayout(invocation: Pick<Invocation, 'options'>): DatasetLayout | null {
  const asked = text(invocation, 'layout') ?? 'auto';
  const layout = DATASET_LAYOUTS.find((one) => one === asked);
  if (!layout && asked !== 'auto') throw usageError(`--layout is "${asked}"; expected auto, ${DATASET_LAYOUTS.join(', ')}`);
  return layout ?? null;
}

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
