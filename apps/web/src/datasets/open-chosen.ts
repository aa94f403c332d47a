import {
  isArchive,
  planDataset,
  planOneCase,
  readTable,
  type AcceptableCode,
  type DatasetFiles,
  type DatasetLayout,
  type Findings,
  type PlannedDataset,
  type ReferenceRules,
} from '#datasets';
import { filesOfArchiveBlob } from './archive-blob.js';
import { browserFiles, NO_FILES, topParts, type ChosenFile, type ChosenFiles } from './browser-files.js';

/** A table with clinical facts, as text. */
export interface ChosenTable {
  readonly file: string;
  readonly text: string;
}

/** What is to be checked. */
export interface CheckQuestion {
  readonly chosen: ChosenFiles;
  readonly table: ChosenTable | null;
  /** null: find out. */
  readonly layout: DatasetLayout | null;
  /** For the files of a single case: which part of the top is the image; the others are its reference segmentations. */
  readonly image: string | null;
  /** Errors that somebody has looked at and accepts: they count as warnings. */
  readonly accepted: readonly AcceptableCode[];
  /** What is decided about segmentations that leave a choice. */
  readonly rules: ReferenceRules;
  /** Cases are called case-0001 and so on; those named before keep the names in `names`. */
  readonly rename: boolean;
  readonly names: Readonly<Record<string, string>>;
}

/** The archive, where one and nothing else was chosen. */
export function chosenArchive({ files }: ChosenFiles): ChosenFile | null {
  const [only, ...others] = files;
  return only !== undefined && others.length === 0 && !only.path.includes('/') && isArchive(only.path) ? only : null;
}

/** Whether these are the files of one case rather than a dataset of several: files by themselves, beside a folder at most. */
export function isOneCase(chosen: ChosenFiles): boolean {
  const { folders, files } = topParts(chosen);
  return files.length > 0 && folders.length <= 1 && chosenArchive(chosen) === null;
}

/** Which part of a single case seems to be its image: the folder, else the file whose name does not speak of a segmentation. */
export function likelyImage(chosen: ChosenFiles): string | null {
  const { folders, files } = topParts(chosen);
  const marked =
    /(^|[^a-z])(seg|segm|segmentations?|labels?|labelmap|mask|masks|reference|annotation|rtstruct|gt|dseg)([^a-z]|$)/i;
  return folders[0]?.name ?? files.find((name) => !marked.test(name)) ?? files[0] ?? null;
}

/**
 * Opens what was chosen: a folder in some layout, or an archive; several folders of DICOM studies; or the files of one case.
 *
 * @returns planned: null when it has no layout; then there is a finding that says so
 */
export async function openChosen(
  { chosen, table: sent, layout, image }: Pick<CheckQuestion, 'chosen' | 'table' | 'layout' | 'image'>,
  findings: Findings,
): Promise<{ readonly files: DatasetFiles; readonly planned: PlannedDataset | null }> {
  const archive = chosenArchive(chosen);
  const table = sent === null ? null : readTable(sent.file, sent.text, findings);
  if (archive !== null) {
    try {
      const files = await filesOfArchiveBlob(archive.path, archive.file);
      return { files, planned: await planDataset(files, layout, table, findings) };
    } catch (error) {
      findings.refuse(error, { file: archive.path });
      return { files: browserFiles(NO_FILES), planned: null };
    }
  }
  const files = browserFiles(chosen);
  if (isOneCase(chosen)) {
    const { folders, files: alone } = topParts(chosen);
    const parts = [...folders.map(({ name }) => name), ...alone];
    const first = image ?? likelyImage(chosen) ?? parts[0];
    const others = parts.filter((name) => name !== first);
    return { files, planned: await planOneCase(files, first, others, findings) };
  }
  return { files, planned: await planDataset(files, layout, table, findings) };
}
