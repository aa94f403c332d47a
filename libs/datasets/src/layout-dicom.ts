import { folderOf, nameOf, stemOf } from './dataset-files.js';
import type { LayoutInput, PlannedCase, PlannedDataset, ReferenceSource } from './planned.js';
import { sayHolds, scanDicom, type ScannedReference, type ScannedSeries } from './scan-dicom.js';

/**
 * A folder of DICOM studies in any order. Each series of images that a reference belongs to is a case; references are SEG and
 * RTSTRUCT files, by the series that they name, and label maps in NIfTI, NRRD or MetaImage, by where they lie.
 */
export async function planDicom(input: LayoutInput): Promise<PlannedDataset> {
  const { findings } = input;
  const { series, references } = await scanDicom(input, input.paths.values());
  const owned = new Map<ScannedSeries, ReferenceSource[]>(series.map((one) => [one, []]));
  const claim = (owner: ScannedSeries, path: string): void => void owned.get(owner)!.push({ reader: null, path });
  for (const reference of references) {
    const owner = ownerOf(input, reference, series);
    if (owner) claim(owner, reference.path);
  }
  for (const path of input.paths.values()) {
    if (stemOf(nameOf(path)) === null) continue;
    const owner = neighbourOf(input, path, series);
    if (owner) claim(owner, path);
  }
  const names = nameCases(input, series);
  const withReference = new Set(series.filter((one) => owned.get(one)!.length > 0).map(({ study }) => study));
  const cases = series.flatMap((one): PlannedCase[] => {
    const own = owned.get(one)!;
    const name = names.get(one)!;
    // several are told apart by the names of label maps; DICOM files are often called after their UIDs, which are no readers
    if (own.length === 0) {
      const beside = withReference.has(one.study);
      findings.say(
        beside ? 'reference-none' : 'reference-missing',
        { case: name, file: one.folder || null },
        `a series (${one.modality}, ${one.paths.length} file(s)) without reference segmentation${beside ? '; another series of its study has one, so this one is passed over' : ''}`,
        'a SEG or RTSTRUCT file that names the series, or a label map beside its folder',
      );
      if (beside) return [];
    }
    sayHolds(findings, name, one);
    return [
      {
        name,
        split: null,
        patient: one.patient || null,
        called: one.called,
        facts: {},
        images: [{ kind: 'series', paths: one.paths, folder: one.folder || input.files.name, channel: one.modality }],
        references: own.map(({ path }, n) => (own.length > 1 ? { reader: stemOf(nameOf(path)) ?? `reader ${n + 1}`, guessed: true, path } : { reader: null, path })),
      },
    ];
  });
  const modalities = [...new Set(cases.flatMap(({ images }) => images.flatMap((image) => ('channel' in image ? [image.channel] : []))))];
  if (modalities.length > 1) {
    findings.say('modality-differs', {}, `cases of ${modalities.join(', ')}`, 'one modality, unless algorithms are to work on each of them');
  }
  return {
    layout: 'dicom',
    name: input.files.name,
    description: '',
    licence: '',
    labels: null,
    channels: modalities.length === 1 ? modalities : [],
    cases,
  };
}

/** The series that a reference names; without a name, the only one of its frame of reference. */
function ownerOf({ findings }: LayoutInput, reference: ScannedReference, series: readonly ScannedSeries[]): ScannedSeries | null {
  const place = { file: reference.path };
  const named = series.filter(({ uid }) => reference.referencedSeries.includes(uid));
  if (named.length === 1) return named[0];
  const candidates =
    named.length > 1 ? named : series.filter(({ frameOfReference }) => frameOfReference !== '' && frameOfReference === reference.frameOfReferenceUid);
  if (candidates.length === 1) return candidates[0];
  if (candidates.length > 1) {
    findings.say('reference-ambiguous', place, `${candidates.length} series that it may belong to`, 'the one series that it was drawn on, named in the file');
  } else {
    findings.say('image-missing', place, 'a reference segmentation whose series of images is not there', 'the series that it was drawn on');
  }
  return null;
}

/** The series beside which a label map lies: in or below its folder, or that of a folder above; several are told apart by name. */
function neighbourOf({ base, findings }: LayoutInput, path: string, series: readonly ScannedSeries[]): ScannedSeries | null {
  const stem = stemOf(nameOf(path))!;
  for (let folder = folderOf(path); ; folder = folderOf(folder.slice(0, -1))) {
    const near = series.filter((one) => one.folder.startsWith(folder));
    if (near.length === 1) return near[0];
    if (near.length > 1) {
      const named = near.filter((one) => one.folder.split('/').some((part) => part !== '' && (stem === part || stem.startsWith(`${part}_`) || stem.startsWith(`${part}-`))));
      if (named.length === 1) return named[0];
      findings.say('reference-ambiguous', { file: path }, `${near.length} series that it may belong to`, 'a label map in the folder of its series, or with the name of that folder');
      return null;
    }
    if (folder.length <= base.length) break;
  }
  findings.say('image-missing', { file: path }, 'a label map without a series of images', 'the series that it was drawn on');
  return null;
}

/** Names by folders: the topmost where it tells cases apart, else the whole path, else numbers. Headers are not asked: they name people. */
function nameCases({ base, files }: LayoutInput, series: readonly ScannedSeries[]): Map<ScannedSeries, string> {
  const parts = series.map(({ folder }) => folder.slice(base.length).split('/').filter(Boolean));
  const tops = parts.map(([top]) => top ?? nameOf(base.slice(0, -1)) ?? '');
  const distinct = new Set(tops).size === tops.length && !tops.includes('');
  const taken = new Map<string, number>();
  return new Map(
    series.map((one, n) => {
      const plain = (distinct ? tops[n] : parts[n].join('-')) || nameOf(base.slice(0, -1)) || files.name;
      const count = (taken.get(plain) ?? 0) + 1;
      taken.set(plain, count);
      return [one, count === 1 ? plain : `${plain}-${count}`];
    }),
  );
}
