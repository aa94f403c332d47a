import {
  ImageFormatError,
  openDicom,
  type DicomDataSet,
  writeDicomElements,
  writeDicomHead,
  writeDicomItem,
  writtenText,
  type WrittenElement,
} from '#imaging';
import { parseDate, yearsBetween } from './calendar.js';
import { cappedAge } from './characteristics.js';
import { textReader, type TextReader } from './charset.js';
import { noCounts, type ActionCounts } from './counts.js';
import { holdsOf, SOP_CLASS, type Hold, type HoldCode } from './gate.js';
import { Identifiers } from './identifiers.js';
import type { KeyedNames } from './keyed.js';
import { rewritePixels, transferSyntaxOf } from './pixels.js';
import { methodCodes, type DeidentificationPolicy } from './policy.js';
import { DeidentificationRefused } from './refusal.js';
import { Rewriter } from './rewrite.js';
import { withoutPadding } from './values.js';
import { WordList } from './words.js';

export interface DeidentifyOptions {
  readonly policy: DeidentificationPolicy;
  readonly names: KeyedNames;
  /** Holds that a steward has looked at and set aside for this file. */
  readonly accepted?: ReadonlySet<HoldCode>;
  /**
   * Which series a file without UIDs belongs to, for instance the name of its folder; it does not get into the file. Without
   * it such files are refused.
   */
  readonly standIn?: string;
  /** Most bytes of pixels that a deflated file may have. */
  readonly maxBytes?: number;
}

/** Age of the patient in completed years when the image was made, in the bands of the strata. */
export const AGE_BANDS = ['0-17', '18-39', '40-59', '60-74', '75+'] as const;
export type AgeBand = (typeof AGE_BANDS)[number];

/** A file that was rebuilt. `held`: keep it apart until a steward has looked at it. */
export interface RebuiltFile {
  readonly status: 'done' | 'held';
  /** Why a steward has to look; empty when done. */
  readonly holds: readonly Hold[];
  readonly counts: ActionCounts;
  /** The new file in pieces, pixels not copied from the bytes that were given. */
  readonly pieces: readonly Uint8Array[];
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly studyInstanceUid: string;
  /** The patient's new name and ID. */
  readonly patient: string;
  /** From birth date or age before they went; null when neither is there or the policy removes characteristics. */
  readonly ageBand: AgeBand | null;
}

/** A file of which nothing may go on. The message holds no value of it. */
export interface RefusedFile {
  readonly status: 'refused';
  readonly code: string;
  readonly message: string;
  readonly counts: ActionCounts;
}

export type DeidentifiedFile = RebuiltFile | RefusedFile;

const TAG = {
  characterSet: 0x00080005,
  sopInstance: 0x00080018,
  studyDate: 0x00080020,
  acquisitionDate: 0x00080022,
  modality: 0x00080060,
  institution: 0x00080080,
  patientName: 0x00100010,
  patientId: 0x00100020,
  birthDate: 0x00100030,
  sex: 0x00100040,
  age: 0x00101010,
  removed: 0x00120062,
  method: 0x00120063,
  methodCodes: 0x00120064,
  study: 0x0020000d,
  series: 0x0020000e,
  pixelRepresentation: 0x00280103,
  temporal: 0x00280303,
} as const;

/** Larger than any single file that a scanner writes. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Rebuilds a DICOM file without what says whose it is, by PS3.15 Annex E under a policy.
 *
 * Nothing of the old file is patched: each element is read, treated and written anew, and what is not understood is left
 * behind. Pixels stay value for value. Neither the answer nor a message holds a value of the file.
 *
 * @param bytes the whole file; held until the pieces are written, not changed
 */
export async function deidentifyDicom(bytes: Uint8Array, options: DeidentifyOptions): Promise<DeidentifiedFile> {
  try {
    const { dataSet, transferSyntaxUid } = await openDicom(bytes, options.maxBytes ?? MAX_BYTES);
    return rebuild(dataSet, transferSyntaxUid, options);
  } catch (error) {
    if (!(error instanceof ImageFormatError) && !(error instanceof DeidentificationRefused)) throw error;
    return { status: 'refused', code: error.code, message: error.message, counts: noCounts() };
  }
}

function rebuild(dataSet: DicomDataSet, transferSyntaxUid: string, options: DeidentifyOptions): RebuiltFile {
  const { policy, names } = options;
  const identity = identityOf(dataSet, options);
  const holds = holdsOf(dataSet, identity.sopClassUid, policy).filter(({ code }) => !options.accepted?.has(code));
  const writtenSyntax = transferSyntaxOf(transferSyntaxUid);
  const read = textReader(dataSet.texts(TAG.characterSet));
  // Without an ID nobody knows that two studies are of one patient.
  const patientId = textOf(dataSet, TAG.patientId, read);
  const patientKey = patientId ? `id ${patientId}` : `study ${identity.studyInstanceUid}`;
  const patient = names.patient(patientKey);

  const rewriter = new Rewriter({
    policy,
    names,
    words: new WordList(policy.words),
    identifiers: new Identifiers(dataSet, read, policy.institution === 'keep'),
    read,
    sopClassUid: identity.sopClassUid,
    shiftDays: policy.dates === 'shift' ? names.shiftDays(patientKey, policy.shiftDays) : 0,
    signed: dataSet.uint16(TAG.pixelRepresentation) === 1,
  });
  const years = policy.patientCharacteristics === 'keep' ? ageInYears(dataSet) : null;
  const elements = new Map(rewriter.elements(dataSet).map((element) => [element.tag, element]));
  for (const mark of marksOf(policy, patient, identity)) elements.set(mark.tag, mark);
  if (!elements.has(TAG.sex)) elements.set(TAG.sex, writtenText(TAG.sex, 'CS', ''));
  if (years !== null && !elements.get(TAG.age)?.pieces.length) {
    elements.set(TAG.age, writtenText(TAG.age, 'AS', cappedAge(`${String(years).padStart(3, '0')}Y`)));
  }
  const pixels = rewritePixels(dataSet, transferSyntaxUid);
  if (pixels) elements.set(pixels.tag, pixels);

  const head = writeDicomHead(identity.sopClassUid, identity.sopInstanceUid, writtenSyntax);
  return {
    status: holds.length > 0 ? 'held' : 'done',
    holds,
    counts: rewriter.counts,
    pieces: [...head, ...writeDicomElements([...elements.values()])],
    sopInstanceUid: identity.sopInstanceUid,
    seriesInstanceUid: identity.seriesInstanceUid,
    studyInstanceUid: identity.studyInstanceUid,
    patient,
    ageBand: years === null ? null : bandOf(years),
  };
}

/** The UIDs under which a file is known afterwards. */
interface Identity {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly studyInstanceUid: string;
}

/** Classes of files that have lost theirs. */
const CLASS_BY_MODALITY: Readonly<Record<string, string>> = {
  CT: '1.2.840.10008.5.1.4.1.1.2',
  MR: '1.2.840.10008.5.1.4.1.1.4',
  PT: '1.2.840.10008.5.1.4.1.1.128',
};

/** @throws DeidentificationRefused `deid-identity` */
function identityOf(dataSet: DicomDataSet, { policy, names, standIn }: DeidentifyOptions): Identity {
  const uidOf = (tag: number, missing: () => string | undefined): string => {
    const uid = dataSet.text(tag);
    if (uid === undefined && standIn !== undefined) {
      const made = missing();
      if (made !== undefined) return made;
    }
    if (uid === undefined || !/^[0-9.]{1,64}$/.test(uid)) {
      throw new DeidentificationRefused(
        'deid-identity',
        'the file does not say which study, series and instance of which SOP class it is; expected a UID in each of the four',
      );
    }
    return tag === SOP_CLASS || policy.uids === 'keep' ? uid : names.uid(uid);
  };
  return {
    sopClassUid: uidOf(SOP_CLASS, () => CLASS_BY_MODALITY[dataSet.text(TAG.modality) ?? '']),
    sopInstanceUid: uidOf(TAG.sopInstance, () => names.uidOfBytes(dataSet.encoding.bytes)),
    seriesInstanceUid: uidOf(TAG.series, () => names.uid(`series of ${standIn}`)),
    studyInstanceUid: uidOf(TAG.study, () => names.uid(`study of ${standIn}`)),
  };
}

/** What every file says afterwards. */
function marksOf(policy: DeidentificationPolicy, patient: string, identity: Identity): WrittenElement[] {
  const temporal = { remove: 'REMOVED', shift: 'MODIFIED', keep: 'UNMODIFIED' }[policy.dates];
  const codes = methodCodes(policy).map(([value, meaning]) =>
    writeDicomItem(
      writeDicomElements([
        writtenText(0x00080100, 'SH', value),
        writtenText(0x00080102, 'SH', 'DCM'),
        writtenText(0x00080104, 'LO', meaning),
      ]),
    ),
  );
  return [
    writtenText(TAG.characterSet, 'CS', 'ISO_IR 192'),
    writtenText(SOP_CLASS, 'UI', identity.sopClassUid),
    writtenText(TAG.sopInstance, 'UI', identity.sopInstanceUid),
    writtenText(TAG.study, 'UI', identity.studyInstanceUid),
    writtenText(TAG.series, 'UI', identity.seriesInstanceUid),
    writtenText(TAG.patientName, 'PN', patient),
    writtenText(TAG.patientId, 'LO', patient),
    writtenText(TAG.birthDate, 'DA', ''),
    writtenText(TAG.removed, 'CS', 'YES'),
    writtenText(TAG.method, 'LO', 'PS3.15 Annex E, Voxelmark'),
    { tag: TAG.methodCodes, vr: 'SQ', pieces: codes.flat() },
    writtenText(TAG.temporal, 'CS', temporal),
    ...(policy.siteCode && policy.institution === 'remove'
      ? [writtenText(TAG.institution, 'LO', policy.siteCode)]
      : []),
  ];
}

function textOf(dataSet: DicomDataSet, tag: number, read: TextReader): string {
  const bytes = dataSet.bytes(tag);
  // bytes that are no text of the character set still tell one patient from another
  return bytes ? withoutPadding(read(bytes) ?? String.fromCharCode(...bytes.subarray(0, 256))) : '';
}

/** Completed years, from the dates or from the age as written; null when neither can be read. */
function ageInYears(dataSet: DicomDataSet): number | null {
  const birth = parseDate(dataSet.text(TAG.birthDate) ?? '');
  const then = parseDate(dataSet.text(TAG.acquisitionDate) ?? '') ?? parseDate(dataSet.text(TAG.studyDate) ?? '');
  if (birth !== null && then !== null && then >= birth) return yearsBetween(birth, then);
  const [, number, unit] = /^(\d{3})([DWMY])$/.exec(dataSet.text(TAG.age) ?? '') ?? [];
  if (number === undefined) return null;
  return Math.floor(Number(number) / { D: 365.25, W: 52.18, M: 12, Y: 1 }[unit as 'D' | 'W' | 'M' | 'Y']);
}

function bandOf(years: number): AgeBand {
  const limits = [18, 40, 60, 75];
  return AGE_BANDS[limits.filter((limit) => years >= limit).length];
}
