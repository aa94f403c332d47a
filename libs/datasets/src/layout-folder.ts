import { nameOf, pathFault, plainPath, stemOf } from './dataset-files.js';
import { isFields, readJson, readText, shown } from './description.js';
import { factsOf, readTable, type DatasetTable } from './dataset-table.js';
import { within, type DeclaredLabels, type ImageSource, type LayoutInput, type PlannedCase, type PlannedDataset, type ReferenceSource } from './planned.js';
import { sayHolds, scanDicom } from './scan-dicom.js';

const LABELS = 'labels.json';
/** What a case is called that no CSV names: its file. */
const CHANNEL = 'image';

/**
 * The plain form: `images/NAME.nii.gz` and `references/NAME.nii.gz`, or `references/READER/NAME.nii.gz`; an image may be a
 * folder `images/NAME/` with a DICOM series. Or a CSV table with the columns case, image, reference and, if need be, reader,
 * patient, site and split, whose paths are relative to the dataset. `labels.json` gives each label its name.
 */
export async function planFolder(input: LayoutInput, table: DatasetTable | null): Promise<PlannedDataset> {
  const own = table?.columns.includes('image') ? table : await ownTable(input);
  const cases = own ? await tableCases(input, own) : await folderCases(input);
  return {
    layout: 'folder',
    name: nameOf(input.base.slice(0, -1)) || input.files.name,
    description: '',
    licence: '',
    labels: input.paths.has(LABELS) ? await readLabels(input) : null,
    channels: [CHANNEL],
    cases,
  };
}

/** A CSV of the dataset that names images, where there are no folders of them. */
export async function ownTable(input: LayoutInput): Promise<DatasetTable | null> {
  for (const [name, path] of within(input, '')) {
    if (!/\.csv$/i.test(name)) continue;
    const text = await readText(input, path);
    if (text !== null && /^[^\n]*\bimage\b/i.test(text) && /^[^\n]*\bcase\b/i.test(text)) return readTable(path, text, input.findings);
  }
  return null;
}

const plain = (path: string): FoundImage => ({ image: { kind: 'file', path, channel: CHANNEL }, called: [], patient: null });

async function folderCases(input: LayoutInput): Promise<PlannedCase[]> {
  const { findings } = input;
  const images = new Map<string, FoundImage>();
  const add = (name: string, image: FoundImage, path: string): void => {
    if (images.has(name)) findings.say('case-twice', { case: name, file: path }, 'another image of this name', 'one image for each name');
    else images.set(name, image);
  };
  const folders = new Set<string>();
  for (const [path, whole] of input.paths) {
    const [top, second, ...deeper] = path.split('/');
    if (top !== 'images') continue;
    if (deeper.length > 0) folders.add(second);
    else {
      const stem = stemOf(second);
      if (stem !== null) add(stem, plain(whole), whole);
      else if (!/\.(raw|zraw|img|json|txt|md)$/i.test(second)) {
        findings.say('dataset-stray', { file: whole }, 'a file that is no image', 'NAME.nii.gz, .nii, .nrrd, .mha, or a folder of DICOM files');
      }
    }
  }
  for (const name of folders) {
    const series = await seriesIn(input, `images/${name}/`, name);
    if (series) add(name, series, `${input.base}images/${name}`);
    else images.delete(name);
  }
  const references = referencesByCase(input, [...new Set([...images.keys(), ...folders])]);
  for (const [name, list] of references) {
    if (!images.has(name) && !folders.has(name)) findings.say('image-missing', { case: name, file: list[0].path }, 'a reference segmentation without image', `images/${name}, with the ending of its format`);
  }
  return [...images].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, image]) => {
    const own = references.get(name) ?? [];
    if (own.length === 0) findings.say('reference-missing', { case: name }, 'no reference segmentation', `references/${name}, with the ending of its format, or references/READER/${name}`);
    return { name, split: null, patient: image.patient, called: image.called, facts: {}, images: [image.image], references: own };
  });
}

/** Files of references/ by the cases that they are called after. A DICOM reference has the name of its case, too. */
function referencesByCase(input: LayoutInput, names: readonly string[]): Map<string, ReferenceSource[]> {
  const found = new Map<string, ReferenceSource[]>();
  for (const [path, whole] of input.paths) {
    const [top, ...rest] = path.split('/');
    if (top !== 'references') continue;
    const file = rest[rest.length - 1];
    const stem = stemOf(file) ?? (/\.(dcm|dicom)$/i.test(file) || names.includes(file) ? file.replace(/\.(dcm|dicom)$/i, '') : null);
    if (stem === null || rest.length > 2) {
      if (rest.length > 2 || !/\.(raw|zraw|img|json|txt|md)$/i.test(file)) input.findings.say('dataset-stray', { file: whole }, 'a file that belongs to no case', 'references/NAME or references/READER/NAME, with the ending of its format');
      continue;
    }
    const reader = rest.length === 2 ? rest[0] : null;
    const own = found.get(stem) ?? [];
    if (own.some((one) => one.reader === reader)) {
      input.findings.say('case-twice', { case: stem, file: whole }, 'another reference segmentation of this name', 'one for each case and reader');
    } else own.push({ reader, path: whole });
    found.set(stem, own);
  }
  return found;
}

/** An image, and what headers say of the patient. */
interface FoundImage {
  readonly image: ImageSource;
  readonly called: readonly string[];
  readonly patient: string | null;
}

/** The one DICOM series of a folder; null, and a finding, when there is none or another. @param folder below the base */
async function seriesIn(input: LayoutInput, folder: string, name: string | null): Promise<FoundImage | null> {
  const paths = [...input.paths].filter(([path]) => path.startsWith(folder)).map(([, whole]) => whole);
  const { series } = await scanDicom(input, paths);
  const place = `${input.base}${folder.slice(0, -1)}`;
  if (series.length === 1) {
    sayHolds(input.findings, name ?? place, series[0]);
    const { paths: own, called, patient } = series[0];
    return { image: { kind: 'series', paths: own, folder: place, channel: CHANNEL }, called, patient: patient || null };
  }
  const found = series.length === 0 ? `a folder of ${paths.length} file(s) without DICOM images` : `${series.length} series of images`;
  input.findings.say(series.length === 0 ? 'image-missing' : 'case-twice', { case: name, file: place }, found, 'one DICOM series');
  return null;
}

/** Cases as the rows of a table name them; several rows of one case have one image and a reader each. */
async function tableCases(input: LayoutInput, table: DatasetTable): Promise<PlannedCase[]> {
  const { findings } = input;
  const facts = factsOf(table);
  const cases = new Map<string, { image: string; stated: Readonly<Record<string, string>>; planned: PlannedCase; references: ReferenceSource[] }>();
  for (const { line, values } of table.rows) {
    const name = values.case;
    const place = { case: name, file: table.file };
    const inside = (path: string): string | null => {
      const fault = pathFault(path);
      if (fault === null) return plainPath(path);
      findings.say('dataset-path', place, `line ${line}: ${fault}`, 'a path relative to the dataset and within it; variables are not expanded');
      return null;
    };
    let entry = cases.get(name);
    if (entry === undefined) {
      const image = values.image === '' ? null : inside(values.image);
      if (values.image === '') findings.say('image-missing', place, `line ${line} names no image`, 'a path in the column image');
      const source = image === null ? null : await imageAt(input, image, name, place);
      const planned: PlannedCase = {
        name,
        split: values.split || null,
        patient: values.patient || source?.patient || null,
        called: source?.called ?? [],
        facts: facts(values),
        images: source ? [source.image] : [],
        references: [],
      };
      entry = { image: values.image, stated: values, planned, references: [] };
      cases.set(name, entry);
    } else if (values.image !== '' && values.image !== entry.image) {
      findings.say('case-twice', place, `line ${line} names another image than the line before it`, 'one image for each case');
    }
    for (const column of ['patient', 'split'] as const) {
      const before = entry.stated[column];
      if (values[column] && before !== values[column]) findings.say('case-twice', place, `line ${line} has another ${column} than the line before it`, `one ${column} for each case`);
    }
    const reader = values.reader || null;
    const reference = values.reference ? inside(values.reference) : null;
    if (!values.reference) findings.say('reference-missing', place, `line ${line} names no reference segmentation`, 'a path in the column reference');
    if (reference === null) continue;
    const whole = input.paths.get(reference);
    if (whole === undefined) findings.say('reference-missing', { case: name, file: `${input.base}${reference}` }, 'no such file', `the reference segmentation of line ${line}`);
    else if (entry.references.some((one) => one.reader === reader)) findings.say('case-twice', place, `line ${line} is another reference segmentation of ${reader === null ? 'the case' : 'this reader'}`, 'one for each case and reader');
    else entry.references.push({ reader, path: whole });
  }
  return [...cases.values()].map(({ planned, references }) => ({ ...planned, references }));
}

async function imageAt(input: LayoutInput, path: string, name: string, row: { case: string; file: string }): Promise<FoundImage | null> {
  const whole = input.paths.get(path);
  if (whole !== undefined) return plain(whole);
  const folder = path === '' ? '' : `${path}/`;
  if (path !== '' && [...input.paths.keys()].some((one) => one.startsWith(folder))) return seriesIn(input, folder, name);
  input.findings.say('image-missing', { case: row.case, file: `${input.base}${path}` }, 'no such file or folder', `the image that ${row.file} names`);
  return null;
}

/** {"liver": 1} or {"1": "liver"}. */
async function readLabels(input: LayoutInput): Promise<DeclaredLabels | null> {
  const fields = await readJson(input, LABELS);
  if (fields === null) return null;
  const labels = Object.entries(isFields(fields.labels) ? fields.labels : fields).map(([key, value]) =>
    typeof value === 'string' && /^\d{1,5}$/.test(key) ? { value: Number(key), name: value } : { value: value as number, name: key },
  );
  const bad = labels.find(({ value }) => !Number.isInteger(value) || value < 0 || value > 65535);
  if (labels.length === 0 || bad || new Set(labels.map(({ value }) => value)).size < labels.length) {
    input.findings.say('dataset-labels', { file: `${input.base}${LABELS}` }, bad ? `label "${bad.name}" is ${shown(bad.value)}` : shown(fields), 'a whole number of its own for each name: {"liver": 1}');
    return null;
  }
  return { labels: labels.filter(({ value }) => value !== 0).sort((a, b) => a.value - b.value), regions: [], ignore: null };
}
