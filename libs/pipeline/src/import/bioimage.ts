import type { InferenceMode, Manifest, PreprocessOp, Triple } from '../manifest.js';
import { checkOutputSizes, layoutOf, outputChannels, readAxes, spatialLetters } from './bioimage-axes.js';
import type { Axes } from './bioimage-axes.js';
import { importOutput, importSteps } from './bioimage-steps.js';
import { distinctLabels, ImportLedger, isList, isObject, present, shortLine, versionOf, word } from './imported.js';
import type { Imported, ImportOptions, JsonObject } from './imported.js';
import { readYaml } from './yaml.js';

/**
 * The manifest of a bioimage.io model from its resource description (`rdf.yaml`, format 0.4 or 0.5; JSON is YAML too).
 * It tells tensors and grey values, but neither spacing nor anatomical orientation: images are taken as they are stored.
 *
 * @throws RangeError when the text is no description that can be read
 */
export function importBioimage(text: string, options: ImportOptions = {}): Imported {
  const rdf = readYaml(text);
  if (!isObject(rdf)) throw new RangeError('rdf.yaml holds no mapping');
  const ledger = new ImportLedger();
  if (rdf.type !== undefined && rdf.type !== 'model')
    ledger.refuse('type', `is ${JSON.stringify(rdf.type)}; expected model`);
  const weights = isObject(rdf.weights) ? rdf.weights : {};
  if (!isObject(weights.onnx))
    ledger.refuse('weights', `has ${Object.keys(weights).join(', ') || 'none'}; expected onnx`);
  if (isObject(weights.onnx) && (weights.onnx.external_data ?? null) !== null)
    ledger.refuse('weights', 'onnx has external_data; expected all weights in the file itself');
  if ((rdf.run_mode ?? null) !== null)
    ledger.refuse('run_mode', `is ${word(rdf.run_mode).slice(0, 80)}; expected a network that is called directly`);
  ledger.noteUnknown('rdf.yaml', rdf, KNOWN);
  const input = onlyOne(rdf, 'inputs', ledger);
  const output = onlyOne(rdf, 'outputs', ledger);
  for (const [where, tensor] of [
    ['inputs', input],
    ['outputs', output],
  ] as const)
    ledger.noteUnknown(where, tensor, TENSOR_KEYS);
  const inAxes = readAxes(input, 'inputs', ledger);
  const outAxes = readAxes(output, 'outputs', ledger);
  const layout = layoutOf(inAxes.letters, 'inputs', ledger);
  const outLayout = layoutOf(outAxes.letters, 'outputs', ledger);
  checkOutputSizes(inAxes, outAxes, nameOf(input, 'input'), ledger);
  const inference = inferenceOf(inAxes, outAxes.halo, ledger);
  const before = importSteps(input, inAxes, ledger);
  if ('patch' in inference && before.ops.some(takesStatistics))
    ledger.note('statistics are those of the whole image, which is cut into tiles after them');
  const outputs = outputChannels(inAxes, outAxes);
  if (inAxes.channels === null || outputs === null)
    ledger.note(
      `no number of channels is given for ${inAxes.channels === null ? 'the input' : 'the output'}: 1 is taken`,
    );
  if (inAxes.sizes.c?.step !== undefined) ledger.refuse('inputs', 'any number of channels; expected a fixed one');
  const after = importOutput(output, outAxes, outputs ?? 1, ledger);
  ledger.note(
    'a resource description has no spacing and no orientation: images are used as they are stored, at their own resolution',
  );
  const sizes = spatialLetters(inAxes).map((letter) => inAxes.scale[letter] ?? 1);
  if (sizes.some((size) => size !== 1))
    ledger.note(
      `voxels of ${sizes.join(' x ')} ${inAxes.unit ?? 'units'} are described: add "resample" where your scans differ`,
    );
  const channels = Array.from({ length: inAxes.channels ?? 1 }, (_, c) => ({
    name: inAxes.channelNames[c] ?? (c === 0 ? 'image' : `channel ${c}`),
  }));

  return ledger.finish((): Manifest => ({
    manifestVersion: 1,
    name: shortLine(rdf.name, 80) ?? 'bioimage.io model',
    version: versionOf(rdf.version),
    ...present({
      licence: shortLine(rdf.license, 64),
      description: shortLine(rdf.description, 1000),
      citation:
        isList(rdf.cite) && isObject(rdf.cite[0]) ? shortLine(rdf.cite[0].doi ?? rdf.cite[0].text, 300) : undefined,
    }),
    ...(options.models && options.models.length > 0
      ? { models: options.models.map((file) => ({ file, weight: 1 })) }
      : {}),
    inputs: [{ tensor: options.inputTensor ?? nameOf(input, 'input'), layout, dtype: before.dtype, channels }],
    output: {
      tensor: options.outputTensor ?? nameOf(output, 'output'),
      layout: outLayout,
      dtype: after.dtype,
      meaning: after.meaning,
      channels: outputs ?? 1,
    },
    preprocess: [{ op: 'orient', axes: 'storedZYX' }, ...before.ops],
    inference,
    postprocess: after.ops,
    labels: distinctLabels(after.names.map((name, value) => ({ value, name }))),
  }));
}

function takesStatistics(op: PreprocessOp): boolean {
  return op.op === 'minmax' || (op.op === 'zscore' && op.mean === undefined) || 'percentiles' in op;
}

function onlyOne(rdf: JsonObject, key: 'inputs' | 'outputs', ledger: ImportLedger): JsonObject {
  const list = rdf[key];
  const first = isList(list) ? list[0] : undefined;
  if (!isList(list) || list.length !== 1 || !isObject(first)) {
    ledger.refuse(key, `has ${isList(list) ? list.length : 'no'} tensors; expected one`);
    return {};
  }
  return first;
}

function nameOf(tensor: JsonObject, fallback: string): string {
  return shortLine(tensor.id ?? tensor.name, 256) ?? fallback;
}

const KNOWN = [
  ...['attachments', 'authors', 'badges', 'cite', 'config', 'covers', 'description', 'documentation', 'download_url'],
  ...['format_version', 'git_repo', 'icon', 'id', 'id_emoji', 'inputs', 'license', 'links', 'maintainers', 'name'],
  ...['outputs', 'packaged_by', 'parent', 'rdf_source', 'root_path', 'run_mode', 'sample_inputs', 'sample_outputs'],
  ...['source', 'tags', 'test_inputs', 'test_outputs', 'timestamp', 'training_data', 'type', 'uploader', 'version'],
  ...['version_comment', 'version_number', 'weights'],
];
const TENSOR_KEYS = [
  ...['id', 'name', 'description', 'axes', 'shape', 'data', 'data_type', 'data_range', 'halo', 'optional'],
  ...['preprocessing', 'postprocessing', 'sample_tensor', 'test_tensor'],
];

/** How the network is led over the image: tiles of a fixed size, or the whole image padded to a size that it takes. */
function inferenceOf(input: Axes, halo: Axes['halo'], ledger: ImportLedger): InferenceMode {
  const letters = spatialLetters(input);
  const flat = letters.length === 2;
  const of = letters.map((letter) => input.sizes[letter] ?? {});
  const fixed = of.map((size) => size.fixed);
  const edges = letters.map((letter) => halo[letter] ?? 0);
  const tiled = fixed.every((n) => n !== undefined);
  if (edges.some((edge) => edge > 0)) {
    const where = letters.map((letter, n) => `${letter} ${edges[n]}`).join(', ');
    ledger.note(
      `the output has a halo (${where}), cut off there: ${tiled ? 'here tiles overlap by at least twice as much and count little at their edges' : 'here the edge of the image is kept as the network gives it'}`,
    );
  }
  if (tiled) {
    const overlap = Math.max(0.5, ...edges.map((edge, n) => (2 * edge) / (fixed[n] as number)));
    if (overlap > 0.95) ledger.refuse('outputs', `a halo of ${edges.join(', ')} leaves next to nothing of a tile`);
    const pad = { mode: 'mirror', value: 0, align: 'center' } as const;
    const tiles = { overlap, blend: 'gaussianMonai', pad } as const;
    ledger.note(
      `the size of the input is fixed; tiles overlap by ${Math.round(overlap * 100)} % and are blended with Gaussian weights, which the description leaves open`,
    );
    if (flat) return { mode: 'slices', sliceAxis: 0, patch: [fixed[0] as number, fixed[1] as number], ...tiles };
    return { mode: 'sliding', patch: fixed as unknown as Triple<number>, ...tiles };
  }
  const divisor = of.map(({ min, step, fixed: n, of: other }, a) => {
    const refuse = (found: string): number => {
      ledger.refuse('inputs', `axis ${letters[a]} ${found}`);
      return 1;
    };
    if (n !== undefined) return refuse(`has ${n} voxels and others any number; expected all fixed or none`);
    if (other) return refuse(`has the size ${JSON.stringify(other)}; expected a number, or min and step`);
    if (min === undefined || step === undefined) return refuse('has no size; expected a number, or min and step');
    // every multiple of min is min plus steps, and none is below it
    if (min > 0 && min % step !== 0)
      return refuse(`takes ${min} plus multiples of ${step}; expected min to be one of them`);
    return Math.max(min, step);
  });
  if (of.some(({ min, step }) => (min ?? 0) > (step ?? 0)))
    ledger.note(`the image is padded to multiples of ${divisor.join(' x ')}, the smallest input, not to the next step`);
  const pad = { mode: 'mirror', value: 0, align: 'end' } as const;
  return flat
    ? { mode: 'slices', sliceAxis: 0, divisor: [divisor[0], divisor[1]], pad }
    : { mode: 'full', divisor: divisor as unknown as Triple<number>, pad };
}
