import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Vec3, Volume } from '#imaging';
import type { RunTile } from '../infer.js';

const FOLDER = resolve(import.meta.dirname, '../../../../test/golden/pipeline');

/** An array of an independent implementation; last axis fastest. */
export interface GoldenArray {
  readonly data: Float32Array | Int16Array | Uint8Array;
  readonly shape: readonly number[];
  readonly spacing?: Vec3;
  readonly target?: Vec3;
  readonly patch?: Vec3;
}

interface Entry extends Omit<GoldenArray, 'data'> {
  readonly dtype: 'f4' | 'i2' | 'u1';
  readonly offset: number;
}

export type Golden = (name: string) => GoldenArray;

/** The arrays of one generating script. */
export function goldenArrays(stem: 'scipy' | 'torch'): Golden {
  return read(stem).array;
}

/** The arrays of a script that also says what they are the answers to. The answer to a case has its name. */
export function goldenCases<Case extends { readonly name: string }>(
  stem: 'operations' | 'inference',
): { readonly array: Golden; readonly cases: readonly Case[] } {
  const { array, cases } = read(stem, true);
  return { array, cases: cases as readonly Case[] };
}

function read(stem: string, packed = false): { readonly array: Golden; readonly cases: readonly unknown[] } {
  const { arrays, cases = [] } = JSON.parse(readFileSync(resolve(FOLDER, `${stem}.json`), 'utf8')) as {
    arrays: Record<string, Entry>;
    cases?: readonly unknown[];
  };
  const file = readFileSync(resolve(FOLDER, packed ? `${stem}.bin.gz` : `${stem}.bin`));
  const bytes = new Uint8Array(packed ? gunzipSync(file) : file).buffer;
  const array: Golden = (name) => {
    const { dtype, offset, ...rest } = arrays[name];
    const size = rest.shape.reduce((product, n) => product * n, 1);
    const kind = { f4: Float32Array, i2: Int16Array, u1: Uint8Array }[dtype];
    return { ...rest, data: new kind(bytes, offset, size).slice() };
  };
  return { array, cases };
}

/** A [a, b, c] array as a volume whose fastest axis is c: no orientation turns it. Spacing in the same order. */
export function asVolume(data: Volume['data'], shape: readonly number[], spacing: Vec3 = [1, 1, 1]): Volume {
  const [a, b, c] = shape.slice(-3);
  return {
    geometry: {
      sizeXyz: [c, b, a],
      spacingMm: [spacing[2], spacing[1], spacing[0]],
      originLps: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    },
    data,
  };
}

/** Largest absolute difference. */
export function worst(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) throw new Error(`${found.length} values; expected ${wanted.length}`);
  let most = 0;
  for (let v = 0; v < found.length; v++) {
    const difference = Math.abs(found[v] - wanted[v]);
    if (!(difference <= most)) most = difference;
  }
  return most;
}

/** Share of equal labels, and the smallest Dice of any label of the wanted map. */
export function agreement(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
): { readonly equal: number; readonly dice: number } {
  if (found.length !== wanted.length) throw new Error(`${found.length} labels; expected ${wanted.length}`);
  let equal = 0;
  const counts = new Map<number, [number, number, number]>();
  const of = (label: number): [number, number, number] => counts.get(label) ?? counts.set(label, [0, 0, 0]).get(label)!;
  for (let v = 0; v < found.length; v++) {
    of(found[v])[0]++;
    of(wanted[v])[1]++;
    if (found[v] !== wanted[v]) continue;
    equal++;
    of(found[v])[2]++;
  }
  const dices = [...counts.values()].filter(([, there]) => there > 0).map(([a, b, both]) => (2 * both) / (a + b));
  return { equal: equal / found.length, dice: Math.min(...dices) };
}

/** The network of the golden chains: a 3x3x3 convolution, zeros outside the tile. Kernels [labels, channels, 3, 3, 3]. */
export function convolution(kernels: GoldenArray, bias: GoldenArray): RunTile {
  const [labels, channels] = kernels.shape;
  return async (tile, [na, nb, nc]) => {
    const voxels = na * nb * nc;
    const out = new Float32Array(labels * voxels);
    for (let label = 0; label < labels; label++) {
      const sum = new Float64Array(voxels).fill(bias.data[label]);
      for (let channel = 0; channel < channels; channel++) {
        for (let k = 0; k < 27; k++) {
          const [da, db, dc] = [Math.floor(k / 9) - 1, (Math.floor(k / 3) % 3) - 1, (k % 3) - 1];
          const weight = kernels.data[(label * channels + channel) * 27 + k];
          // the part of the tile whose neighbour lies inside; looking up Math in a loop is slow under jest
          const [a0, b0, c0] = [da, db, dc].map((d) => Math.max(0, -d));
          const [a1, b1, c1] = [na - Math.max(0, da), nb - Math.max(0, db), nc - Math.max(0, dc)];
          for (let a = a0; a < a1; a++) {
            for (let b = b0; b < b1; b++) {
              const row = (a * nb + b) * nc;
              const from = channel * voxels + row + (da * nb + db) * nc + dc;
              for (let c = c0; c < c1; c++) sum[row + c] += weight * tile[from + c];
            }
          }
        }
      }
      out.set(sum, label * voxels);
    }
    return out;
  };
}
