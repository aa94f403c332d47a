import { folderOf, nameOf } from './dataset-files.js';
import { readJson, readText, textField, type Fields } from './description.js';
import { factsOf, readTable } from './dataset-table.js';
import type { DeclaredLabel, DeclaredLabels, ImageSource, LayoutInput, PlannedCase, PlannedDataset, ReferenceSource } from './planned.js';

const FILE = 'dataset_description.json';

/** The parts of a BIDS file name: `sub-01_ses-1_desc-manual_dseg.nii.gz`. */
interface BidsName {
  readonly path: string;
  readonly whole: string;
  readonly entities: ReadonlyMap<string, string>;
  readonly suffix: string;
}

/** Entities that tell images of one subject apart, as far as a name has them. */
const CASE_ENTITIES = ['sub', 'ses', 'acq', 'run'] as const;

/**
 * A BIDS dataset with label maps among its derivatives: `sub-01/anat/sub-01_T1w.nii.gz` and
 * `derivatives/NAME/sub-01/anat/sub-01_dseg.nii.gz`, with a look-up table `*_dseg.tsv`. Each session and run is a case, each
 * suffix (T1w, FLAIR) a channel, each pipeline or `desc` a reader; participants.tsv gives the facts.
 *
 * Source: BIDS 1.9, "Imaging data types" and "Imaging derivatives".
 */
export async function planBids(input: LayoutInput): Promise<PlannedDataset> {
  const { findings } = input;
  const fields = (await readJson(input, FILE)) ?? {};
  const [images, masks] = [new Map<string, BidsName[]>(), [] as BidsName[]];
  for (const [path, whole] of input.paths) {
    const parsed = parseName(path, whole);
    if (!parsed) continue;
    if (path.startsWith('derivatives/')) {
      if (['dseg', 'mask'].includes(parsed.suffix)) masks.push(parsed);
    } else if (path.startsWith('sub-')) {
      const key = CASE_ENTITIES.flatMap((entity) => (parsed.entities.has(entity) ? [`${entity}-${parsed.entities.get(entity)}`] : [])).join('_');
      images.set(key, [...(images.get(key) ?? []), parsed]);
    }
  }
  const references = new Map<string, BidsName[]>();
  for (const mask of masks) {
    const fitting = [...images].filter(([, list]) => CASE_ENTITIES.every((entity) => agrees(mask, list[0], entity)));
    if (fitting.length === 1) references.set(fitting[0][0], [...(references.get(fitting[0][0]) ?? []), mask]);
    else if (fitting.length === 0) findings.say('image-missing', { file: mask.whole }, 'a label map without image', 'an image of the same subject, session and run');
    else findings.say('reference-ambiguous', { file: mask.whole }, `${fitting.length} images that it may belong to`, 'a name with the session, acquisition and run of its image');
  }
  const channels = [...new Set([...images.values()].flat().map(({ suffix }) => suffix))].sort();
  const facts = await participants(input);
  const cases: PlannedCase[] = [];
  for (const [name, list] of images) {
    const subject = `sub-${list[0].entities.get('sub')}`;
    const participant = facts?.get(subject);
    if (facts && !participant) findings.say('table-case-missing', { case: name, file: `${input.base}participants.tsv` }, `no line for ${subject}`, 'a line for each participant');
    const own: ImageSource[] = [];
    for (const channel of channels) {
      const found = list.filter(({ suffix }) => suffix === channel);
      if (found.length === 1) own.push({ kind: 'file', path: found[0].whole, channel });
      else if (found.length === 0) findings.say('channel-missing', { case: name }, `no ${channel} image`, `one image each of ${channels.join(', ')}, as other cases have them`);
      else findings.say('case-twice', { case: name, file: found[1].whole }, `${found.length} ${channel} images`, 'one, or names that tell them apart by ses, acq or run');
    }
    cases.push({
      name,
      split: participant?.split ?? null,
      patient: subject,
      facts: { ...participant?.facts, ...(own.length > 0 ? await sidecar(input, list[0]) : {}) },
      images: own,
      references: referencesOf(input, name, references.get(name) ?? []),
    });
  }
  return {
    layout: 'bids',
    name: textField(input, FILE, fields, ['Name', 'name']) || input.files.name,
    description: '',
    licence: textField(input, FILE, fields, ['License', 'Licence', 'license']),
    labels: await lookUp(input),
    channels,
    cases,
  };
}

function parseName(path: string, whole: string): BidsName | null {
  const parts = /^(.+)_([A-Za-z0-9]+)\.nii(\.gz)?$/.exec(nameOf(path));
  const entities = parts?.[1].split('_').map((pair) => /^([a-zA-Z]+)-(.+)$/.exec(pair));
  if (!parts || !entities?.every((pair) => pair !== null) || entities[0][1] !== 'sub') return null;
  return { path, whole, suffix: parts[2], entities: new Map(entities.map(([, key, value]) => [key, value])) };
}

/** A mask may leave out what its image needs not be told apart by. */
function agrees(mask: BidsName, image: BidsName, entity: string): boolean {
  const stated = mask.entities.get(entity);
  return stated === undefined ? entity !== 'sub' : stated === image.entities.get(entity);
}

/** One label map for each reader: a pipeline or a description. Masks of single structures only where there is but one. */
function referencesOf({ findings }: LayoutInput, name: string, masks: readonly BidsName[]): ReferenceSource[] {
  const maps = masks.filter(({ suffix }) => suffix === 'dseg');
  const chosen = maps.length > 0 ? maps : masks;
  if (chosen.length === 0) {
    findings.say('reference-missing', { case: name }, 'no reference segmentation', `derivatives/NAME/…/${name}_dseg.nii.gz`);
    return [];
  }
  const readers = new Map<string, BidsName>();
  for (const mask of chosen) {
    const pipeline = mask.path.split('/')[1].startsWith('sub-') ? '' : mask.path.split('/')[1];
    const reader = [pipeline, mask.entities.get('desc')].filter(Boolean).join('-');
    const other = readers.get(reader);
    if (other) {
      const what = maps.length > 0 ? 'label maps' : 'masks';
      findings.say('case-twice', { case: name, file: mask.whole }, `two ${what} of one reader, with ${nameOf(other.whole)}`, 'one label map (_dseg) with all structures for each reader');
    } else readers.set(reader, mask);
  }
  return [...readers].map(([reader, { whole }]) => ({ reader: readers.size > 1 ? reader : null, path: whole }));
}

/** Facts by participant; null without participants.tsv. */
async function participants(input: LayoutInput): Promise<Map<string, { split: string | null; facts: Record<string, string | number> }> | null> {
  const path = input.paths.get('participants.tsv');
  if (path === undefined) return null;
  const text = await readText(input, path);
  const table = text === null ? null : readTable(path, text, input.findings);
  if (!table) return null;
  const facts = factsOf(table);
  return new Map(table.rows.map(({ values }) => [values.case, { split: values.split || null, facts: facts(values) }]));
}

/** Facts that stand beside an image. BIDS counts times in seconds, DICOM and we in milliseconds. */
async function sidecar(input: LayoutInput, image: BidsName): Promise<Record<string, string | number>> {
  const path = image.path.replace(/\.nii(\.gz)?$/, '.json');
  if (!input.paths.has(path)) return {};
  const fields: Fields = (await readJson(input, path)) ?? {};
  const facts: Record<string, string | number> = {};
  const take = (from: string, to: string, factor?: number): void => {
    const value = fields[from];
    if (factor === undefined && typeof value === 'string' && value !== '') facts[to] = value.slice(0, 200);
    if (factor !== undefined && typeof value === 'number' && Number.isFinite(value)) facts[to] = value * factor;
  };
  take('Manufacturer', 'manufacturer');
  take('ManufacturersModelName', 'model');
  take('MagneticFieldStrength', 'fieldStrengthT', 1);
  take('RepetitionTime', 'repetitionTimeMs', 1000);
  take('EchoTime', 'echoTimeMs', 1000);
  take('InversionTime', 'inversionTimeMs', 1000);
  take('FlipAngle', 'flipAngleDegrees', 1);
  return facts;
}

/** Names of labels from every look-up table of the derivatives; they must agree. */
async function lookUp(input: LayoutInput): Promise<DeclaredLabels | null> {
  const names = new Map<number, string>();
  let any = false;
  for (const [path, whole] of input.paths) {
    if (!/_dseg\.tsv$/.test(path) && !/^derivatives\/([^/]+\/)?dseg\.tsv$/.test(path)) continue;
    const [head, ...rows] = ((await readText(input, whole)) ?? '').split(/\r?\n/).map((line) => line.split('\t').map((field) => field.trim()));
    const [index, name] = [head.indexOf('index'), head.indexOf('name')];
    if (index < 0 || name < 0) {
      input.findings.say('table-column', { file: whole }, `columns ${head.join(', ').slice(0, 200)}`, 'columns index and name');
      continue;
    }
    any = true;
    for (const row of rows.filter((fields) => fields.length > 1)) {
      const value = /^\d{1,5}$/.test(row[index] ?? '') ? Number(row[index]) : NaN;
      if (!(value <= 65535)) input.findings.say('dataset-labels', { file: whole }, `index ${(row[index] ?? '').slice(0, 40)}`, 'whole numbers from 0 to 65535');
      else if (names.has(value) && names.get(value) !== row[name]) input.findings.say('label-numbers', { file: whole }, `label ${value} is "${row[name]}" here and "${names.get(value)}" in another look-up table`, 'one name for each label');
      else names.set(value, row[name] ?? '');
    }
  }
  if (!any) return null;
  const labels: DeclaredLabel[] = [...names].filter(([value]) => value !== 0).map(([value, name]) => ({ value, name }));
  return { labels: labels.sort((a, b) => a.value - b.value), regions: [], ignore: null };
}

/** Whether files look like a BIDS dataset. */
export function isBids({ paths }: Pick<LayoutInput, 'paths'>): boolean {
  return paths.has(FILE) || [...paths.keys()].some((path) => /^sub-[^/]+\/(ses-[^/]+\/)?[a-z]+\/sub-/.test(path) && folderOf(path) !== '');
}
