import type { Layout } from '../manifest.js';
import type { ImportLedger, Json, JsonObject } from './imported.js';
import { isList, isNumbers, isObject, shortLine, word } from './imported.js';

/** Size of one axis: fixed, or `min` plus any multiple of `step`, or that of another axis. */
export interface AxisSize {
  readonly fixed?: number;
  readonly min?: number;
  readonly step?: number;
  /** What it refers to in format 0.5, as it is written there. */
  readonly of?: JsonObject;
  /** Of an output in format 0.4: input size x scale + 2 x offset. */
  readonly scale?: number;
  readonly offset?: number;
}

export interface Axes {
  /** As b, c, z, y, x in the order of the tensor. */
  readonly letters: string;
  readonly channels: number | null;
  readonly channelNames: readonly string[];
  readonly sizes: Readonly<Record<string, AxisSize | undefined>>;
  /** Voxels at each end of an output axis that are not to be believed. */
  readonly halo: Readonly<Record<string, number | undefined>>;
  /** Size of a voxel along a space axis, in `unit`, where format 0.5 says it. */
  readonly scale: Readonly<Record<string, number | undefined>>;
  readonly unit: string | undefined;
}

const AXIS_KEYS = [...['id', 'type', 'description', 'size', 'scale', 'unit', 'halo', 'channel_names', 'concatenable']];

/** The axes of a tensor, letters and shape (format 0.4) or a list of objects (0.5). */
export function readAxes(tensor: JsonObject, where: 'inputs' | 'outputs', ledger: ImportLedger): Axes {
  const { axes } = tensor;
  if (typeof axes === 'string') return axesOfLetters(axes, tensor);
  const sizes: Record<string, AxisSize> = {};
  const halo: Record<string, number> = {};
  const scale: Record<string, number> = {};
  let [letters, unit]: [string, string | undefined] = ['', undefined];
  let channelNames: string[] = [];
  if (!isList(axes)) ledger.refuse(where, 'has no axes');
  for (const axis of isList(axes) ? axes : []) {
    if (!isObject(axis)) {
      ledger.refuse(where, `has the axis ${word(axis)}; expected an object`);
      continue;
    }
    const letter = axis.type === 'batch' ? 'b' : axis.type === 'channel' ? 'c' : word(axis.id ?? '?');
    letters += letter;
    ledger.noteUnknown(`axis ${letter} of ${where}`, axis, AXIS_KEYS);
    if (axis.type === 'channel' && isList(axis.channel_names))
      channelNames = axis.channel_names.map((name) => shortLine(name, 40) ?? 'channel');
    const size = sizeOf(axis.size);
    if (size) sizes[letter] = size;
    if (typeof axis.halo === 'number') halo[letter] = axis.halo;
    if (typeof axis.scale === 'number') scale[letter] = axis.scale;
    if (axis.type === 'space') unit ??= shortLine(axis.unit, 16);
  }
  const channels = channelNames.length > 0 ? channelNames.length : (sizes.c?.fixed ?? null);
  return { letters, channels, channelNames, sizes, halo, scale, unit };
}

function sizeOf(size: Json | undefined): AxisSize | null {
  if (typeof size === 'number') return { fixed: size };
  if (!isObject(size)) return null;
  const { min, step } = size;
  return typeof min === 'number' && typeof step === 'number' ? range(min, step) : { of: size };
}

/** A step of 0 leaves one size. */
function range(min: number, step: number): AxisSize {
  return step > 0 ? { min, step } : { fixed: min };
}

function axesOfLetters(letters: string, { shape, halo: halos }: JsonObject): Axes {
  const sizes: Record<string, AxisSize> = {};
  const halo: Record<string, number> = {};
  const list = (value: Json | undefined): readonly number[] | null => (isNumbers(value) ? value : null);
  const fixed = list(shape);
  const { min, step, scale, offset } = isObject(shape)
    ? { min: list(shape.min), step: list(shape.step), scale: list(shape.scale), offset: list(shape.offset) }
    : { min: null, step: null, scale: null, offset: null };
  [...letters].forEach((letter, n) => {
    if (fixed) sizes[letter] = { fixed: fixed[n] };
    else if (min && step) sizes[letter] = range(min[n], step[n]);
    else if (scale || offset) sizes[letter] = { scale: scale?.[n] ?? 1, offset: offset?.[n] ?? 0 };
    const edge = list(halos)?.[n];
    if (edge) halo[letter] = edge;
  });
  return { letters, channels: sizes.c?.fixed ?? null, channelNames: [], sizes, halo, scale: {}, unit: undefined };
}

export function layoutOf(letters: string, where: string, ledger: ImportLedger): Layout {
  const layouts: Readonly<Record<string, Layout>> = { bczyx: 'NCXYZ', bzyxc: 'NXYZC', bcyx: 'NCXY', byxc: 'NXYC' };
  if (!layouts[letters]) ledger.refuse(where, `axes are "${letters}"; expected bczyx, bzyxc, bcyx or byxc`);
  return layouts[letters] ?? 'NCXYZ';
}

export function spatialLetters({ letters }: Axes): string[] {
  return ['z', 'y', 'x'].filter((letter) => letters.includes(letter));
}

/** An output of another size than the input would have to be laid onto it in a way that the manifest cannot say. */
export function checkOutputSizes(input: Axes, output: Axes, inputId: string, ledger: ImportLedger): void {
  for (const letter of spatialLetters(output)) {
    const [from, to] = [input.sizes[letter], output.sizes[letter]];
    const refuse = (found: string): void =>
      ledger.refuse('outputs', `axis ${letter} ${found}; expected the size of the input's axis ${letter}`);
    if ((output.scale[letter] ?? 1) !== (input.scale[letter] ?? 1))
      refuse(`has scale ${output.scale[letter] ?? 1}, the input's ${input.scale[letter] ?? 1}`);
    if (!to) ledger.note(`axis ${letter} of the output has no size: that of the input is taken`);
    else if (to.fixed !== undefined) {
      if (to.fixed !== from?.fixed) refuse(`has ${to.fixed} voxels, the input ${from?.fixed ?? 'any number'}`);
    } else if (to.of) {
      const { tensor_id: tensor = inputId, axis_id: axis = letter, offset = 0, ...rest } = to.of;
      const same = word(tensor) === inputId && axis === letter && offset === 0 && Object.keys(rest).length === 0;
      if (!same) refuse(`has the size ${JSON.stringify(to.of)}`);
    } else if (to.scale !== 1 || to.offset !== 0)
      refuse(`has scale ${to.scale ?? 'unknown'} and offset ${to.offset ?? 'unknown'}`);
  }
}

/** Of an output in format 0.4, whose channels may be told by those of the input. */
export function outputChannels(input: Axes, output: Axes): number | null {
  const { scale, offset } = output.sizes.c ?? {};
  if (output.channels !== null || scale === undefined) return output.channels;
  const channels = (input.channels ?? 1) * scale + 2 * (offset ?? 0);
  return Number.isInteger(channels) && channels > 0 ? channels : null;
}
