import { nameOf, stemOf } from './dataset-files.js';
import { indexedNames, innerPath, isFields, readJson, shown, textField, type Fields } from './description.js';
import { within, type DeclaredLabels, type LayoutInput, type PlannedCase, type PlannedDataset, type ReferenceSource } from './planned.js';

const FILE = 'dataset.json';
const READ_ENDINGS = ['.nii.gz', '.nii', '.nrrd', '.mha'];

/**
 * A dataset as nnU-Net v2 keeps it: `imagesTr/CASE_0000.nii.gz`, one file for each channel, `labelsTr/CASE.nii.gz`, and a
 * dataset.json. `labelsTs` is not part of its description and common all the same: references of the test cases.
 *
 * Source: MIC-DKFZ/nnUNet, documentation/dataset_format.md and documentation/ignore_label.md.
 */
export async function planNnunet(input: LayoutInput): Promise<PlannedDataset> {
  const { findings } = input;
  const fields = (await readJson(input, FILE)) ?? {};
  const file = { file: `${input.base}${FILE}` };
  const described = Object.keys(fields).length > 0;
  const channels = described ? indexedNames(input, FILE, 'channel_names', fields.channel_names) : null;
  const labels = described ? readLabels(input, fields) : null;
  const ending = fileEnding(input, fields);
  const cases = isFields(fields.dataset)
    ? listedCases(input, fields.dataset, channels)
    : [...folderCases(input, 'Tr', 'training', ending, channels), ...folderCases(input, 'Ts', 'test', ending, channels)];
  const training = cases.filter(({ split }) => split === 'training').length;
  if (described && fields.numTraining !== training) {
    findings.say('dataset-description-loose', file, `numTraining is ${shown(fields.numTraining)}`, `${training}, the number of training cases that are there`);
  }
  return {
    layout: 'nnunet',
    name: textField(input, FILE, fields, ['name']) || nameOf(input.base.slice(0, -1)) || input.files.name,
    description: textField(input, FILE, fields, ['description']),
    licence: textField(input, FILE, fields, ['licence', 'license']),
    labels,
    channels: channels ?? [],
    cases,
  };
}

function fileEnding(input: LayoutInput, fields: Fields): string {
  const { file_ending: stated } = fields;
  if (typeof stated === 'string' && READ_ENDINGS.includes(stated)) return stated;
  const first = [...within(input, 'imagesTr/').keys()].find((name) => stemOf(name) !== null);
  const guessed = READ_ENDINGS.find((ending) => first?.endsWith(ending)) ?? '.nii.gz';
  // without a dataset.json that can be read this has been said already
  if (Object.keys(fields).length > 0) {
    input.findings.say('dataset-description', { file: `${input.base}${FILE}` }, `file_ending is ${shown(stated)}`, `one of ${READ_ENDINGS.join(', ')}`);
  }
  return guessed;
}

/** Cases by the names of files. */
function folderCases(input: LayoutInput, part: 'Tr' | 'Ts', split: string, ending: string, channels: readonly string[] | null): PlannedCase[] {
  const { findings } = input;
  const images = new Map<string, Map<number, string>>();
  for (const [name, path] of within(input, `images${part}/`)) {
    const found = name.endsWith(ending) ? /^(.+)_(\d{4})$/.exec(name.slice(0, -ending.length)) : null;
    if (!found) {
      findings.say('dataset-stray', { file: path }, 'a file that belongs to no case', `CASE_0000${ending}: the name of a case and a channel of four digits`);
      continue;
    }
    const ofCase = images.get(found[1]) ?? new Map<number, string>();
    images.set(found[1], ofCase.set(Number(found[2]), path));
  }
  const references = new Map<string, string>();
  const folder = within(input, `labels${part}/`);
  for (const [name, path] of folder) {
    if (name.endsWith(ending)) references.set(name.slice(0, -ending.length), path);
    else if (stemOf(name) !== null) findings.say('dataset-stray', { file: path }, 'a file that belongs to no case', `CASE${ending}`);
  }
  for (const [name, path] of references) {
    if (!images.has(name)) findings.say('image-missing', { case: name, file: path }, 'a reference segmentation without image', `images${part}/${name}_0000${ending}`);
  }
  return [...images].map(([name, found]) => {
    const expected = channels ?? Array.from({ length: Math.max(...found.keys()) + 1 }, (_, n) => `channel ${n}`);
    for (const [n, channel] of expected.entries()) {
      if (!found.has(n)) findings.say('channel-missing', { case: name }, `no file for channel ${n}, ${channel}`, `images${part}/${name}_${String(n).padStart(4, '0')}${ending}`);
    }
    for (const [n, path] of found) {
      if (n >= expected.length) findings.say('channels-differ', { case: name, file: path }, `channel ${n}`, `${expected.length} channels, as channel_names declares`);
    }
    const reference = references.get(name);
    if (reference === undefined) noReference(input, name, part, ending, folder.size > 0);
    return {
      name,
      split,
      patient: null,
      facts: {},
      images: [...found]
        .filter(([n]) => n < expected.length)
        .sort(([a], [b]) => a - b)
        .map(([n, path]) => ({ kind: 'file' as const, path, channel: expected[n] })),
      references: reference === undefined ? [] : [{ reader: null, path: reference }],
    };
  });
}

function noReference({ findings }: LayoutInput, name: string, part: 'Tr' | 'Ts', ending: string, any: boolean): void {
  const needed = part === 'Tr' || any;
  findings.say(
    needed ? 'reference-missing' : 'reference-none',
    { case: name },
    needed ? 'no reference segmentation' : 'a test case without reference segmentation; nothing can be compared with it',
    `labels${part}/${name}${ending}`,
  );
}

/** Cases as `dataset` of dataset.json lists them, which replaces the names of files. */
function listedCases(input: LayoutInput, listed: Fields, channels: readonly string[] | null): PlannedCase[] {
  const resolve = (name: string, path: unknown): string | null => {
    const plain = innerPath(input, FILE, name, path);
    const whole = plain === null ? undefined : input.paths.get(plain);
    if (plain !== null && whole === undefined) {
      input.findings.say('image-missing', { case: name, file: `${input.base}${plain}` }, 'no such file', `the file that ${FILE} names`);
    }
    return whole ?? null;
  };
  return Object.entries(listed).map(([name, entry]): PlannedCase => {
    const { images, label } = isFields(entry) ? entry : {};
    const paths = Array.isArray(images) ? images : [];
    if (paths.length === 0) {
      input.findings.say('dataset-description', { case: name, file: `${input.base}${FILE}` }, `images of the case are ${shown(images)}`, 'a list of paths, one for each channel');
    }
    const found = paths.map((path) => resolve(name, path));
    const expected = channels ?? paths.map((_, n) => `channel ${n}`);
    for (const [n, channel] of expected.entries()) {
      if (paths.length > 0 && n >= paths.length) input.findings.say('channel-missing', { case: name }, `no file for channel ${n}, ${channel}`, `a path for it in "images" of the case in ${FILE}`);
    }
    if (paths.length > expected.length) {
      input.findings.say('channels-differ', { case: name }, `${paths.length} images`, `${expected.length}, one for each channel that channel_names declares`);
    }
    const reference: ReferenceSource[] = [];
    if (label === undefined) input.findings.say('reference-missing', { case: name }, 'no reference segmentation', `"label" of the case in ${FILE}`);
    else {
      const path = resolve(name, label);
      if (path !== null) reference.push({ reader: null, path });
    }
    return {
      name,
      split: 'training',
      patient: null,
      facts: {},
      images: found.slice(0, expected.length).flatMap((path, n) => (path === null ? [] : [{ kind: 'file', path, channel: expected[n] }])),
      references: reference,
    };
  });
}

/** `labels` of nnU-Net: name to value, or to the list of values of a region. Background is 0, `ignore` the highest. */
function readLabels(input: LayoutInput, fields: Fields): DeclaredLabels | null {
  const place = { file: `${input.base}${FILE}` };
  const { findings } = input;
  const isValue = (x: unknown): x is number => Number.isInteger(x) && (x as number) >= 0 && (x as number) <= 65535;
  const entries = isFields(fields.labels) ? Object.entries(fields.labels) : [];
  const valuesOf = (value: unknown): readonly number[] | null => {
    const list = Array.isArray(value) ? value : [value];
    return list.length > 0 && list.every(isValue) ? list : null;
  };
  const bad = entries.find(([, value]) => valuesOf(value) === null);
  if (entries.length === 0 || bad) {
    const found = bad ? `label "${bad[0].slice(0, 80)}" is ${shown(bad[1])}` : `labels are ${shown(fields.labels)}`;
    findings.say('dataset-labels', place, found, 'a whole number, or a list of them, for each name: {"background": 0, "liver": 1}');
    return null;
  }
  const used = [...new Set(entries.flatMap(([, value]) => valuesOf(value)!))].sort((a, b) => a - b);
  if (valuesOf((fields.labels as Fields).background)?.[0] !== 0) {
    findings.say('dataset-labels', place, 'no label "background" of value 0', '"background": 0');
  }
  const last = used[used.length - 1];
  if (used.some((value, n) => value !== n)) {
    findings.say('dataset-labels', place, `values ${used.join(', ')}`, 'consecutive values from 0 on');
  }
  const ignore = valuesOf((fields.labels as Fields).ignore)?.[0] ?? null;
  if (ignore !== null && ignore !== last) {
    findings.say('dataset-labels', place, `label "ignore" has the value ${ignore}`, `the highest value, ${last}`);
  }
  const singles = new Map<number, string>();
  for (const [name, value] of entries) {
    if (Array.isArray(value) || value === 0) continue;
    const other = singles.get(value as number);
    if (other !== undefined) findings.say('dataset-labels', place, `labels "${other}" and "${name}" both have the value ${value as number}`, 'a value for each');
    singles.set(value as number, name);
  }
  const regions = entries.flatMap(([name, value]) => (Array.isArray(value) && !(value.length === 1 && value[0] === 0) ? [{ name, labels: value as number[] }] : []));
  if (regions.some(({ labels }) => labels.length > 1) && !Array.isArray(fields.regions_class_order)) {
    findings.say('dataset-labels', place, 'regions of several labels and no regions_class_order', 'regions_class_order beside them');
  }
  return {
    labels: used.filter((value) => value !== 0 && value !== ignore).map((value) => ({ value, name: singles.get(value) ?? `label ${value}` })),
    regions,
    ignore,
  };
}
