import { readFile } from 'node:fs/promises';
import { DATASET_LAYOUTS, type AcceptableCode, type DatasetLayout, type ReferenceRules } from '#datasets';
import { OVERLAP_RULES } from '#domain';
import { text, texts, type Invocation } from '../command.js';
import { usageError } from '../exit.js';
import { unreadable } from '../files.js';

/** Options that say what a dataset is: of `dataset check` and of `dataset import`. */
export const DATASET_OPTIONS = {
  layout: { type: 'string', help: `auto, ${DATASET_LAYOUTS.join(', ')}; auto unless told` },
  table: { type: 'string', help: 'CSV with the column case, and patient, site, split, and clinical facts as you like' },
  column: { type: 'string', multiple: true, help: 'NAME=USE: use a column of the table as case, patient, site, split, reader, image, reference, fact or none; again for others' },
  columns: { type: 'string', help: 'JSON with the same for several: {"NAME": "USE"}' },
  dictionary: { type: 'string', help: 'JSON that says what columns mean; an import sends those that it names' },
  overlap: { type: 'string', help: 'label of voxels that structures of a SEG or RTSTRUCT share: last (the higher), first (the lower) or refuse; refuse unless told' },
  'fractional-threshold': { type: 'string', help: 'share of the maximum from which a voxel of a fractional SEG belongs to a structure; 0.5 unless told' },
  'accept-unplaced': { type: 'boolean', help: 'take images whose place in the patient is unknown or contradictory: left and right are a guess' },
  mixed: { type: 'boolean', help: 'cases of several modalities belong together' },
} as const;

type Options = Pick<Invocation, 'options'>;

/** Errors that the person who calls accepts. */
export function acceptedBy({ options }: Options): ReadonlySet<AcceptableCode> {
  return new Set<AcceptableCode>([
    ...(options['accept-unplaced'] === true ? (['position-unknown', 'placement-contradicts'] as const) : []),
    ...(options.mixed === true ? (['modality-differs'] as const) : []),
  ]);
}

/** @throws CliError `usage` */
export function readLayout(invocation: Options): DatasetLayout | null {
  const asked = text(invocation, 'layout') ?? 'auto';
  const layout = DATASET_LAYOUTS.find((one) => one === asked);
  if (!layout && asked !== 'auto') throw usageError(`--layout is "${asked}"; expected auto, ${DATASET_LAYOUTS.join(', ')}`);
  return layout ?? null;
}

/** What is decided about segmentations that leave a choice. @throws CliError `usage` */
export function readRules(invocation: Options): ReferenceRules {
  const asked = text(invocation, 'overlap') ?? 'refuse';
  const overlap = OVERLAP_RULES.find((one) => one === asked);
  if (overlap === undefined && asked !== 'refuse') throw usageError(`--overlap is "${asked}"; expected ${OVERLAP_RULES.join(', ')} or refuse`);
  const share = text(invocation, 'fractional-threshold');
  const fractionalThreshold = share === null ? null : Number(share);
  if (fractionalThreshold !== null && !(share!.trim() !== '' && fractionalThreshold > 0 && fractionalThreshold <= 1)) {
    throw usageError(`--fractional-threshold is "${share}"; expected a number above 0, up to 1`);
  }
  return { ...(overlap === undefined ? {} : { overlap }), ...(fractionalThreshold === null ? {} : { fractionalThreshold }) };
}

/** What columns are used for, by name: of a file first, of the command line over it. @throws CliError `usage`, `no-such-file` */
export async function readColumns(invocation: Options): Promise<ReadonlyMap<string, string>> {
  const uses = new Map<string, string>();
  const path = text(invocation, 'columns');
  if (path !== null) {
    for (const [name, use] of Object.entries(await columnsAt(path))) {
      if (typeof use !== 'string') throw usageError(`${path} uses column "${name}" as ${JSON.stringify(use)}; expected a word`);
      uses.set(name, use);
    }
  }
  for (const pair of texts(invocation, 'column')) {
    const at = pair.lastIndexOf('='); // names of columns may have one
    if (at < 1) throw usageError(`--column is "${pair}"; expected NAME=USE`);
    uses.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return uses;
}

async function columnsAt(path: string): Promise<Readonly<Record<string, unknown>>> {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, 'columns', error.code ?? String(error), error);
  });
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw usageError(`${path} is no JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw usageError(`${path} is ${Array.isArray(value) ? 'a list' : typeof value}; expected {"NAME": "USE"}`);
  return value as Readonly<Record<string, unknown>>;
}
