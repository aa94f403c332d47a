import { MAX_MANIFEST_BYTES } from '#contracts';
import { embeddedManifest } from './embedded-manifest.js';

const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const delimited = (field: number, content: number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(content.length),
  ...content,
];
const property = (key: string, value: string): number[] =>
  delimited(14, [...delimited(1, bytesOf(key)), ...delimited(2, bytesOf(value))]);
const fileOf = (...parts: number[][]): Blob => new Blob([Uint8Array.from(parts.flat())]);

const irVersion = [0x08, 0x08]; // field 1, a number
const graph = delimited(7, new Array<number>(10_000).fill(0x72)); // full of what looks like metadata
const ours = property('voxelmark.manifest', '{"name":"é"}');

it('finds the manifest before and after the graph, whatever stands around it', async () => {
  const other = property('author', 'Rosa');
  await expect(embeddedManifest(fileOf(irVersion, graph, other, ours))).resolves.toBe('{"name":"é"}');
  await expect(embeddedManifest(fileOf(ours, irVersion, graph))).resolves.toBe('{"name":"é"}');
});

it('steps over fixed numbers and over its own key written behind the value', async () => {
  const turned = delimited(14, [...delimited(2, bytesOf('{}')), ...delimited(1, bytesOf('voxelmark.manifest'))]);
  await expect(embeddedManifest(fileOf([0x11, 1, 2, 3, 4, 5, 6, 7, 8], [0x15, 1, 2, 3, 4], turned))).resolves.toBe(
    '{}',
  );
});

it.each([
  ['no metadata', fileOf(irVersion, graph)],
  ['nothing at all', fileOf()],
  ['another key', fileOf(property('voxelmark', '{}'))],
  ['an entry that is cut off', fileOf(ours.slice(0, -3))],
  ['a group', fileOf([0x0b], ours)],
  ['a length beyond all numbers', fileOf([0x3a, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], ours)],
  [
    'an entry longer than a manifest may be',
    fileOf(property('voxelmark.manifest', ' '.repeat(MAX_MANIFEST_BYTES + 200))),
  ],
])('finds none in %s', async (_, file) => {
  await expect(embeddedManifest(file)).resolves.toBeNull();
});

it('reads little of a large file', async () => {
  const large = fileOf(irVersion, delimited(7, new Array<number>(1_000_000).fill(0)), ours);
  let read = 0;
  const watched = {
    size: large.size,
    slice: (from: number, to: number) => {
      read += Math.min(to, large.size) - from;
      return large.slice(from, to);
    },
  } as Blob;
  await expect(embeddedManifest(watched)).resolves.toBe('{"name":"é"}');
  expect(read).toBeLessThan(20_000);
});
