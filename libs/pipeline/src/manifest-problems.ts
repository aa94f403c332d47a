import { isAxisCodes } from '#imaging';
import { expandManifest } from './expand.js';
import type { ExpandedManifest, ExpandedPreprocessOp } from './expanded.js';
import type { Manifest } from './manifest.js';
import { postprocessProblems } from './postprocess-problems.js';

/** Largest patch in voxels: 512 x 512 x 256. One float32 channel of it takes 256 MiB. */
const MOST_PATCH_VOXELS = 2 ** 26;
/** The stored axes, fastest last or first: the orientations that turn nothing. */
export const STORED_AXES = ['storedXYZ', 'storedXZY', 'storedYXZ', 'storedYZX', 'storedZXY', 'storedZYX'] as const;

/**
 * What is wrong with a manifest whose shape is already right: everything that a schema of single fields cannot see.
 *
 * @returns one sentence a problem, each naming the field, what it holds and what was expected; empty when it can be run
 */
export function manifestProblems(written: Manifest): string[] {
  const manifest = expandManifest(written);
  return [
    ...orderProblems(manifest),
    ...manifest.preprocess.flatMap((op, n) => preprocessProblems(op, `preprocess[${n}]`, manifest)),
    ...inferenceProblems(manifest),
    ...tensorProblems(manifest),
    ...postprocessProblems(manifest),
    ...labelProblems(manifest),
  ];
}

const SPATIAL = ['cropNonzero', 'cropForeground', 'resample', 'resize'];

function orderProblems({ preprocess }: ExpandedManifest): string[] {
  const problems: string[] = [];
  const at = (...names: string[]): number[] => preprocess.flatMap(({ op }, n) => (names.includes(op) ? [n] : []));
  for (const name of ['orient', 'concatCoordinates']) {
    if (at(name).length > 1)
      problems.push(`preprocess has ${at(name).length} operations "${name}"; expected at most one`);
  }
  const [orient] = at('orient');
  const early = at(...SPATIAL).find((n) => n < orient);
  if (early !== undefined) {
    problems.push(
      `preprocess orients after "${preprocess[early].op}"; expected "orient" before "${preprocess[early].op}"`,
    );
  }
  const [coordinates] = at('concatCoordinates');
  if (coordinates < preprocess.length - 1) {
    problems.push(`preprocess[${coordinates}] is "concatCoordinates"; expected it last`);
  }
  const early2d = preprocess.findIndex((op, n) => n < orient && 'perSlice' in op);
  if (early2d >= 0)
    problems.push(
      `preprocess[${early2d}] has perSlice and stands before "orient"; expected after it, where axes are named`,
    );
  for (const [n, op] of preprocess.entries()) {
    if (!('mask' in op) || op.mask !== 'crop') continue;
    const last = at(...SPATIAL, 'orient').findLast((m) => m < n);
    if (last === undefined || preprocess[last].op !== 'cropNonzero') {
      problems.push(
        `preprocess[${n}].mask is "crop"; expected "cropNonzero" before it, with the grid unchanged in between`,
      );
    }
  }
  return problems;
}

function preprocessProblems(op: ExpandedPreprocessOp, field: string, manifest: ExpandedManifest): string[] {
  const { inputs, inference } = manifest;
  const problems: string[] = [];
  const channels = inputs[0].channels.length;
  const ascending = (name: string, [low, high]: readonly [number, number]): void => {
    if (![low, high].every(Number.isFinite))
      problems.push(`${field}.${name} is [${low}, ${high}]; expected two finite numbers`);
    else if (!(low < high))
      problems.push(`${field}.${name} is [${low}, ${high}]; expected a smaller number before a larger one`);
  };
  if ('channels' in op && op.channels !== 'all') {
    const odd = op.channels.filter((c) => !Number.isInteger(c) || c < 0 || c >= channels);
    if (odd.length > 0 || op.channels.length === 0 || new Set(op.channels).size < op.channels.length) {
      problems.push(
        `${field}.channels is [${op.channels.join(', ')}]; expected different numbers from 0 to ${channels - 1}`,
      );
    }
  }
  if ('perSlice' in op && 'sliceAxis' in inference && op.perSlice !== inference.sliceAxis) {
    problems.push(
      `${field}.perSlice is ${op.perSlice}; expected ${inference.sliceAxis}, as inference.sliceAxis says where the network takes its slices`,
    );
  }
  const perChannel = (name: string, value: string | number | readonly number[]): void => {
    if (Array.isArray(value) && value.length !== channels) {
      problems.push(
        `${field}.${name} has ${value.length} numbers; expected one, or one for each of ${channels} channels`,
      );
    }
  };
  switch (op.op) {
    case 'orient':
      if (!isAxisCodes(op.axes) && !(STORED_AXES as readonly string[]).includes(op.axes)) {
        problems.push(
          `${field}.axes is "${op.axes}"; expected three letters, one each of R or L, A or P, S or I, or one of ${STORED_AXES.join(', ')}`,
        );
      }
      break;
    case 'resample':
      if (op.spacing.length !== 3 || op.spacing.some((s) => s !== null && !(s > 0 && s < Infinity))) {
        problems.push(`${field}.spacing is [${op.spacing.join(', ')}]; expected three positive numbers of mm or null`);
      }
      break;
    case 'resize':
      if (op.size.length !== 3 || op.size.some((n) => n !== null && !(Number.isInteger(n) && n > 0))) {
        problems.push(`${field}.size is [${op.size.join(', ')}]; expected three positive whole numbers or null`);
      }
      break;
    case 'window':
      ascending('in', op.in);
      if (!op.out.every(Number.isFinite))
        problems.push(`${field}.out is [${op.out.join(', ')}]; expected two finite numbers`);
      break;
    case 'clip':
      if ('lo' in op) ascending('lo and hi', [op.lo, op.hi]);
      else {
        ascending('percentiles', op.percentiles);
        if (op.percentiles.some((p) => p < 0 || p > 100)) {
          problems.push(`${field}.percentiles is [${op.percentiles.join(', ')}]; expected numbers from 0 to 100`);
        }
      }
      break;
    case 'zscore':
      perChannel('mean', op.mean);
      perChannel('std', op.std);
      break;
    case 'scaleLinear':
      perChannel('scale', op.scale);
      perChannel('offset', op.offset);
  }
  return problems;
}

function inferenceProblems({ inference, models }: ExpandedManifest): string[] {
  const problems: string[] = [];
  if (!Number.isFinite(inference.pad.value)) {
    problems.push(`inference.pad.value is ${inference.pad.value}; expected a finite number`);
  }
  const sizes = (field: string, vector: readonly number[], length: number): void => {
    if (vector.length !== length || vector.some((n) => !Number.isInteger(n) || n < 1)) {
      const words = length === 3 ? 'three' : 'two';
      problems.push(`inference.${field} is [${vector.join(', ')}]; expected ${words} positive whole numbers`);
    } else if (vector.reduce((product, n) => product * n, 1) > MOST_PATCH_VOXELS) {
      problems.push(`inference.${field} is [${vector.join(', ')}]; expected at most ${MOST_PATCH_VOXELS} voxels`);
    }
  };
  if (inference.mode === 'full') sizes('divisor', inference.divisor, 3);
  else if (inference.mode === 'sliding') sizes('patch', inference.patch, 3);
  else if (inference.patch) sizes('patch', inference.patch, 2);
  else sizes('divisor', inference.divisor, 2);
  if (inference.mode !== 'full' && !(inference.overlap >= 0 && inference.overlap < 1)) {
    problems.push(`inference.overlap is ${inference.overlap}; expected a share from 0 to less than 1`);
  }
  if (new Set(inference.mirror).size < inference.mirror.length) {
    problems.push(`inference.mirror is [${inference.mirror.join(', ')}]; expected each axis once`);
  }
  if ('sliceAxis' in inference && inference.mirror.includes(inference.sliceAxis)) {
    problems.push(
      `inference.mirror has axis ${inference.sliceAxis}, across which slices are taken; expected the other two`,
    );
  }
  const odd = models.filter(({ weight }) => !(weight > 0 && weight < Infinity));
  if (odd.length > 0)
    problems.push(`models have weights ${odd.map(({ weight }) => weight).join(', ')}; expected positive numbers`);
  const files = models.map(({ file }) => file);
  if (new Set(files).size < files.length) problems.push(`models repeat a file; expected each once`);
  return problems;
}

function tensorProblems({ inputs, output, inference, ensemble, models }: ExpandedManifest): string[] {
  const problems: string[] = [];
  const flat = 'sliceAxis' in inference;
  const layouts = flat ? ['NCXY', 'NXYC'] : ['NCXYZ', 'NXYZC'];
  const labels = output.meaning === 'labels';
  for (const [field, layout, expected] of [
    ['inputs[0].layout', inputs[0].layout, layouts],
    ['output.layout', output.layout, labels ? [flat ? 'NXY' : 'NXYZ', ...layouts] : layouts],
  ] as const) {
    if (!expected.includes(layout)) {
      problems.push(`${field} is "${layout}"; inference.mode "${inference.mode}" expects ${expected.join(' or ')}`);
    }
  }
  const types = labels ? ['int64', 'int32', 'uint8'] : ['float32', 'float16'];
  if (!types.includes(output.dtype)) {
    problems.push(
      `output.dtype is "${output.dtype}"; output.meaning "${output.meaning}" expects ${types.join(' or ')}`,
    );
  }
  if (output.meaning !== 'logits' && inference.accumulate === 'logits') {
    problems.push(
      `inference.accumulate is "logits", output.meaning "${output.meaning}"; expected "probabilities" where they meet`,
    );
  }
  if (models.length > 1 && ensemble.average === 'logits' && inference.accumulate === 'probabilities') {
    problems.push(
      'ensemble.average is "logits", inference.accumulate "probabilities"; expected "probabilities" for both',
    );
  }
  return problems;
}

function labelProblems({ labels }: ExpandedManifest): string[] {
  const problems: string[] = [];
  if (labels.length < 2)
    problems.push(`labels has ${labels.length} entries; expected background and at least one more`);
  if (labels.length > 0 && labels[0].value !== 0) {
    problems.push(`labels[0].value is ${labels[0].value}; expected 0, the background, first`);
  }
  const odd = labels.filter(({ value }) => !Number.isInteger(value) || value < 0 || value > 65535);
  if (odd.length > 0) {
    problems.push(
      `labels have values ${odd.map(({ value }) => value).join(', ')}; expected whole numbers from 0 to 65535`,
    );
  }
  for (const field of ['value', 'name'] as const) {
    const all = labels.map((label) => label[field]);
    const twice = [...new Set(all.filter((x, n) => all.indexOf(x) !== n))];
    if (twice.length > 0) problems.push(`labels repeat the ${field} ${twice.join(', ')}; expected each once`);
  }
  return problems;
}
