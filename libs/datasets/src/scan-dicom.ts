import { describeDicomHeader, dicomHolds, ImageFormatError, readDicomHeader, type DicomDataSet, type DicomDescription, type HoldCode } from '#imaging';
import type { DatasetCode, Findings } from './finding.js';
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
  /** What headers call the patient; none where they say that names were taken out. */
  readonly called: readonly string[];
  /** Why somebody has to look, and the first file of which it holds. */
  readonly holds: ReadonlyMap<HoldCode, string>;
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
  const series = new Map<string, { description: DicomDescription; paths: string[]; called: Set<string>; holds: Map<HoldCode, string> }>();
  const references: ScannedReference[] = [];
  let others = 0;
  for (const path of paths) {
    if (OTHER.test(path) || stemOf(nameOf(path)) !== null || nameOf(path).toUpperCase() === 'DICOMDIR') continue;
    try {
      const header = await readHeader((most) => files.readStart(path, most), () => files.read(path));
      const description = header && describeDicomHeader(header);
      if (description === null) {
        if (/\.(dcm|dicom|ima)$/i.test(path)) findings.say('dataset-stray', { file: path }, 'a file called DICOM that is none', 'a DICOM file');
      } else if (description.kind === 'image') {
        const key = description.seriesInstanceUid || `${description.frameOfReferenceUid} ${folderOf(path)}`;
        const entry = series.get(key) ?? { description, paths: [], called: new Set<string>(), holds: new Map<HoldCode, string>() };
        entry.paths.push(path);
        if (!description.deidentified) for (const called of [description.patientName, description.patientId]) if (called !== '') entry.called.add(called);
        for (const code of heldFor(header!)) if (!entry.holds.has(code)) entry.holds.set(code, path);
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
    series: [...series.values()].map(({ description, paths: own, called, holds }) => ({
      uid: description.seriesInstanceUid,
      study: description.studyInstanceUid,
      modality: description.modality,
      frameOfReference: description.frameOfReferenceUid,
      patient: description.patientId,
      paths: own,
      called: [...called],
      holds,
      folder: commonFolder(own),
    })),
  };
}

async function readHeader(start: (most: number) => Promise<Uint8Array>, whole: () => Promise<Uint8Array>): Promise<DicomDataSet | null> {
  const head = await start(HEADER_BYTES);
  try {
    return await readDicomHeader(head);
  } catch (error) {
    const more = error instanceof ImageFormatError && ['dicom-truncated', 'dicom-deflate'].includes(error.code) && head.length === HEADER_BYTES;
    if (!more) throw error;
    return readDicomHeader(await whole());
  }
}

/**
 * As the de-identification of DICOM judges. It refuses classes that it does not know; here, where only voxels are taken and the
 * class is often stripped off, an image is then what its modality says.
 */
function heldFor(header: DicomDataSet): readonly HoldCode[] {
  const held = (sopClass: string) => dicomHolds(header, sopClass, { head: 'hold', unstatedBodyPart: 'hold' });
  const holds = held(header.text(SOP_CLASS) ?? '') ?? held(CLASSES[header.text(MODALITY) ?? ''] ?? CLASSES.CT) ?? [];
  return holds.map(({ code }) => code);
}

const MODALITY = 0x00080060;
/** Storage of images by modality; others are no images here. */
const CLASSES: Readonly<Record<string, string>> = {
  CT: '1.2.840.10008.5.1.4.1.1.2',
  MR: '1.2.840.10008.5.1.4.1.1.4',
  PT: '1.2.840.10008.5.1.4.1.1.128',
  NM: '1.2.840.10008.5.1.4.1.1.20',
};

const SOP_CLASS = 0x00080016;

/** What a hold is here. Overlays in unused bits are none: only voxels are sent. */
const HELD: Readonly<Record<HoldCode, { readonly code: DatasetCode; readonly found: string; readonly expected: string } | null>> = {
  'deid-burned-in': { code: 'burned-in', found: 'an image that says that text is burned into its pixels', expected: 'pixels without names; remove the text, or leave the series out' },
  'deid-secondary-capture': { code: 'burned-in', found: 'a picture of a screen, a film or a page', expected: 'images as the scanner made them' },
  'deid-pixels-unstated': { code: 'burned-in', found: 'a kind of image that often has text in its pixels, and does not say that it has none', expected: 'BurnedInAnnotation (0028,0301) NO, when somebody has looked' },
  'deid-overlay-in-pixels': null,
  'deid-recognisable': { code: 'head-image', found: 'an image of a head, which shows a face', expected: 'faces removed, or a steward who has looked and agrees' },
  'deid-body-part-unstated': { code: 'body-part-unstated', found: 'images of which nothing says what they show; they may be heads', expected: 'a look at them' },
};

/** Says what somebody has to look at before a series is sent. */
export function sayHolds(findings: Findings, name: string, { holds }: Pick<ScannedSeries, 'holds'>): void {
  for (const [hold, path] of holds) {
    const held = HELD[hold];
    if (!held) continue;
    // for all of them at once
    findings.say(held.code, held.code === 'body-part-unstated' ? {} : { case: name, file: path }, held.found, held.expected);
  }
}

function commonFolder(paths: readonly string[]): string {
  let common = folderOf(paths[0]);
  for (const path of paths) while (!path.startsWith(common)) common = folderOf(common.slice(0, -1));
  return common;
}
