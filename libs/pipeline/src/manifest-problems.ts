import { isAxisCodes } from '#imaging';
import type { Manifest } from './manifest.js';

/** Largest patch in voxels: 512 x 512 x 256. One float32 channel of it takes 256 MiB. */
const MOST_PATCH_VOXELS = 2 ** 26;

/**
 * What is wrong with a manifest whose shape is already right: everything that a schema of single fields cannot see.
 *
 * @returns one sentence a problem, each naming the field, what it holds and what was expected; empty when it can be run
 */
export function manifestProblems(manifest: Manifest): string[] {
  return [
    ...preprocessProblems(manifest),
    ...inferenceProblems(manifest),
    ...postprocessProblems(manifest),
    ...labelProblems(manifest),
  ];
}

function preprocessProblems({ preprocess }: Manifest): string[] {
  const problems: string[] = [];
  const at = (name: string): number[] => preprocess.flatMap(({ op }, n) => (op === name ? [n] : []));
  for (const name of ['orient', 'resample']) {
    if (at(name).length > 1)
      problems.push(`preprocess has ${at(name).length} operations "${name}"; expected at most one`);
  }
  if (at('orient').some((n) => at('resample').some((m) => m < n))) {
    problems.push('preprocess orients after resampling; expected "orient" before "resample"');
  }
  for (const [n, op] of preprocess.entries()) {
    const field = `preprocess[${n}]`;
    if (op.op === 'orient' && !isAxisCodes(op.axes)) {
      problems.push(`${field}.axes is "${op.axes}"; expected three letters, one each of R or L, A or P, S or I`);
    }
    if (op.op === 'resample') {
      if (op.spacing.length !== 3 || op.spacing.some((s) => s !== null && !(s > 0 && s < Infinity))) {
        problems.push(`${field}.spacing is [${op.spacing.join(', ')}]; expected three positive numbers of mm or null`);
      }
    }
    if (op.op === 'window') {
      if (![...op.in, ...op.out].every(Number.isFinite) || op.in.length !== 2 || op.out.length !== 2) {
        problems.push(
          `${field} maps [${op.in.join(', ')}] to [${op.out.join(', ')}]; expected two finite numbers each`,
        );
      } else if (!(op.in[0] < op.in[1])) {
        problems.push(`${field}.in is [${op.in.join(', ')}]; expected a smaller number before a larger one`);
      }
    }
  }
  return problems;
}

function inferenceProblems({ inference }: Manifest): string[] {
  const problems: string[] = [];
  if (!Number.isFinite(inference.padValue))
    problems.push(`inference.padValue is ${inference.padValue}; expected a finite number`);
  const [field, sizes] =
    inference.mode === 'full' ? (['divisor', inference.divisor] as const) : (['patch', inference.patch] as const);
  if (sizes.length !== 3 || sizes.some((n) => !Number.isInteger(n) || n < 1)) {
    problems.push(`inference.${field} is [${sizes.join(', ')}]; expected three positive whole numbers`);
  } else if (sizes[0] * sizes[1] * sizes[2] > MOST_PATCH_VOXELS) {
    problems.push(`inference.${field} is [${sizes.join(', ')}]; expected at most ${MOST_PATCH_VOXELS} voxels`);
  }
  if (inference.mode === 'sliding' && !(inference.overlap >= 0 && inference.overlap < 1)) {
    problems.push(`inference.overlap is ${inference.overlap}; expected a share from 0 to less than 1`);
  }
  return problems;
}

function postprocessProblems({ postprocess, output }: Manifest): string[] {
  const problems: string[] = [];
  const at = (name: string): number[] => postprocess.flatMap(({ op }, n) => (op === name ? [n] : []));
  for (const name of ['argmax', 'invert']) {
    if (at(name).length !== 1)
      problems.push(`postprocess has ${at(name).length} operations "${name}"; expected exactly one`);
  }
  const [argmax] = at('argmax');
  if (at('softmax').length > 1)
    problems.push(`postprocess has ${at('softmax').length} operations "softmax"; expected at most one`);
  if (at('softmax').length > 0 && output.meaning === 'probabilities') {
    problems.push('postprocess takes "softmax" of probabilities; expected it only where output.meaning is "logits"');
  }
  if (at('softmax').some((n) => n > argmax))
    problems.push('postprocess has "softmax" after "argmax"; expected it before');
  if (at('softmax').some((n) => at('invert').some((m) => m < n))) {
    problems.push('postprocess has "softmax" after "invert"; expected it before');
  }
  for (const op of postprocess.slice(argmax + 1)) {
    if (argmax !== undefined && op.op === 'invert' && op.order !== 0) {
      problems.push(`postprocess inverts labels with order ${op.order}; expected order 0 after "argmax"`);
    }
  }
  return problems;
}

function labelProblems({ labels }: Manifest): string[] {
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
