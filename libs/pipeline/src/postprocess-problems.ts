import type { ExpandedManifest, ExpandedPostprocessOp } from './expanded.js';

const ON_LABELS = ['keepLargest', 'fillHoles', 'removeSmall', 'mapLabels'];

/** What is wrong with the way from channels to labels: the order of operations, channels and labels that do not exist. */
export function postprocessProblems(manifest: ExpandedManifest): string[] {
  const { postprocess } = manifest;
  const problems: string[] = [];
  const at = (...names: string[]): number[] => postprocess.flatMap(({ op }, n) => (names.includes(op) ? [n] : []));
  const choices = at('argmax', 'regions');
  if (choices.length !== 1) {
    const regions = at('regions').length > 0 ? ' and "regions"' : '';
    problems.push(
      `postprocess has ${choices.length} operations "argmax"${regions}; expected exactly one "argmax" or "regions"`,
    );
  }
  if (at('invert').length !== 1) {
    problems.push(`postprocess has ${at('invert').length} operations "invert"; expected exactly one`);
  }
  const [choice] = choices;
  for (const name of ['softmax', 'sigmoid'])
    problems.push(...activationProblems(name, at(name), choice, at('invert'), manifest));
  if (at('softmax').length > 0 && at('sigmoid').length > 0) {
    problems.push('postprocess has "softmax" and "sigmoid"; expected one of them');
  }
  for (const [n, op] of postprocess.entries()) {
    if (choice === undefined) break;
    if (ON_LABELS.includes(op.op) && n < choice) {
      problems.push(`postprocess[${n}] is "${op.op}" before "${postprocess[choice].op}"; expected it after`);
    }
    if (op.op === 'invert' && n > choice && op.order !== 0) {
      problems.push(
        `postprocess inverts labels with order ${op.order}; expected order 0 after "${postprocess[choice].op}"`,
      );
    }
    problems.push(...operationProblems(op, n, manifest));
  }
  problems.push(...strayLabels(manifest));
  return problems;
}

function activationProblems(
  name: string,
  at: readonly number[],
  choice: number | undefined,
  invert: readonly number[],
  { output, inference, models, ensemble, postprocess }: ExpandedManifest,
): string[] {
  if (at.length === 0) return [];
  const problems: string[] = [];
  if (at.length > 1) problems.push(`postprocess has ${at.length} operations "${name}"; expected at most one`);
  if (output.meaning !== 'logits') {
    problems.push(`postprocess takes "${name}" of ${output.meaning}; expected it only where output.meaning is "logits"`);
  } else if (inference.accumulate === 'probabilities' || (models.length > 1 && ensemble.average === 'probabilities')) {
    problems.push(`postprocess takes "${name}" of what was averaged as probabilities; expected no "${name}" here`);
  }
  if (choice !== undefined && at.some((n) => n > choice)) {
    problems.push(`postprocess has "${name}" after "${postprocess[choice].op}"; expected it before`);
  }
  const needed = name === 'softmax' && choice !== undefined && postprocess[choice].op === 'regions';
  if (needed && at.some((n) => invert.some((m) => m < n))) {
    problems.push('postprocess has "softmax" after "invert" and before "regions"; expected it before "invert"');
  }
  return problems;
}

function operationProblems(op: ExpandedPostprocessOp, n: number, { output }: ExpandedManifest): string[] {
  const field = `postprocess[${n}]`;
  switch (op.op) {
    case 'argmax':
      return op.channelToLabel.length === output.channels
        ? []
        : [
            `${field}.channelToLabel has ${op.channelToLabel.length} labels; expected one for each of ${output.channels} channels`,
          ];
    case 'regions':
      return op.regions
        .filter(({ channel }) => channel >= output.channels)
        .map(({ channel }) => `${field} reads channel ${channel}; the output has ${output.channels}, from 0`);
    case 'removeSmall':
      return op.minVoxels === undefined && op.minVolumeMm3 === undefined
        ? [`${field} says neither minVoxels nor minVolumeMm3; expected one of them`]
        : [];
    default:
      return [];
  }
}

/** Labels that come out without being listed: what no one could name. */
function strayLabels({ postprocess, labels }: ExpandedManifest): string[] {
  let made = new Set<number>([0]);
  for (const op of postprocess) {
    if (op.op === 'argmax') made = new Set([0, ...op.channelToLabel]);
    if (op.op === 'regions') made = new Set([0, ...op.regions.map(({ label }) => label)]);
    if (op.op === 'mapLabels') made = new Set([...made].map((label) => op.map[String(label)] ?? label));
  }
  const known = new Set(labels.map(({ value }) => value));
  const stray = [...made].filter((label) => label !== 0 && !known.has(label));
  return stray.length === 0
    ? []
    : [`postprocess makes the labels ${stray.join(', ')}; labels lists ${[...known].join(', ')}`];
}
