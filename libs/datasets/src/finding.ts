import { ImageFormatError, type ImageFormatCode } from '#imaging';

/** error: the dataset cannot be imported. warning: it can, and somebody should look. note: what we did or passed over. */
export type Severity = 'error' | 'warning' | 'note';

/** What can be found about a dataset beside what the readers of images refuse. Stable; listed in docs/errors.md. */
export const DATASET_CODES = {
  // the whole
  'dataset-layout': 'error', // no layout that is known, or not the one that was asked for
  'dataset-no-cases': 'error',
  'dataset-description': 'error', // dataset.json and the like: absent, not JSON, a field that is missing or makes no sense
  'dataset-description-loose': 'warning', // fields spelled loosely or contradicting the files, read all the same
  'dataset-labels': 'error', // declared labels that contradict themselves
  'dataset-path': 'error', // a path that leaves the folder
  'dataset-link': 'warning', // a link that leads out of the folder
  'dataset-entry': 'warning', // neither file nor folder, or too deep
  'dataset-ghost': 'note', // what a file manager left behind
  'dataset-stray': 'warning', // an image that belongs to no case
  'file-unreadable': 'error',
  'file-too-large': 'error',
  // a case
  'case-name-personal': 'error', // the name of the case holds the name or number of the patient
  'case-unsendable': 'error', // a name or a fact that the server would not take
  'case-twice': 'error', // two files, or two rows, where one is expected
  'case-duplicate': 'error', // two cases with the same voxels
  'patient-in-two-splits': 'error',
  'patient-unknown': 'warning', // each case counts as a patient of its own
  'patient-mixed': 'warning', // some patients are told apart by a table, others by headers
  'image-missing': 'error',
  'image-constant': 'warning', // every voxel has one value
  'image-not-finite': 'error',
  'channel-missing': 'error',
  'channel-grid-differs': 'error',
  'channels-differ': 'error', // not as many channels as declared
  'burned-in': 'error', // pixels that hold text, or may
  'head-image': 'warning', // a face can be recognised
  'body-part-unstated': 'note', // it may be a head
  'position-unknown': 'error', // a NIfTI file that states spacing and no place
  'placement-contradicts': 'error', // sform and qform of a NIfTI file put it in different places
  'placement-differs': 'note', // a little
  'spacing-implausible': 'warning',
  'modality-differs': 'error',
  // a reference segmentation
  'reference-missing': 'error',
  'reference-none': 'note', // none, where none is needed
  'references-as-readers': 'warning', // several label maps of a case, and nobody says that readers drew them
  'references-apart': 'error', // of readers who drew different things in every case
  'consensus-missing': 'note', // several readers, and nothing that is scored against
  'reference-ambiguous': 'error', // it may belong to several cases
  'reference-empty': 'warning', // background only
  'reference-overlap': 'error', // structures that share voxels, and nobody says which label they keep
  'reference-overlap-settled': 'warning', // structures that share voxels, by the rule that was chosen
  'reference-fractional': 'note', // a fractional segmentation, and where it was cut
  'reference-turned': 'note', // stored along other axes than its image
  'structure-gap': 'warning', // slices without a contour within a structure
  'structure-left-out': 'note', // a structure of a SEG or RTSTRUCT that is not among the declared labels
  'label-undeclared': 'error',
  'label-unused': 'warning',
  'label-numbers': 'error', // one name, two numbers
  // the table
  'table-invalid': 'error',
  'table-column': 'error',
  'table-case-unknown': 'error',
  'table-case-missing': 'warning',
  'dictionary-column': 'warning', // described, and not there
  'table-personal': 'warning', // a column that seems to say who somebody is
} as const satisfies Readonly<Record<string, Severity>>;
export type DatasetCode = keyof typeof DATASET_CODES;

/** Errors that somebody who knows may accept; they are warnings then. */
export const ACCEPTABLE = ['position-unknown', 'placement-contradicts', 'modality-differs'] as const satisfies readonly DatasetCode[];
export type AcceptableCode = (typeof ACCEPTABLE)[number];

/** What a steward has to look at before anything is sent, though it is no fault. */
export const STEWARD_CODES: readonly string[] = ['head-image'] satisfies readonly DatasetCode[];

/** Why an archive is not opened, or a file in it not read. */
export type ArchiveCode =
  | 'archive-format' // no archive of a kind that is read
  | 'archive-damaged' // structures that contradict themselves, a wrong checksum, cut short
  | 'archive-path' // an entry that would lie outside of the archive
  | 'archive-link' // an entry that is a link or a device
  | 'archive-encrypted'
  | 'archive-method' // a compression that is not read
  | 'archive-entry-twice' // two entries of one name
  | 'archive-overlap' // two entries that share bytes
  | 'archive-too-many-files'
  | 'archive-too-large'; // more bytes than it says, than allowed, or than its size can honestly hold

export interface DatasetFinding {
  readonly severity: Severity;
  readonly code: DatasetCode | ImageFormatCode | ArchiveCode;
  /** Name of the case; null when it is about none in particular. */
  readonly case: string | null;
  /** Path within the dataset, with slashes; null when it is about no single file. */
  readonly file: string | null;
  readonly found: string;
  readonly expected: string;
}

/** A file of a dataset that cannot be had, for a reason that the organiser can mend. */
export class DatasetFileFault extends Error {
  constructor(
    readonly code: DatasetCode | ArchiveCode,
    readonly found: string,
    readonly expected: string,
    options?: ErrorOptions,
  ) {
    super(`${found}; expected ${expected}`, options);
    this.name = 'DatasetFileFault';
  }
}

/** Where something was found. */
export interface Place {
  readonly case?: string | null;
  readonly file?: string | null;
}

/** Every finding, in the order found; the same one is kept once. */
export class Findings {
  readonly #list: DatasetFinding[] = [];
  readonly #seen = new Set<string>();

  /** @param accepted errors that count as warnings */
  constructor(readonly accepted: ReadonlySet<AcceptableCode> = new Set()) {}

  get list(): readonly DatasetFinding[] {
    return this.#list;
  }

  get errors(): number {
    return this.#list.filter(({ severity }) => severity === 'error').length;
  }

  say(code: DatasetCode, place: Place, found: string, expected: string): void {
    const accepted = (this.accepted as ReadonlySet<string>).has(code);
    this.#add({ severity: accepted ? 'warning' : DATASET_CODES[code], code, ...placed(place), found, expected });
  }

  /**
   * Keeps what a reader of images or the place of the files refused.
   *
   * @throws the error itself when it is neither
   */
  refuse(error: unknown, place: Place): void {
    if (error instanceof DatasetFileFault) {
      const { code, found, expected } = error;
      this.#add({ severity: 'error', code, ...placed(place), found, expected });
    } else if (error instanceof ImageFormatError) {
      this.#add({ severity: 'error', code: error.code, ...placed(place), ...foundAndExpected(error.message) });
    } else throw error;
  }

  #add(finding: DatasetFinding): void {
    const key = JSON.stringify(finding);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#list.push(finding);
  }
}

function placed({ case: name = null, file = null }: Place): Pick<DatasetFinding, 'case' | 'file'> {
  return { case: name, file };
}

/** Divides the sentence of a reader, which says what was found and, after a semicolon, what was expected. */
export function foundAndExpected(message: string): Pick<DatasetFinding, 'found' | 'expected'> {
  const named = message.lastIndexOf('; expected ');
  const at = named >= 0 ? named : message.lastIndexOf('; ');
  if (at < 0) return { found: message, expected: 'a file that can be read' };
  return { found: message.slice(0, at), expected: message.slice(at + 2).replace(/^expected /, '') };
}
