import { isGhost, isHidden, type DatasetFiles } from './dataset-files.js';
import type { Findings } from './finding.js';

export const DATASET_LAYOUTS = ['nnunet', 'msd', 'bids', 'folder', 'dicom'] as const;
export type DatasetLayout = (typeof DATASET_LAYOUTS)[number];

/** Where the voxels of one or more channels come from. */
export type ImageSource =
  | { readonly kind: 'file'; readonly path: string; readonly channel: string }
  /** A NIfTI file with a fourth axis, as the Medical Segmentation Decathlon has them. */
  | { readonly kind: 'channels'; readonly path: string; readonly channels: readonly string[] }
  /** A DICOM series; `folder` is what findings name. */
  | { readonly kind: 'series'; readonly paths: readonly string[]; readonly folder: string; readonly channel: string };

export interface ReferenceSource {
  /** Who drew it; null where the dataset does not say. */
  readonly reader: string | null;
  readonly path: string;
  /** That `reader` is the name of a file, and may mean a structure as well. */
  readonly guessed?: true;
}

/** A case as the layout describes it; nothing of its voxels has been read. */
export interface PlannedCase {
  readonly name: string;
  readonly split: string | null;
  /** Tells patients apart and says nothing else: never shown. Null when the dataset does not say. */
  readonly patient: string | null;
  /** What headers call the patient, to be compared with the name of the case: never shown, never sent. */
  readonly called?: readonly string[];
  /** Clinical facts and facts of the acquisition that stand beside the image. */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly images: readonly ImageSource[];
  readonly references: readonly ReferenceSource[];
}

export interface DeclaredLabel {
  readonly value: number;
  readonly name: string;
}

export interface DeclaredLabels {
  /** Without the background. In order of value. */
  readonly labels: readonly DeclaredLabel[];
  /** Labels scored together, where the description names such. */
  readonly regions: readonly { readonly name: string; readonly labels: readonly number[] }[];
  /** Voxels of this label are not scored. */
  readonly ignore: number | null;
}

export interface PlannedDataset {
  readonly layout: DatasetLayout;
  readonly name: string;
  readonly description: string;
  readonly licence: string;
  readonly labels: DeclaredLabels | null;
  readonly channels: readonly string[];
  readonly cases: readonly PlannedCase[];
}

/** What a layout is read from. */
export interface LayoutInput {
  readonly files: DatasetFiles;
  /** Folder within `files` in which the dataset begins: '' or with a slash at its end. */
  readonly base: string;
  /** Paths below `base`, and the whole path of each; ghosts and hidden files are not among them. */
  readonly paths: ReadonlyMap<string, string>;
  readonly findings: Findings;
}

/**
 * Prepares files for a layout: notes what is passed over, and goes down into a folder that holds everything, as archives
 * usually have one.
 */
export function layoutInput(files: DatasetFiles, findings: Findings): LayoutInput {
  for (const { path, why } of files.passedOver) {
    if (why === 'link') {
      findings.say('dataset-link', { file: path }, 'a link that leads out of the dataset or nowhere', 'files; it is not followed');
    } else {
      const found = why === 'entry' ? 'neither a file nor a folder, or a folder that may not be read' : 'folders nested deeper than we look';
      findings.say('dataset-entry', { file: path }, found, 'files in folders; it is passed over');
    }
  }
  const all = files.files.map(({ path }) => path);
  const ghosts = all.filter(isGhost);
  if (ghosts.length > 0) {
    const more = ghosts.length > 1 ? ` and ${ghosts.length - 1} more of its kind` : '';
    findings.say('dataset-ghost', { file: ghosts[0] }, `a file that the operating system left behind${more}`, 'nothing; it is passed over');
  }
  const seen = all.filter((path) => !isGhost(path) && !isHidden(path));
  let base = '';
  for (;;) {
    const [top] = seen[0]?.slice(base.length).split('/') ?? [];
    const next = `${base}${top}/`;
    // a folder that means something by its name is no wrapping
    if (top === undefined || /^(images|references|imagesTr|imagesTs|labelsTr|derivatives|sub-.*)$/.test(top)) break;
    if (!seen.every((path) => path.startsWith(next))) break;
    base = next;
  }
  return { files, base, paths: new Map(seen.map((path) => [path.slice(base.length), path])), findings };
}

/** Paths directly within a folder, by file name. @param folder '' or with a slash at its end */
export function within({ paths }: Pick<LayoutInput, 'paths'>, folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [path, whole] of paths) {
    const rest = path.slice(folder.length);
    if (path.startsWith(folder) && rest !== '' && !rest.includes('/')) found.set(rest, whole);
  }
  return found;
}

/** Whether anything lies within a folder. */
export function hasFolder({ paths }: Pick<LayoutInput, 'paths'>, folder: string): boolean {
  for (const path of paths.keys()) if (path.startsWith(folder)) return true;
  return false;
}
