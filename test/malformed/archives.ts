import { writeTar, writeZip, type WrittenEntry, type WrittenMember } from '../../libs/datasets/src/test-support/archive-writer.js';
import type { ArchiveCode } from '#datasets';

/** An archive of a dataset that must be refused. */
export interface MalformedArchive {
  readonly kind: 'zip' | 'tar';
  readonly name: string;
  readonly code: ArchiveCode;
  readonly files: () => readonly Uint8Array[];
}

const NIFTI = 'imagesTr/a_0000.nii.gz';
const zip = (name: string, code: ArchiveCode, ...entries: readonly WrittenEntry[]): MalformedArchive => ({
  kind: 'zip',
  name,
  code,
  files: () => [writeZip(entries)],
});
const tar = (name: string, code: ArchiveCode, ...members: readonly WrittenMember[]): MalformedArchive => ({
  kind: 'tar',
  name,
  code,
  files: () => [writeTar(members)],
});
const broken = (kind: 'zip' | 'tar', name: string, code: ArchiveCode, make: () => Uint8Array): MalformedArchive => ({ kind, name, code, files: () => [make()] });
const good: WrittenEntry = { name: NIFTI, content: 'some bytes', deflated: true };
const patched = (change: (bytes: Buffer) => void, ...entries: readonly WrittenEntry[]) => () => {
  const bytes = Buffer.from(writeZip(entries.length > 0 ? entries : [good]));
  change(bytes);
  return bytes;
};
const pax = (key: string, value: string): string => {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length;
  return `${length}${rest}`;
};

const OUTSIDE = {
  'a folder above': '../a.nii',
  'a folder above, within': 'images/../../a.nii',
  'a folder above, in the end': 'images/..',
  'an absolute path': '/etc/passwd',
  'a drive': 'C:/a.nii',
  'a drive without slash': 'c:a.nii',
  'backslashes above': '..\\a.nii',
  'backslashes within': 'images\\a.nii',
  'a share': '\\\\host\\a.nii',
  'a line feed': 'a\nb.nii',
  'an escape': 'a\u001b[2J.nii',
};

export const ARCHIVES: readonly MalformedArchive[] = [
  ...Object.entries(OUTSIDE).map(([name, path]) => zip(`a name with ${name}`, 'archive-path', good, { name: path })),
  ...Object.entries(OUTSIDE).map(([name, path]) => tar(`a name with ${name}`, 'archive-path', { name: path })),
  zip('a folder that leads out', 'archive-path', { name: '../x/' }),
  zip('a name with a zero', 'archive-path', { name: 'a\0.nii' }),
  zip('no name', 'archive-path', { name: '' }),
  broken('zip', 'a name that is no UTF-8', 'archive-path', patched((bytes) => bytes.writeUInt8(0xff, bytes.lastIndexOf('imagesTr')))),
  zip('a link', 'archive-link', { name: 'a.nii', content: '/etc/passwd', unixMode: 0o120777 }),
  zip('a pipe', 'archive-link', { name: 'a.nii', unixMode: 0o010644 }),
  zip('a device', 'archive-link', { name: 'a.nii', unixMode: 0o020644 }),
  zip('an encrypted entry', 'archive-encrypted', { ...good, flags: 0x801 }),
  zip('an encrypted directory', 'archive-encrypted', { ...good, flags: 0x2800 }),
  zip('another compression', 'archive-method', { ...good, method: 14 }),
  zip('two entries of one name', 'archive-entry-twice', good, good),
  zip('two spellings of one name', 'archive-entry-twice', { name: 'a.nii' }, { name: './/a.nii' }),
  zip('entries that share bytes', 'archive-overlap', good, { ...good, name: 'imagesTr/b_0000.nii.gz', localName: NIFTI, offset: 0 }),
  zip('an entry in the directory', 'archive-overlap', { ...good, offset: 60 }),
  zip('a bomb that states its size', 'archive-too-large', { ...good, bytes: 2 ** 30 }),
  zip('a bomb of more than a file may have', 'archive-too-large', { ...good, bytes: 2 ** 32 - 2 }),
  zip('a bomb that states another size', 'archive-too-large', { name: NIFTI, content: new Uint8Array(2 ** 22), deflated: true, bytes: 1000 }),
  zip('fewer bytes than stated', 'archive-damaged', { ...good, bytes: 1000 }),
  zip('another checksum', 'archive-damaged', { ...good, crc: 1 }),
  zip('another name where it lies', 'archive-damaged', { ...good, localName: 'imagesTr/b_0000.nii.gz' }),
  zip('two sizes of a stored entry', 'archive-damaged', { name: 'a', content: 'abc', bytes: 5 }),
  zip('a large entry whose size is missing', 'archive-too-large', { ...good, bytes: 2 ** 32 - 1 }),
  broken('zip', 'packed bytes that are none', 'archive-damaged', patched((bytes) => bytes.fill(0xff, 30 + NIFTI.length, 36 + NIFTI.length))),
  broken('zip', 'no end', 'archive-damaged', () => Buffer.from(writeZip([good])).subarray(0, -4)),
  broken('zip', 'nothing', 'archive-damaged', () => new Uint8Array(0)),
  broken('zip', 'something else', 'archive-damaged', () => new Uint8Array(1000).fill(7)),
  broken('zip', 'bytes before it', 'archive-damaged', () => Buffer.concat([Buffer.alloc(10), writeZip([good])])),
  broken('zip', 'a directory that begins elsewhere', 'archive-damaged', patched((bytes) => bytes.writeUInt32LE(3, bytes.length - 6))),
  broken('zip', 'a volume of several', 'archive-damaged', patched((bytes) => bytes.writeUInt16LE(1, bytes.length - 18))),
  broken('zip', 'more entries than there are', 'archive-damaged', () => writeZip([good], { count: 2 })),
  broken('zip', 'a directory of a large archive that is missing', 'archive-damaged', patched((bytes) => bytes.writeUInt32LE(0xffffffff, bytes.length - 6), good, { name: 'b', content: new Uint8Array(100) })),
  broken('zip', 'a directory with another number', 'archive-damaged', patched((bytes) => bytes.writeUInt16LE(0xfffe, bytes.length - 12))),


  tar('a link', 'archive-link', { name: 'a.nii', type: '2' }),
  tar('a hard link', 'archive-link', { name: 'a.nii', type: '1' }),
  tar('a device', 'archive-link', { name: 'a.nii', type: '3' }),
  tar('a pipe', 'archive-link', { name: 'a.nii', type: '6' }),
  tar('a sparse file of GNU', 'archive-link', { name: 'a.nii', type: 'S' }),
  tar('a sparse file of POSIX', 'archive-link', { name: 'x', type: 'x', content: pax('GNU.sparse.major', '1') }, { name: 'a.nii' }),
  tar('a long name that leads out', 'archive-path', { name: 'x', type: 'x', content: pax('path', '../../a.nii') }, { name: 'a.nii' }),
  tar('a long name of GNU that leads out', 'archive-path', { name: 'x', type: 'L', content: '/a.nii\0' }, { name: 'a.nii' }),
  tar('no name', 'archive-path', { name: '' }),
  tar('two entries of one name', 'archive-entry-twice', { name: 'a.nii' }, { name: 'a.nii' }),
  tar('an entry that reaches past the end', 'archive-damaged', { name: 'a.nii', bytes: 2 ** 20 }),
  tar('a size in a header that reaches past the end', 'archive-damaged', { name: 'x', type: 'x', content: pax('size', '99999999999') }, { name: 'a.nii' }),
  tar('a size in a header that is none', 'archive-damaged', { name: 'x', type: 'x', content: pax('size', '-5') }, { name: 'a.nii' }),
  tar('a header that contradicts itself', 'archive-damaged', { name: 'x', type: 'x', content: '99 path=a\n' }, { name: 'a.nii' }),
  tar('another checksum', 'archive-damaged', { name: 'a.nii', checksum: '0000001\0' }),
  broken('tar', 'something else', 'archive-damaged', () => new Uint8Array(2048).fill(7)),
];
