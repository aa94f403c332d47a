import { readFile } from 'node:fs/promises';
import { newDataset, sentCase, type NewDatasetBody } from '#contracts';
import { ACQUISITION_FACTS, ofModality, readDictionary, type ColumnDictionary, type DatasetReport, type Findings, type PlannedCase, type PlannedDataset } from '#datasets';
import { text, texts, type Invocation } from '../command.js';
import { usageError } from '../exit.js';
import { unreadable } from '../files.js';

/** What stands in the place of a licence that nobody stated. */
export const NO_LICENCE = 'not stated';

export type WantedDataset = Required<Omit<NewDatasetBody, 'channels'>> & Pick<NewDatasetBody, 'channels'>;

/** What the dataset is to be, from the command line first and its own description second. */
export function describeDataset(invocation: Pick<Invocation, 'options'>, planned: PlannedDataset, { labels, describedChannels }: DatasetReport, dictionary: ColumnDictionary): WantedDataset {
  const name = (text(invocation, 'name') ?? planned.name).trim();
  if (labels.length === 0) throw usageError('no reference segmentation has a label, and none is declared; expected at least one');
  return {
    slug: slugOf(invocation, planned),
    name,
    licence: (text(invocation, 'licence') ?? planned.licence).trim() || NO_LICENCE,
    description: text(invocation, 'description') ?? planned.description,
    synthetic: invocation.options.synthetic === true,
    labels: labels.map(({ value, name: label }) => ({ value, name: label })),
    ignoreLabel: planned.labels?.ignore ?? null,
    regions: (planned.labels?.regions ?? []).map(({ name: region, labels: values }) => ({ name: region, labels: values.filter((value) => value !== planned.labels?.ignore) })),
    channels: withModalities(describedChannels, texts(invocation, 'modality')),
    dictionary: Object.fromEntries(Object.entries(dictionary).map(([column, meaning]) => [column, { ...meaning }])),
  };
}

/**
 * Channels, some of their modalities as said on the command line. What a header says of the unit stays where it says the same modality.
 *
 * @param said `MODALITY` of a single channel, or `NAME=MODALITY`
 * @throws CliError `usage`
 */
export function withModalities(channels: DatasetReport['describedChannels'], said: readonly string[]): { name: string; modality?: string; unit?: string }[] {
  const modalities = new Map<string, string>();
  for (const pair of said) {
    const at = pair.lastIndexOf('=');
    if (at < 0 && channels.length > 1) throw usageError(`--modality is "${pair}"; expected NAME=MODALITY, of ${channels.map(({ name }) => name).join(', ')}`);
    const [name, word] = at < 0 ? [channels[0].name, pair] : [pair.slice(0, at), pair.slice(at + 1)];
    if (!channels.some((channel) => channel.name === name)) throw usageError(`--modality names the channel "${name}"; expected ${channels.map((channel) => channel.name).join(', ')}`);
    const modality = word.trim().toUpperCase();
    if (!/^[A-Z0-9]{2,16}$/.test(modality)) throw usageError(`--modality is "${word}"; expected a word as DICOM has it: CT, MR, PT, …`);
    modalities.set(name, modality);
  }
  return channels.map((channel) => {
    const modality = modalities.get(channel.name);
    return modality === undefined || modality === channel.modality ? { ...channel } : { name: channel.name, ...ofModality(modality) };
  });
}

/** Its name in addresses. @throws CliError `usage` */
export function slugOf(invocation: Pick<Invocation, 'options'>, planned: Pick<PlannedDataset, 'name'>): string {
  const name = (text(invocation, 'name') ?? planned.name).trim();
  const slug =
    text(invocation, 'slug') ??
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 64)
      .replace(/-$/, '');
  if (slug.length < 2) throw usageError(`"${name}" makes no name for addresses; give one with --slug`);
  return slug;
}

/** @throws CliError `no-such-file`, `usage` */
export async function dictionaryAt(path: string | null): Promise<ColumnDictionary> {
  if (path === null) return {};
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, 'dictionary', error.code ?? String(error), error);
  });
  try {
    return readDictionary(JSON.parse(content));
  } catch (error) {
    if (error instanceof SyntaxError) throw usageError(`${path} is no JSON`);
    if (error instanceof RangeError) throw usageError(`${path}: ${error.message}`);
    throw error;
  }
}

/** Facts of tables, and which of them go along: the site, and those that are named, by hand or in a dictionary. Those of headers always do. */
export interface ChosenFacts {
  /** Of tables, in order. */
  readonly columns: readonly string[];
  /** Of tables, that would be sent. */
  readonly chosen: readonly string[];
  /** Every name that may be sent. */
  readonly allowed: readonly string[];
}

/** The column that every form of table may have: boards are sliced by it. */
const SITE = 'site';

/** @throws CliError `usage` for a name that no case has */
export function chooseFacts(cases: readonly PlannedCase[], named: string | null, dictionary: ColumnDictionary): ChosenFacts {
  const columns = [...new Set(cases.flatMap(({ facts }) => Object.keys(facts)))].filter((name) => !ACQUISITION_FACTS.includes(name)).sort();
  const asked = (named ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '' && name !== 'none');
  const unknown = asked.filter((name) => !columns.includes(name));
  if (unknown.length > 0) throw usageError(`--facts names ${unknown.map((name) => `"${name}"`).join(', ')}; the table has ${columns.join(', ') || 'no facts'}`);
  const chosen = columns.filter((name) => asked.includes(name) || (named === null && (name === SITE || name in dictionary)));
  return { columns, chosen, allowed: [...ACQUISITION_FACTS, ...chosen] };
}

/** Says what the server would not take, before anything is sent. */
export function checkSendable(wanted: WantedDataset, cases: readonly PlannedCase[], allowed: readonly string[], findings: Findings): void {
  const ofDataset = newDataset.safeParse(wanted);
  for (const { path, message } of ofDataset.error?.issues ?? []) {
    findings.say('case-unsendable', {}, `${path.join('.')} of the dataset`, message.replace(/^expected /, ''));
  }
  for (const { name, split, facts, references } of cases) {
    const ofCase = sentCase.safeParse({
      name,
      patient: 'p',
      split,
      facts: Object.fromEntries(Object.entries(facts).filter(([fact]) => allowed.includes(fact))),
      references: references.map(({ reader }) => ({ reader: reader ?? 'reference', consensus: false })),
    });
    for (const { path, message } of ofCase.error?.issues ?? []) {
      findings.say('case-unsendable', { case: name }, `${path.join('.')} of the case`, message.replace(/^expected /, ''));
    }
  }
}
