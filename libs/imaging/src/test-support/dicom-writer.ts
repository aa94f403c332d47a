import { deflateRawSync } from 'node:zlib';

/** An element as [tag, value representation, value]; a sequence holds lists of elements. */
export type Written = readonly [
  tag: number,
  vr: string,
  value: string | number | readonly number[] | Uint8Array | readonly (readonly Written[])[],
];

export interface WriteOptions {
  readonly transferSyntaxUid?: string;
  /** Fragments instead of the value of (7fe0,0010); the first is the offset table. */
  readonly fragments?: readonly Uint8Array[];
  /** Sequences and items without lengths. */
  readonly open?: boolean;
  readonly preamble?: boolean;
}

const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const BIG_ENDIAN = '1.2.840.10008.1.2.2';
const LONG = new Set(['OB', 'OW', 'OF', 'OD', 'SQ', 'UN', 'UT', 'UC']);

/** Writes a DICOM file for tests, element by element as given: nothing is checked or added, so that it can be wrong. */
export function writeDicom(elements: readonly Written[], options: WriteOptions = {}): Uint8Array {
  const { transferSyntaxUid = EXPLICIT, preamble = true } = options;
  const meta = new Writer(true, true, options);
  meta.element([0x00020010, 'UI', transferSyntaxUid]);
  const body = new Writer(transferSyntaxUid !== BIG_ENDIAN, transferSyntaxUid !== IMPLICIT, options);
  for (const element of elements) body.element(element);
  const data = transferSyntaxUid === DEFLATED ? new Uint8Array(deflateRawSync(body.bytes())) : body.bytes();
  if (!preamble) return data;
  return join([new Uint8Array(128), text('DICM'), meta.bytes(), data]);
}

class Writer {
  readonly #parts: Uint8Array[] = [];

  constructor(
    private readonly littleEndian: boolean,
    private readonly explicitVr: boolean,
    private readonly options: WriteOptions,
  ) {}

  bytes(): Uint8Array {
    return join(this.#parts);
  }

  element([tag, vr, value]: Written): void {
    if (tag === 0x7fe00010 && this.options.fragments) {
      this.#head(tag, vr, 0xffffffff);
      for (const fragment of this.options.fragments) {
        this.#head(0xfffee000, '', fragment.length);
        this.#parts.push(fragment);
      }
      this.#head(0xfffee0dd, '', 0);
      return;
    }
    if (vr === 'SQ' && !(value instanceof Uint8Array)) {
      const items = (value as readonly (readonly Written[])[]).map((item) => this.#item(item));
      const content = join(items);
      this.#head(tag, vr, this.options.open ? 0xffffffff : content.length);
      this.#parts.push(content);
      if (this.options.open) this.#head(0xfffee0dd, '', 0);
      return;
    }
    const bytes = this.#value(vr, value as string | number | readonly number[] | Uint8Array);
    this.#head(tag, vr, bytes.length);
    this.#parts.push(bytes);
  }

  #item(elements: readonly Written[]): Uint8Array {
    const inner = new Writer(this.littleEndian, this.explicitVr, this.options);
    for (const element of elements) inner.element(element);
    const content = inner.bytes();
    const outer = new Writer(this.littleEndian, this.explicitVr, this.options);
    outer.#head(0xfffee000, '', this.options.open ? 0xffffffff : content.length);
    outer.#parts.push(content);
    if (this.options.open) outer.#head(0xfffee00d, '', 0);
    return outer.bytes();
  }

  #head(tag: number, vr: string, length: number): void {
    const long = this.explicitVr && LONG.has(vr);
    const view = new DataView(new ArrayBuffer(long ? 12 : 8));
    view.setUint16(0, tag >>> 16, this.littleEndian);
    view.setUint16(2, tag & 0xffff, this.littleEndian);
    if (this.explicitVr && vr !== '') {
      view.setUint8(4, vr.charCodeAt(0));
      view.setUint8(5, vr.charCodeAt(1));
      if (long) view.setUint32(8, length, this.littleEndian);
      else view.setUint16(6, length, this.littleEndian);
    } else {
      view.setUint32(4, length, this.littleEndian);
    }
    this.#parts.push(new Uint8Array(view.buffer));
  }

  #value(vr: string, value: string | number | readonly number[] | Uint8Array): Uint8Array {
    if (value instanceof Uint8Array) return value;
    if (typeof value === 'string') return text(value.length % 2 ? value + (vr === 'UI' ? '\0' : ' ') : value);
    const numbers = typeof value === 'number' ? [value] : value;
    const width = { US: 2, SS: 2, UL: 4, FL: 4, FD: 8, OW: 2 }[vr] ?? 2;
    const view = new DataView(new ArrayBuffer(width * numbers.length));
    numbers.forEach((x, n) => {
      if (vr === 'FD') view.setFloat64(8 * n, x, this.littleEndian);
      else if (vr === 'FL') view.setFloat32(4 * n, x, this.littleEndian);
      else if (width === 4) view.setUint32(4 * n, x, this.littleEndian);
      else view.setUint16(2 * n, x, this.littleEndian);
    });
    return new Uint8Array(view.buffer);
  }
}

export function text(s: string): Uint8Array {
  return Uint8Array.from(s, (c) => c.charCodeAt(0));
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** What a test wants of a slice other than the usual. Undefined leaves an element out. */
export interface SliceOptions {
  readonly instance?: number;
  readonly position?: string;
  readonly orientation?: string;
  readonly spacing?: string;
  readonly rows?: number;
  readonly columns?: number;
  readonly pixels?: readonly number[] | Uint8Array;
  /** Elements that replace those of the same tag, or come in addition; a null value removes one. */
  readonly with?: readonly (Written | readonly [number, null])[];
}

/** Elements of a CT slice of 3 columns and 2 rows with values 0 to 5, at height `z` = 2.5 mm times its number. */
export function ctSlice(options: SliceOptions = {}): Written[] {
  const { instance = 0, rows = 2, columns = 3 } = options;
  const elements: Written[] = [
    [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2'],
    [0x00080018, 'UI', `1.2.3.${instance}`],
    [0x00080060, 'CS', 'CT'],
    [0x00080070, 'LO', 'Acme'],
    [0x00180050, 'DS', '2.5'],
    [0x00180060, 'DS', '120'],
    [0x0020000e, 'UI', '1.2.3'],
    [0x00200013, 'IS', String(instance)],
    [0x00200032, 'DS', options.position ?? `-10\\20\\${2.5 * instance}`],
    [0x00200037, 'DS', options.orientation ?? '1\\0\\0\\0\\1\\0'],
    [0x00200052, 'UI', '1.2.9'],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280010, 'US', rows],
    [0x00280011, 'US', columns],
    [0x00280030, 'DS', options.spacing ?? '0.5\\0.75'],
    [0x00280100, 'US', 16],
    [0x00280101, 'US', 16],
    [0x00280102, 'US', 15],
    [0x00280103, 'US', 1],
    [0x00281052, 'DS', '-1000'],
    [0x00281053, 'DS', '1'],
    [0x7fe00010, 'OW', options.pixels ?? [0, 1, 2, 3, 4, 5]],
  ];
  const byTag = new Map<number, Written>(elements.map((element) => [element[0], element]));
  for (const change of options.with ?? []) {
    if (change[1] === null) byTag.delete(change[0]);
    else byTag.set(change[0], change as Written);
  }
  return [...byTag.values()].sort((a, b) => a[0] - b[0]);
}

/** Elements of an enhanced CT of two frames of 3 x 2, 4 mm apart, the upper one first. */
export function enhancedCt(
  options: SliceOptions = {},
  frames: readonly (readonly Written[])[] = [frameGroups(4), frameGroups(0)],
): Written[] {
  const pixels = options.pixels ?? [10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5];
  const shared: readonly Written[] = [
    [0x00209116, 'SQ', [[[0x00200037, 'DS', '1\\0\\0\\0\\1\\0']]]],
    [
      0x00289110,
      'SQ',
      [
        [
          [0x00180050, 'DS', '4'],
          [0x00280030, 'DS', '0.5\\0.75'],
        ],
      ],
    ],
    [
      0x00289145,
      'SQ',
      [
        [
          [0x00281052, 'DS', '-1000'],
          [0x00281053, 'DS', '1'],
        ],
      ],
    ],
  ];
  return ctSlice({
    ...options,
    pixels,
    with: [
      [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2.1'],
      [0x00280008, 'IS', String(frames.length)],
      ...[0x00180050, 0x00200032, 0x00200037, 0x00280030, 0x00281052, 0x00281053].map((tag) => [tag, null] as const),
      [0x52009229, 'SQ', [shared]],
      [0x52009230, 'SQ', frames],
      ...(options.with ?? []),
    ],
  });
}

function frameGroups(z: number): readonly Written[] {
  return [[0x00209113, 'SQ', [[[0x00200032, 'DS', `-10\\20\\${z}`]]]]];
}
