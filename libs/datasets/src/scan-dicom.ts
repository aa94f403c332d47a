import { describeDicom, ImageFormatError, type DicomDescription } from '#imaging';
import { folderOf, nameOf, stemOf } from './dataset-files.js';
import type { LayoutInput } from './planned.js';

/** Most headers end before this; a file with a longer one is read whole. */
const HEADER_BYTES = 1 << 16;
/** Names of files that are certainly something else. */
const OTHER = /\.(json|tsv|csv|txt|md|pdf|xml|html?|png|jpe?g|zip|gz|tar|bval|bvec|raw|zraw|img|docx?|xlsx?|py|ipynb|yaml|yml|log)$/i;

/** Images of one series, in the folders where they lie. */
export interface ScannedSeries {
  /** '' where files were stripped of it. */
  readonly uid: string;
  readonly study: string;
  readonly modality: string;
  readonly frameOfReference: string;
  readonly patient: string;
  readonly paths: readonly string[];
  /** Deepest folder in which all of its files lie; '' or with a slash at its end. */
  readonly folder: string;
}

/** A segmentation or a structure set. */
export interface ScannedReference extends DicomDescription {
  readonly path: string;
}

export interface ScannedDicom {
  readonly series: readonly ScannedSeries[];
  readonly references: readonly ScannedReference[];
  /** DICOM files that are neither: reports, doses, plans. */
  readonly others: number;
}

/** Sorts files by their DICOM headers, reading no more of each than that. Files that are no DICOM are passed over. */
export async function scanDicom({ files, findings }: LayoutInput, paths: Iterable<string>): Promise<ScannedDicom> {
  const series = new Map<string, { description: DicomDescription; paths: string[] }>();
  const references: ScannedReference[] = [];
  let others = 0;
  for (const path of paths) {
    if (OTHER.test(path) || stemOf(nameOf(path)) !== null || nameOf(path).toUpperCase() === 'DICOMDIR') continue;
    try {
      const description = await describe((most) => files.readStart(path, most), () => files.read(path));
      if (description === null) {
        if (/\.(dcm|dicom|ima)$/i.test(path)) findings.say('dataset-stray', { file: path }, 'a file called DICOM that is none', 'a DICOM file');
      } else if (description.kind === 'image') {
        const key = description.seriesInstanceUid || `${description.frameOfReferenceUid} ${folderOf(path)}`;
        const entry = series.get(key) ?? { description, paths: [] };
        entry.paths.push(path);
        series.set(key, entry);
      } else if (description.kind === 'other') others++;
      else references.push({ ...description, path });
    } catch (error) {
      findings.refuse(error, { file: path });
    }
  }
  return {
    others,
    references,
    series: [...series.values()].map(({ description, paths: own }) => ({
      uid: description.seriesInstanceUid,
      study: description.studyInstanceUid,
      modality: description.modality,
      frameOfReference: description.frameOfReferenceUid,
      patient: description.patientId,
      paths: own,
      folder: commonFolder(own),
    })),
  };
}

async function describe(start: (most: number) => Promise<Uint8Array>, whole: () => Promise<Uint8Array>): Promise<DicomDescription | null> {
  const head = await start(HEADER_BYTES);
  try {
    return await describeDicom(head);
  } catch (error) {
    const more = error instanceof ImageFormatError && ['dicom-truncated', 'dicom-deflate'].includes(error.code) && head.length === HEADER_BYTES;
    if (!more) throw error;
    return describeDicom(await whole());
  }
}

function commonFolder(paths: readonly string[]): string {
  let common = folderOf(paths[0]);
  for (const path of paths) while (!path.startsWith(common)) common = folderOf(common.slice(0, -1));
  return common;
}
