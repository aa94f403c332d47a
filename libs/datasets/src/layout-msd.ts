import { nameOf, stemOf } from './dataset-files.js';
import { indexedNames, innerPath, isFields, readJson, shown, textField, type Fields } from './description.js';
import { within, type DeclaredLabels, type ImageSource, type LayoutInput, type PlannedCase, type PlannedDataset } from './planned.js';

const FILE = 'dataset.json';

/**
 * A dataset as the Medical Segmentation Decathlon keeps it: a dataset.json that lists the cases, images of several channels
 * as files with a fourth axis. That of nnU-Net v1 as well, whose files have a number for each channel behind their name.
 *
 * Source: the dataset.json of the ten tasks; MIC-DKFZ/nnUNet, nnunetv2/dataset_conversion/convert_MSD_dataset.py.
 */
export async function planMsd(input: LayoutInput): Promise<PlannedDataset> {
  const fields = (await readJson(input, FILE)) ?? {};
  const described = Object.keys(fields).length > 0;
  const channels = described ? indexedNames(input, FILE, 'modality', fields.modality) : null;
  const cases = [...listed(input, fields, 'training', 'training', channels), ...listed(input, fields, 'test', 'test', channels)];
  strays(input, cases);
  for (const [key, split] of [['numTraining', 'training'], ['numTest', 'test']] as const) {
    const count = cases.filter((one) => one.split === split).length;
    if (described && fields[key] !== undefined && fields[key] !== count) {
      input.findings.say('dataset-description-loose', { file: `${input.base}${FILE}` }, `${key} is ${shown(fields[key])}`, `${count}, the number of cases that are listed`);
    }
  }
  textField(input, FILE, fields, ['release', 'relase']);
  return {
    layout: 'msd',
    name: textField(input, FILE, fields, ['name']) || nameOf(input.base.slice(0, -1)) || input.files.name,
    description: textField(input, FILE, fields, ['description']),
    licence: textField(input, FILE, fields, ['licence', 'license']),
    labels: described ? readLabels(input, fields.labels) : null,
    channels: channels ?? [],
    cases,
  };
}

function listed(input: LayoutInput, fields: Fields, key: string, split: string, channels: readonly string[] | null): PlannedCase[] {
  const entries = fields[key];
  const place = { file: `${input.base}${FILE}` };
  if (!Array.isArray(entries)) {
    if (key === 'training' && Object.keys(fields).length > 0) {
      input.findings.say('dataset-description', place, `training is ${shown(entries)}`, 'a list of {"image": PATH, "label": PATH}');
    }
    return [];
  }
  const cases: PlannedCase[] = [];
  const seen = new Set<string>();
  for (const [n, entry] of (entries as unknown[]).entries()) {
    const { image, label } = isFields(entry) ? entry : { image: entry, label: undefined };
    const path = innerPath(input, FILE, null, image);
    if (path === null) continue;
    if (nameOf(path).startsWith('.') || nameOf(path).startsWith('_')) continue; // ghosts in the list, as some tasks have them
    const name = stemOf(nameOf(path)) ?? nameOf(path);
    if (seen.has(path)) {
      input.findings.say('case-twice', { case: name, file: `${input.base}${path}` }, `listed twice in ${key}, again as number ${n + 1}`, 'each image once');
      continue;
    }
    seen.add(path);
    const reference = label === undefined ? null : innerPath(input, FILE, name, label);
    if (label === undefined) {
      const needed = split === 'training';
      input.findings.say(needed ? 'reference-missing' : 'reference-none', { case: name }, 'no reference segmentation', `"label" of the case in ${FILE}`);
    }
    const whole = reference === null ? undefined : input.paths.get(reference);
    if (reference !== null && whole === undefined) {
      input.findings.say('reference-missing', { case: name, file: `${input.base}${reference}` }, 'no such file', `the reference segmentation that ${FILE} names`);
    }
    cases.push({
      name,
      split,
      patient: null,
      facts: {},
      images: imagesOf(input, name, path, channels),
      references: whole === undefined ? [] : [{ reader: null, path: whole }],
    });
  }
  return cases;
}

function imagesOf(input: LayoutInput, name: string, path: string, channels: readonly string[] | null): ImageSource[] {
  const whole = input.paths.get(path);
  const names = channels ?? ['channel 0'];
  if (whole !== undefined) {
    return [names.length > 1 ? { kind: 'channels', path: whole, channels: names } : { kind: 'file', path: whole, channel: names[0] }];
  }
  // nnU-Net v1 lists NAME.nii.gz and has NAME_0000.nii.gz
  const numbered = names.flatMap((channel, n): ImageSource[] => {
    const file = input.paths.get(path.replace(/(\.nii(\.gz)?|\.nrrd|\.mha)$/i, `_${String(n).padStart(4, '0')}$1`));
    return file === undefined ? [] : [{ kind: 'file', path: file, channel }];
  });
  if (numbered.length === 0) {
    input.findings.say('image-missing', { case: name, file: `${input.base}${path}` }, 'no such file', `the image that ${FILE} names`);
  } else if (numbered.length < names.length) {
    input.findings.say('channel-missing', { case: name, file: `${input.base}${path}` }, `files for ${numbered.length} channels`, `${names.length}: ${names.join(', ')}`);
  }
  return numbered;
}

/** Images and label maps of the three folders that dataset.json does not list. */
function strays(input: LayoutInput, cases: readonly PlannedCase[]): void {
  const used = new Set(
    cases.flatMap(({ images, references }) => [...images.flatMap((image) => ('path' in image ? [image.path] : [])), ...references.map(({ path }) => path)]),
  );
  for (const folder of ['imagesTr/', 'labelsTr/', 'imagesTs/', 'labelsTs/']) {
    for (const [name, path] of within(input, folder)) {
      if (stemOf(name) === null || used.has(path) || name.startsWith('_')) continue;
      input.findings.say('dataset-stray', { file: path }, `a file that ${FILE} does not list`, 'every file listed under training or test');
    }
  }
}

/** `labels` of the Decathlon: value to name. */
function readLabels(input: LayoutInput, labels: unknown): DeclaredLabels | null {
  const entries = isFields(labels) ? Object.entries(labels) : [];
  const bad = entries.find(([value, name]) => !/^\d{1,5}$/.test(value) || Number(value) > 65535 || typeof name !== 'string');
  if (entries.length === 0 || bad) {
    const found = bad ? `label ${shown(bad[0])} is ${shown(bad[1])}` : `labels are ${shown(labels)}`;
    input.findings.say('dataset-labels', { file: `${input.base}${FILE}` }, found, 'a name for each value: {"0": "background", "1": "liver"}');
    return null;
  }
  return {
    labels: entries
      .map(([value, name]) => ({ value: Number(value), name: name as string }))
      .filter(({ value }) => value !== 0)
      .sort((a, b) => a.value - b.value),
    regions: [],
    ignore: null,
  };
}
