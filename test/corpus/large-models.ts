import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { attribute, bytes, FLOAT, graph, IMAGE, imports, int, join, LOGITS, node, tensor, text, varint, type Bytes } from './parts.js'; // prettier-ignore

const MIB = 2 ** 20;

/** Honest models that are large: what a researcher with a big network uploads. Each is written to a path. */
export const LARGE: readonly { readonly name: string; readonly write: (path: string) => void }[] = [
  { name: '200 MiB of weights in 50 initialisers', write: (path) => writeHeavy(path, 50, 4 * MIB) },
  { name: '1 GiB of weights in 2,000 initialisers', write: (path) => writeHeavy(path, 2000, MIB / 2) },
  { name: '4,990 convolutions of 26 KiB: 9,980 nodes, 127 MiB', write: (path) => writeConvolutions(path, 4990) },
];

/** Fields around `weights`: all zeros, left as holes of the file, which read as zeros and take no room on the disk. */
function writeHeavy(path: string, count: number, bytesEach: number): void {
  const heads = Array.from({ length: count }, (_, i) => {
    const start = join(int(1, bytesEach / 4), int(2, FLOAT), text(8, `w${i}`), varint(9 * 8 + 2), varint(bytesEach));
    return join(varint(5 * 8 + 2), varint(start.length + bytesEach), start);
  });
  const nodes = Array.from({ length: count }, (_, i) =>
    node('ReduceMax', [`w${i}`], [`m${i}`], [attribute.int('keepdims', 0)]),
  );
  const whole = node('Sum', ['image', ...nodes.map((_, i) => `m${i}`)], ['sum']);
  const ends = graph({
    nodes: [...nodes, whole, node('Concat', ['sum', 'sum'], ['logits'], [attribute.int('axis', 1)])],
    inputs: [IMAGE],
    outputs: [LOGITS],
  });
  const holes = count * bytesEach;
  const length = heads.reduce((sum, head) => sum + head.length, ends.length + holes);
  const file = openSync(path, 'w');
  try {
    let at = 0;
    const write = (piece: Bytes) => (at += writeSync(file, piece, 0, piece.length, at));
    write(join(int(1, 8), imports('', 17), varint(7 * 8 + 2), varint(length)));
    for (const head of heads) {
      write(head);
      at += bytesEach;
    }
    write(ends);
    ftruncateSync(file, at);
  } finally {
    closeSync(file);
  }
}

/** Small convolutions one after another, as many nodes as are accepted; nothing is left out of this file. */
function writeConvolutions(path: string, count: number): void {
  const channels = 16;
  const weights = new Float32Array(channels * channels * 27).fill(0.01);
  const first = tensor('w', [channels, 1, 1, 1, 1], new Float32Array(channels).fill(0.1));
  const last = tensor('v', [2, channels, 1, 1, 1], new Float32Array(2 * channels).fill(0.1));
  const window = [
    attribute.ints('kernel_shape', [3, 3, 3]),
    attribute.ints('pads', [1, 1, 1, 1, 1, 1]),
    attribute.ints('strides', [1, 1, 1]),
    attribute.ints('dilations', [1, 1, 1]),
  ];
  const fields = [bytes(1, node('Conv', ['image', 'w'], ['r0'])), bytes(5, first), bytes(5, last)];
  for (let i = 0; i < count; i++) {
    fields.push(bytes(5, tensor(`encoder.stages.${i}.weight`, [channels, channels, 3, 3, 3], weights)));
    fields.push(bytes(1, node('Conv', [`r${i}`, `encoder.stages.${i}.weight`], [`c${i}`], window)));
    fields.push(bytes(1, node('Relu', [`c${i}`], [`r${i + 1}`])));
  }
  fields.push(
    bytes(1, node('Conv', [`r${count}`, 'v'], ['logits'])),
    text(2, 'g'),
    bytes(11, IMAGE),
    bytes(12, LOGITS),
  );
  const length = fields.reduce((sum, field) => sum + field.length, 0);
  const file = openSync(path, 'w');
  try {
    writeSync(file, join(int(1, 8), imports('', 17), varint(7 * 8 + 2), varint(length)));
    for (const field of fields) writeSync(file, field);
  } finally {
    closeSync(file);
  }
}
