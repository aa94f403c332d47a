import type { InferenceMode, Manifest, ManifestLabel, PostprocessOp, PreprocessOp } from '../manifest.js';
import {
  distinctLabels,
  ImportLedger,
  isList,
  isObject,
  parseObject,
  present,
  shortLine,
  versionOf,
} from './imported.js';
import type { Imported, ImportOptions, Json, JsonObject } from './imported.js';
import { isExpression, MonaiConfig, transformName } from './monai-config.js';
import { importInferer } from './monai-inferer.js';
import { importPostprocess } from './monai-postprocess.js';
import { importPreprocess } from './monai-preprocess.js';

/** One step of a bundle, references followed. */
export interface MonaiStep {
  /** As it is written there, for reports. */
  readonly shown: string;
  readonly name: string;
  readonly fields: JsonObject;
}

/**
 * The manifest of a MONAI bundle from its `inference.json` and, if there, `metadata.json`. Both are data: `@` references are
 * followed, `$` expressions are never evaluated; a step that needs one is refused.
 *
 * @param metadataText without it labels are numbered and the numbers of channels come from the network's definition
 * @throws RangeError when a text is no JSON object
 */
export function importMonai(inferenceText: string, metadataText: string | null, options: ImportOptions = {}): Imported {
  const config = new MonaiConfig(parseObject(inferenceText, 'inference.json'));
  const metadata = metadataText === null ? {} : parseObject(metadataText, 'metadata.json');
  const ledger = new ImportLedger();
  const evaluator = objectAt(config, 'evaluator');
  const dataset = objectAt(config, 'dataset');
  const network = objectAt(config, 'network_def');
  const before = stepsOf(
    config,
    config.get('preprocessing') ?? config.field(dataset, 'transform'),
    'preprocessing',
    ledger,
  );
  const after = stepsOf(
    config,
    config.get('postprocessing') ?? config.field(evaluator, 'postprocessing'),
    'postprocessing',
    ledger,
  );
  const inferer = stepOf(config, config.get('inferer') ?? config.field(evaluator, 'inferer'));

  const faces = facesOf(metadata, network);
  const { ops, channelNames } = importPreprocess(before, faces.inputChannels, faces.channelNames, ledger);
  const inference = inferer ? importInferer(inferer, ledger) : undefined;
  if (!inferer) ledger.refuse('inferer', 'there is none; expected SlidingWindowInferer, SliceInferer or SimpleInferer');
  const outputs = faces.outputChannels ?? 0;
  const post = importPostprocess(
    after,
    {
      outputs,
      resamples: ops.some(({ op }) => op !== 'orient' && ['resample', 'resize', 'cropForeground'].includes(op)),
    },
    ledger,
  );
  if (outputs === 0)
    ledger.refuse('network_data_format', 'neither metadata.json nor network_def tells how many channels come out');
  if (!options.inputTensor) ledger.note('tensor names are not in the bundle: "input" and "output" are assumed');
  ledger.note(
    'AMP and the cuDNN of the training machine are not part of a manifest: the network runs in float32 on a processor',
  );

  return ledger.finish((): Manifest => {
    const flat = inference?.mode === 'slices';
    const layout = flat ? 'NCXY' : 'NCXYZ';
    return {
      manifestVersion: 1,
      name: shortLine(metadata.name, 80) ?? 'MONAI bundle',
      version: versionOf(metadata.version),
      ...present({
        description: shortLine(metadata.description, 1000),
        intendedUse: shortLine(metadata.intended_use, 1000),
        citation: isList(metadata.references) ? shortLine(metadata.references[0], 300) : undefined,
      }),
      ...(shortLine(metadata.data_source, 120) ? { trainedOn: [shortLine(metadata.data_source, 120) as string] } : {}),
      ...(options.models && options.models.length > 0
        ? { models: options.models.map((file) => ({ file, weight: 1 })) }
        : {}),
      inputs: [
        {
          tensor: options.inputTensor ?? 'input',
          layout,
          channels: channelNames.map((name) => ({
            name,
            ...present({ modality: faces.modality, units: faces.modality === 'CT' ? 'HU' : undefined }),
          })),
        },
      ],
      output: { tensor: options.outputTensor ?? 'output', layout, meaning: 'logits', channels: outputs },
      preprocess: ops,
      inference: inference as InferenceMode,
      postprocess: post.ops,
      labels: labelsOf(faces.outputNames, outputs, post.oneRegion),
    };
  });
}

export type MonaiOps = readonly (PreprocessOp | PostprocessOp)[];

function objectAt(config: MonaiConfig, key: string): JsonObject {
  const value = config.get(key);
  return isObject(value) ? value : {};
}

function stepsOf(config: MonaiConfig, value: Json | undefined, what: string, ledger: ImportLedger): MonaiStep[] {
  const list = isObject(value) ? config.field(value, 'transforms') : value;
  if (!isList(list)) {
    ledger.refuse(
      what,
      isExpression(list)
        ? 'an expression in Python, which is not evaluated'
        : 'not found; expected a Compose with a list of transforms',
    );
    return [];
  }
  return list.flatMap((one) => {
    const step = stepOf(config, one);
    if (!step)
      ledger.refuse(what, `${JSON.stringify(config.follow(one) ?? one).slice(0, 80)} is no transform with a _target_`);
    else if (step.fields._disabled_ === true || step.fields._disabled_ === 'true') return [];
    return step ? [step] : [];
  });
}

function stepOf(config: MonaiConfig, value: Json | undefined): MonaiStep | null {
  const given = config.follow(value);
  if (!isObject(given) || typeof given._target_ !== 'string') return null;
  const fields = Object.fromEntries(Object.keys(given).map((key) => [key, deep(config, given[key])]));
  return { ...transformName(given._target_), fields };
}

/** References followed inside lists, too. Objects are left: they may refer to themselves. */
function deep(config: MonaiConfig, value: Json): Json {
  const found = config.follow(value) ?? value;
  return isList(found) ? found.map((one) => config.follow(one) ?? one) : found;
}

interface Faces {
  readonly inputChannels: number | null;
  readonly channelNames: readonly string[];
  readonly modality: string | undefined;
  readonly outputChannels: number | null;
  readonly outputNames: Readonly<Record<string, string>>;
}

function facesOf(metadata: JsonObject, network: JsonObject): Faces {
  const format = isObject(metadata.network_data_format) ? metadata.network_data_format : {};
  const first = (of: Json | undefined): JsonObject => {
    const one = isObject(of) ? Object.values(of)[0] : undefined;
    return isObject(one) ? one : {};
  };
  const input = first(format.inputs);
  const output = first(format.outputs);
  const count = (...values: (Json | undefined)[]): number | null => {
    const found = values.find((value) => typeof value === 'number' && Number.isInteger(value) && value > 0);
    return found === undefined ? null : (found as number);
  };
  const names = (of: Json | undefined): Record<string, string> =>
    isObject(of) ? Object.fromEntries(Object.entries(of).map(([key, name]) => [key, shortLine(name, 64) ?? key])) : {};
  return {
    inputChannels: count(network.in_channels, input.num_channels),
    channelNames: Object.values(names(input.channel_def)).map((name) => name.slice(0, 40)),
    modality: shortLine(input.modality, 16),
    outputChannels: count(network.out_channels, output.num_channels),
    outputNames: names(output.channel_def),
  };
}

function labelsOf(names: Faces['outputNames'], outputs: number, oneRegion: boolean): ManifestLabel[] {
  if (oneRegion)
    return [
      { value: 0, name: 'background' },
      { value: 1, name: names['0'] ?? 'structure' },
    ];
  return distinctLabels(
    Array.from({ length: outputs }, (_, value) => ({
      value,
      name: names[String(value)] ?? (value === 0 ? 'background' : `label ${value}`),
    })),
  );
}
