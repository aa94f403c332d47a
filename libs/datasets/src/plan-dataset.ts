import { nameOf, stemOf, type DatasetFiles } from './dataset-files.js';
import { isFields, readText } from './description.js';
import type { DatasetTable } from './dataset-table.js';
import { factsOf } from './dataset-table.js';
import { Findings } from './finding.js';
import { isBids, planBids } from './layout-bids.js';
import { planDicom } from './layout-dicom.js';
import { ownTable, planFolder } from './layout-folder.js';
import { planMsd } from './layout-msd.js';
import { planNnunet } from './layout-nnunet.js';
import { hasFolder, layoutInput, type DatasetLayout, type LayoutInput, type PlannedCase, type PlannedDataset, type ReferenceSource } from './planned.js';
import { sayHolds, scanDicom } from './scan-dicom.js';

const LAYOUT_WORDS: Readonly<Record<DatasetLayout, string>> = {
  nnunet: 'dataset.json, imagesTr and labelsTr of nnU-Net v2',
  msd: 'dataset.json of the Medical Segmentation Decathlon, with its list of cases',
  bids: 'sub-*/ folders with derivatives of BIDS',
  folder: 'images/ and references/, or a CSV table with the columns case, image, reference',
  dicom: 'DICOM series with SEG, RTSTRUCT or label maps beside them',
};

/**
 * Finds out which layout a dataset has, and which cases it consists of. Reads descriptions and headers, no voxels.
 *
 * @param asked the layout that it shall have; null to find out
 * @returns null, and a finding, when it has none
 */
export async function planDataset(files: DatasetFiles, asked: DatasetLayout | null, table: DatasetTable | null, findings: Findings): Promise<PlannedDataset | null> {
  const input = layoutInput(files, findings);
  const layout = asked ?? (await detect(input, table));
  if (layout === null) {
    findings.say('dataset-layout', {}, `${input.paths.size} file(s) in no layout that is known`, Object.values(LAYOUT_WORDS).join('; or '));
    return null;
  }
  const planned = await plan(layout, input, table);
  if (planned.cases.length === 0) findings.say('dataset-no-cases', {}, 'no case', LAYOUT_WORDS[layout]);
  checkNames(planned.cases, findings);
  const used = layout === 'folder' && table?.columns.includes('image'); // as the list of cases
  return table && !used ? withTable(planned, table, findings) : planned;
}

/** The layout that a dataset has, by its descriptions, folders and headers; null when it is none that is known. */
export function layoutOf(files: DatasetFiles, table: DatasetTable | null): Promise<DatasetLayout | null> {
  return detect(layoutInput(files, new Findings()), table);
}

function plan(layout: DatasetLayout, input: LayoutInput, table: DatasetTable | null): Promise<PlannedDataset> {
  switch (layout) {
    case 'nnunet':
      return planNnunet(input);
    case 'msd':
      return planMsd(input);
    case 'bids':
      return planBids(input);
    case 'folder':
      return planFolder(input, table);
    case 'dicom':
      return planDicom(input);
  }
}

async function detect(input: LayoutInput, table: DatasetTable | null): Promise<DatasetLayout | null> {
  if (table?.columns.includes('image')) return 'folder';
  if (input.paths.has('dataset.json')) return layoutOfDescription(await jsonOrNull(input, 'dataset.json'), input);
  if (hasFolder(input, 'imagesTr/')) return looksNumbered(input) ? 'nnunet' : 'msd';
  if (isBids(input)) return 'bids';
  if (hasFolder(input, 'images/') || hasFolder(input, 'references/') || (await ownTable({ ...input, findings: new Findings() }))) return 'folder';
  // faults of files are told when the folder is read as DICOM
  const { series, references } = await scanDicom({ ...input, findings: new Findings() }, input.paths.values());
  return series.length > 0 || references.length > 0 ? 'dicom' : null;
}

/** nnU-Net v2 counts channels and has names for labels; the Decathlon, and nnU-Net v1, have modalities and numbers. */
function layoutOfDescription(fields: Readonly<Record<string, unknown>> | null, input: LayoutInput): DatasetLayout {
  if (fields === null) return looksNumbered(input) ? 'nnunet' : 'msd';
  if ('channel_names' in fields || 'file_ending' in fields) return 'nnunet';
  if ('modality' in fields || Array.isArray(fields.training)) return 'msd';
  const labels = isFields(fields.labels) ? Object.values(fields.labels) : [];
  return labels.some((value) => typeof value === 'string') ? 'msd' : 'nnunet';
}

function looksNumbered({ paths }: LayoutInput): boolean {
  for (const path of paths.keys()) if (path.startsWith('imagesTr/') && /_\d{4}$/.test(stemOf(nameOf(path)) ?? '')) return true;
  return false;
}

async function jsonOrNull(input: LayoutInput, path: string): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    const value: unknown = JSON.parse((await readText(input, input.paths.get(path)!)) ?? 'null');
    return isFields(value) ? value : null;
  } catch {
    return null; // told when the layout is read
  }
}

function checkNames(cases: readonly PlannedCase[], findings: Findings): void {
  const seen = new Map<string, PlannedCase>();
  for (const one of cases) {
    const other = seen.get(one.name);
    if (other) {
      const where = one.split === other.split ? '' : `, in ${[other.split, one.split].map((split) => split ?? 'no split').join(' and in ')}`;
      findings.say('case-twice', { case: one.name }, `two cases of this name${where}`, 'a name of its own for each case');
    }
    seen.set(one.name, one);
  }
}

/** Joins the facts, patients and splits of a table to cases that the layout found. */
function withTable(planned: PlannedDataset, table: DatasetTable, findings: Findings): PlannedDataset {
  const facts = factsOf(table);
  const rows = new Map<string, DatasetTable['rows'][number]>();
  const names = new Set(planned.cases.map(({ name }) => name));
  for (const row of table.rows) {
    const name = row.values.case;
    if (rows.has(name)) findings.say('case-twice', { case: name, file: table.file }, `line ${row.line} is another line of this case`, 'one line for each case');
    else rows.set(name, row);
    if (!names.has(name)) findings.say('table-case-unknown', { case: name, file: table.file }, `line ${row.line} names a case that is not there`, `one of ${[...names].slice(0, 5).join(', ')}${names.size > 5 ? ', …' : ''}`);
  }
  const mixed: string[] = [];
  const cases = planned.cases.map((one) => {
    const row = rows.get(one.name);
    if (!row) {
      findings.say('table-case-missing', { case: one.name, file: table.file }, 'no line for this case', 'a line for each case');
      return one;
    }
    const { patient, split } = row.values;
    if (patient === '' && one.patient !== null) mixed.push(one.name);
    return { ...one, patient: patient || one.patient, split: split || one.split, facts: { ...one.facts, ...facts(row.values) } };
  });
  if (mixed.length > 0 && mixed.length < cases.length) {
    const found = `no patient in the lines of ${mixed.length} case(s), ${mixed.slice(0, 5).join(', ')}${mixed.length > 5 ? ', …' : ''}; theirs are taken from the headers`;
    findings.say('patient-mixed', { file: table.file }, found, 'a patient in each line or in none, or one person counts as two');
  }
  return { ...planned, cases };
}

/** One case of files that were named one by one: the image first, then its reference segmentations. */
export async function planOneCase(files: DatasetFiles, image: string, references: readonly string[], findings: Findings): Promise<PlannedDataset> {
  const input = layoutInput(files, findings);
  const whole = (name: string): string | null => (input.files.files.some(({ path }) => path === name) ? name : null);
  const path = whole(image);
  const name = path === null ? image : (stemOf(image) ?? image.replace(/\.[^.]*$/, ''));
  const empty: PlannedCase = { name, split: null, patient: null, facts: {}, images: [], references: [] };
  const found = references.map((path): ReferenceSource => (references.length > 1 ? { reader: stemOf(path) ?? path, guessed: true, path } : { reader: null, path }));
  if (found.length === 0) findings.say('reference-missing', { case: name }, 'no reference segmentation', 'the image first, then its reference segmentation');
  const plan = (layout: DatasetLayout, channel: string, one: PlannedCase, patient: string | null): PlannedDataset => ({
    layout,
    name,
    description: '',
    licence: '',
    labels: null,
    channels: [channel],
    cases: [{ ...one, patient, references: found }],
  });
  if (path !== null) return plan('folder', 'image', { ...empty, images: [{ kind: 'file', path, channel: 'image' }] }, null);
  const { series } = await scanDicom(input, input.files.files.map(({ path: file }) => file).filter((file) => file.startsWith(`${image}/`)));
  if (series.length !== 1) {
    const words = series.length === 0 ? 'a folder without DICOM images' : `a folder with ${series.length} series of images`;
    findings.say(series.length === 0 ? 'image-missing' : 'case-twice', { case: name, file: image }, words, 'one DICOM series');
    return plan('dicom', 'image', empty, null);
  }
  const [{ paths, modality, patient, called }] = series;
  sayHolds(findings, name, series[0]);
  return plan('dicom', modality, { ...empty, called, images: [{ kind: 'series', paths, folder: image, channel: modality }] }, patient || null);
}
