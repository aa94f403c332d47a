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
  word,
} from './imported.js';
import type { Imported, ImportOptions, Json, JsonObject } from './imported.js';
import { isDisabled, isExpression, MonaiConfig, transformName } from './monai-config.js';
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
  checkEvaluator(config, evaluator, ledger);
  // what is used counts, not what stands beside it under its usual name
  const preprocessing = config.field(dataset, 'transform') ?? config.get('preprocessing');
  const before = stepsOf(config, preprocessing, 'preprocessing', ledger);
  const after = stepsOf(
    config,
    config.field(evaluator, 'postprocessing') ?? config.get('postprocessing'),
    'postprocessing',
    ledger,
  );
  const inferer = stepOf(config, config.field(evaluator, 'inferer') ?? config.get('inferer'));

  const faces = facesOf(metadata, network, config, ledger);
  const { ops, channelNames } = importPreprocess(before, faces.inputChannels, faces.channelNames, ledger);
  const inference = inferer ? importInferer(inferer, ledger) : undefined;
  if (!inferer) ledger.refuse('inferer', 'there is none; expected SlidingWindowInferer, SliceInferer or SimpleInferer');
  const outputs = faces.outputChannels ?? 0;
  const post = importPostprocess(
    after,
    {
      outputs,
      preprocessing: preprocessing ?? null,
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
  if (isObject(value)) checkCompose(config, value, what, ledger);
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
    if (!step) {
      ledger.refuse(what, `${JSON.stringify(config.follow(one) ?? one).slice(0, 80)} is no transform with a _target_`);
      return [];
    }
    const disabled = isDisabled(step.fields._disabled_);
    if (disabled === null)
      ledger.refuse(
        step.shown,
        `_disabled_ is ${word(step.fields._disabled_)}, which is not evaluated; expected true or false`,
      );
    if (step.fields.lazy === true)
      ledger.note(
        `${step.shown} is lazy: it may be one interpolation with its neighbours there, and is one of its own here`,
      );
    const mode = step.fields._mode_ ?? 'default';
    if (mode !== 'default')
      ledger.refuse(step.shown, `_mode_ is ${JSON.stringify(mode)}; expected the transform itself`);
    return disabled === true ? [] : [step];
  });
}

/** All transforms, one after the other, as they are written; not one of them, or in any order, or by other rules. */
function checkCompose(config: MonaiConfig, compose: JsonObject, what: string, ledger: ImportLedger): void {
  const { shown } = transformName(word(compose._target_ ?? 'Compose'));
  if (shown !== 'Compose') ledger.refuse(shown, `${what} is not a Compose; expected all transforms in their order`);
  if ((config.field(compose, 'overrides') ?? null) !== null)
    ledger.refuse(shown, `overrides of ${what} change its transforms; expected these as they are written`);
  if (config.field(compose, 'lazy') === true)
    ledger.note(`${what} is lazy: resamplings that follow one another are one interpolation there, and one each here`);
  ledger.noteUnknown(what, compose, [
    ...['_target_', '_desc_', '_requires_', '_disabled_', '_mode_', 'transforms', 'overrides', 'lazy'],
    ...['map_items', 'unpack_items', 'log_stats'],
  ]);
}

const EVALUATOR_KEYS = [
  ...['_target_', '_desc_', '_requires_', '_disabled_', 'device', 'val_data_loader', 'network', 'inferer'],
  ...['postprocessing', 'val_handlers', 'amp', 'non_blocking', 'epoch_length', 'key_val_metric', 'additional_metrics'],
  ...[
    'metric_cmp_fn',
    'event_names',
    'event_to_attr',
    'decollate',
    'to_kwargs',
    'amp_kwargs',
    'compile',
    'compile_kwargs',
  ],
];

/** What runs the network: one that feeds it something else than the image is refused. */
function checkEvaluator(config: MonaiConfig, evaluator: JsonObject, ledger: ImportLedger): void {
  const target = evaluator._target_;
  if (
    target !== undefined &&
    transformName(word(target).replace(/^monai\.engines\.(\w+\.)?/, '')).shown !== 'SupervisedEvaluator'
  )
    ledger.refuse(word(target), 'expected SupervisedEvaluator, which feeds one network with the image');
  for (const key of ['prepare_batch', 'iteration_update']) {
    if ((config.field(evaluator, key) ?? null) !== null)
      ledger.refuse(key, 'the evaluator has its own way to feed the network; expected the usual one');
  }
  const mode = config.field(evaluator, 'mode') ?? 'eval';
  if (!/eval/i.test(word(mode))) ledger.refuse('mode', `of the evaluator is ${word(mode)}; expected eval`);
  ledger.noteUnknown('evaluator', evaluator, [...EVALUATOR_KEYS, 'prepare_batch', 'iteration_update', 'mode']);
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

function facesOf(metadata: JsonObject, network: JsonObject, config: MonaiConfig, ledger: ImportLedger): Faces {
  const format = isObject(metadata.network_data_format) ? metadata.network_data_format : {};
  const first = (of: Json | undefined): JsonObject => {
    const one = isObject(of) ? Object.values(of)[0] : undefined;
    return isObject(one) ? one : {};
  };
  const several = (of: Json | undefined): string[] =>
    isObject(of) && Object.keys(of).length > 1 ? Object.keys(of) : [];
  if (several(format.inputs).length > 0)
    ledger.refuse('network_data_format', `inputs are ${several(format.inputs).join(', ')}; expected one tensor`);
  if (several(format.outputs).length > 0)
    ledger.note(
      `outputs are ${several(format.outputs).join(', ')}: the first one is read, the others are not looked at`,
    );
  const input = first(format.inputs);
  const output = first(format.outputs);
  if ((input.dtype ?? 'float32') !== 'float32')
    ledger.note(`metadata.json says that the network takes ${word(input.dtype)}: float32 is assumed`);
  const asNumber = (value: Json | undefined): number | null =>
    typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null;
  const count = (key: 'in_channels' | 'out_channels', told: Json | undefined): number | null => {
    const [built, described] = [asNumber(config.field(network, key)), asNumber(told)];
    if (built !== null && described !== null && built !== described)
      ledger.note(`network_def has ${key} ${built}, metadata.json ${described}: the former is taken`);
    return built ?? described;
  };
  const names = (of: Json | undefined): Record<string, string> =>
    isObject(of) ? Object.fromEntries(Object.entries(of).map(([key, name]) => [key, shortLine(name, 64) ?? key])) : {};
  return {
    inputChannels: count('in_channels', input.num_channels),
    channelNames: Object.values(names(input.channel_def)).map((name) => name.slice(0, 40)),
    modality: shortLine(input.modality, 16),
    outputChannels: count('out_channels', output.num_channels),
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
