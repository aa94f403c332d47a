import { expandNnunetProfile } from '../nnunet-profile.js';
import type { NnunetIntensity, NnunetProfile } from '../nnunet-profile.js';
import type { Manifest } from '../manifest.js';
import { ImportLedger, isList, isNumbers, isObject, parseObject, shortLine, word } from './imported.js';
import type { Imported, ImportOptions, Json, JsonObject } from './imported.js';
import { labelsOf } from './nnunet-labels.js';
import { resamplingOf } from './nnunet-resampling.js';

export interface NnunetImportOptions extends ImportOptions {
  /** Default: 3d_fullres, else the only one that is there. */
  readonly configuration?: string;
}

/**
 * The manifest of an nnU-Net v2 model from its `plans.json` and `dataset.json`, read as data. Folds are the models of an
 * ensemble whose logits are averaged. Mirroring and the tile step are arguments of nnU-Net's predictor and stand in neither
 * file: mirroring is left out, the step is 0.5.
 *
 * @throws RangeError when a text is no JSON object
 */
export function importNnunet(plansText: string, datasetText: string, options: NnunetImportOptions = {}): Imported {
  const plans = parseObject(plansText, 'plans.json');
  const dataset = parseObject(datasetText, 'dataset.json');
  const ledger = new ImportLedger();
  const configuration = chooseConfiguration(plans, options.configuration, ledger);
  if (!configuration) return ledger.finish(unreachable);
  const channelNames = channelsOf(dataset, ledger);
  const axes = axesOf(plans, dataset, ledger);
  const { labels, regions } = labelsOf(dataset, ledger);
  const intensity = intensitiesOf(plans, configuration, channelNames, ledger);
  const rule = resamplingOf(configuration, ledger);
  const { spacing, patch_size: patch } = configuration;
  if (!isNumbers(spacing) || !isNumbers(patch) || ![2, 3].includes(patch.length) || spacing.length !== patch.length) {
    ledger.refuse(
      'patch_size',
      `spacing is ${JSON.stringify(spacing)} and patch_size ${JSON.stringify(patch)}; expected two or three numbers each`,
    );
  }
  noteUnknown(plans, dataset, configuration, ledger);
  const preprocessor = configuration.preprocessor_name ?? 'DefaultPreprocessor';
  if (preprocessor !== 'DefaultPreprocessor')
    ledger.refuse(word(preprocessor), 'only the DefaultPreprocessor is known');
  ledger.note(
    'mirroring (test-time augmentation) is off; add inference.mirror to average mirror images as nnU-Net does by default',
  );
  if (!options.inputTensor) ledger.note('tensor names are not in the plans: "input" and "output" are assumed');
  ledger.note(
    'post-processing of nnU-Net is a pickle and is not read: add keepLargest where the training found it useful',
  );

  return ledger.finish((): Manifest => {
    const profile: NnunetProfile = {
      manifestVersion: 1,
      name: shortLine(plans.dataset_name, 80) ?? 'nnU-Net model',
      version: '1.0.0',
      ...(options.models && options.models.length > 0
        ? { models: options.models.map((file) => ({ file, weight: 1 })) }
        : {}),
      profile: 'nnunet-v2',
      axes,
      inputs: [
        { tensor: options.inputTensor ?? 'input', channels: channelNames.map((name) => ({ name, ...modality(name) })) },
      ],
      output: { tensor: options.outputTensor ?? 'output', meaning: 'logits' },
      labels,
      spacing: spacing as readonly number[],
      patch: patch as readonly number[],
      intensity,
      ...(regions ? { regions } : {}),
    };
    const manifest = expandNnunetProfile(profile);
    return {
      ...manifest,
      preprocess: manifest.preprocess.map((op) =>
        op.op === 'resample' ? { ...op, order: rule.order, clamp: rule.order > 1, anisotropy: rule.anisotropy } : op,
      ),
      postprocess: manifest.postprocess.map((op) =>
        op.op === 'invert' ? { op: 'invert', order: rule.backOrder } : op,
      ),
    };
  });
}

const unreachable = (): never => {
  throw new Error('a refused import was built');
};

/** A configuration with what it inherits. */
function chooseConfiguration(plans: JsonObject, wanted: string | undefined, ledger: ImportLedger): JsonObject | null {
  const all = isObject(plans.configurations) ? plans.configurations : {};
  const names = Object.keys(all);
  const name = wanted ?? (names.includes('3d_fullres') ? '3d_fullres' : names.length === 1 ? names[0] : undefined);
  if (name === undefined || !isObject(all[name])) {
    ledger.refuse(
      'configurations',
      `plans.json has ${names.join(', ') || 'none'}; expected ${name ?? 'the configuration to be named'}`,
    );
    return null;
  }
  if (wanted === undefined && names.length > 1)
    ledger.note(
      `plans.json has ${names.join(', ')}, and none was named: ${name} is taken; with another one, every size and spacing is another`,
    );
  const seen: string[] = [];
  const withParents = (key: string): JsonObject => {
    const own = all[key];
    if (!isObject(own) || seen.includes(key)) {
      ledger.refuse(
        'inherits_from',
        `${[...seen, key].join(' from ')}: ${isObject(own) ? 'in a circle' : 'not in plans.json'}`,
      );
      return {};
    }
    seen.push(key);
    const { inherits_from: parent = null } = own;
    return { ...(parent === null ? {} : withParents(word(parent))), ...own };
  };
  const configuration = withParents(name);
  if (configuration.previous_stage !== undefined && configuration.previous_stage !== null) {
    ledger.refuse(
      name,
      `a cascade: it needs the labels of ${word(configuration.previous_stage)} as input, and a manifest has one stage`,
    );
  }
  return configuration;
}

const PLANS_KEYS = [
  ...['dataset_name', 'plans_name', 'original_median_spacing_after_transp', 'original_median_shape_after_transp'],
  ...['image_reader_writer', 'transpose_forward', 'transpose_backward', 'configurations', 'experiment_planner_used'],
  ...['label_manager', 'foreground_intensity_properties_per_channel', 'foreground_intensity_properties_by_modality'],
];
const CONFIGURATION_KEYS = [
  ...['data_identifier', 'preprocessor_name', 'batch_size', 'patch_size', 'median_image_size_in_voxels', 'spacing'],
  ...['normalization_schemes', 'use_mask_for_norm', 'resampling_fn_data', 'resampling_fn_data_kwargs'],
  ...['resampling_fn_seg', 'resampling_fn_seg_kwargs', 'resampling_fn_probabilities'],
  ...['resampling_fn_probabilities_kwargs', 'architecture', 'batch_dice', 'next_stage', 'previous_stage'],
  ...['inherits_from', 'UNet_class_name', 'UNet_base_num_features', 'n_conv_per_stage_encoder'],
  ...['n_conv_per_stage_decoder', 'num_pool_per_axis', 'pool_op_kernel_sizes', 'conv_kernel_sizes'],
  ...['unet_max_num_features'],
];
const DATASET_KEYS = [
  ...['channel_names', 'modality', 'labels', 'regions_class_order', 'numTraining', 'numTest', 'file_ending'],
  ...['overwrite_image_reader_writer', 'name', 'description', 'reference', 'licence', 'license', 'release'],
  ...['relase', 'citation', 'tensorImageSize', 'training', 'test', 'dataset', 'converted_by'],
];

function noteUnknown(plans: JsonObject, dataset: JsonObject, configuration: JsonObject, ledger: ImportLedger): void {
  ledger.noteUnknown('plans.json', plans, PLANS_KEYS);
  ledger.noteUnknown('the configuration', configuration, CONFIGURATION_KEYS);
  ledger.noteUnknown('dataset.json', dataset, DATASET_KEYS);
  const manager = plans.label_manager ?? 'LabelManager';
  if (manager !== 'LabelManager') ledger.refuse(word(manager), 'only the LabelManager is known');
}

function channelsOf(dataset: JsonObject, ledger: ImportLedger): string[] {
  const names = dataset.channel_names ?? dataset.modality;
  const keys = isObject(names) ? Object.keys(names).sort((a, b) => Number(a) - Number(b)) : [];
  if (!isObject(names) || keys.length === 0) ledger.refuse('channel_names', 'dataset.json names no channels');
  else if (keys.some((key, n) => key !== String(n)))
    ledger.refuse('channel_names', `has the channels ${keys.join(', ')}; expected 0, 1, 2 and so on`);
  return keys.map((key) => shortLine((names as JsonObject)[key], 40) ?? `channel ${key}`);
}

function modality(name: string): { readonly modality?: string; readonly units?: string } {
  if (/^ct$/i.test(name)) return { modality: 'CT', units: 'HU' };
  return /^(mr|mri|t1|t2|flair|adc|dwi)/i.test(name) ? { modality: 'MR' } : {};
}

/** Tensor axis i is axis transpose_forward[i] of the array (z, y, x). */
function axesOf(plans: JsonObject, dataset: JsonObject, ledger: ImportLedger): string {
  const forward = plans.transpose_forward ?? [0, 1, 2];
  const order = isNumbers(forward) && [...forward].sort().join() === '0,1,2' ? forward : [0, 1, 2];
  if (order !== forward)
    ledger.refuse('transpose_forward', `is ${JSON.stringify(forward)}; expected an order of 0, 1, 2`);
  const backward = [0, 1, 2].map((axis) => order.indexOf(axis));
  const given = plans.transpose_backward ?? backward;
  if (JSON.stringify(given) !== JSON.stringify(backward))
    ledger.note(
      `transpose_backward is ${JSON.stringify(given)}; transpose_forward is undone by ${JSON.stringify(backward)} here`,
    );
  // the plans have what training used; a dataset.json of before they were made may ask for another
  const reader = word(plans.image_reader_writer ?? dataset.overwrite_image_reader_writer ?? 'SimpleITKIO');
  const asked = dataset.overwrite_image_reader_writer ?? null;
  if (asked !== null && asked !== 'None' && asked !== reader)
    ledger.note(`dataset.json asks for ${word(asked)}, plans.json has ${reader}: the latter is taken, as nnU-Net does`);
  if (['NibabelIOWithReorient', 'SimpleITKIOWithReorient'].includes(reader)) {
    ledger.note(`images are turned to RAS as ${reader} does, however they are stored`);
    return order.map((axis) => 'SAR'[axis]).join('');
  }
  if (!['SimpleITKIO', 'NibabelIO', 'None', 'null'].includes(reader)) {
    ledger.refuse(
      reader,
      'images are read as NIfTI or DICOM; expected SimpleITKIO or NibabelIO, with or without Reorient',
    );
  }
  ledger.note(
    'orientation is that of the files (storedZYX), as nnU-Net reads them: images must be stored as the training images were',
  );
  return `stored${order.map((axis) => 'ZYX'[axis]).join('')}`;
}

const SCHEMES = [
  'CTNormalization',
  'ZScoreNormalization',
  'RescaleTo01Normalization',
  'RGBTo01Normalization',
  'NoNormalization',
];

function intensitiesOf(
  plans: JsonObject,
  configuration: JsonObject,
  channels: readonly string[],
  ledger: ImportLedger,
): NnunetIntensity[] {
  const schemes = configuration.normalization_schemes;
  const masks = configuration.use_mask_for_norm ?? channels.map(() => false);
  const facts = plans.foreground_intensity_properties_per_channel ?? plans.foreground_intensity_properties_by_modality;
  if (!isList(schemes) || schemes.length !== channels.length) {
    ledger.refuse(
      'normalization_schemes',
      `is ${JSON.stringify(schemes)}; expected one for each of ${channels.length} channels`,
    );
    return [];
  }
  if (!isList(masks) || masks.length !== channels.length || masks.some((mask) => typeof mask !== 'boolean')) {
    ledger.refuse(
      'use_mask_for_norm',
      `is ${JSON.stringify(masks)}; expected true or false for each of ${channels.length} channels`,
    );
    return [];
  }
  return schemes.flatMap((scheme, channel): NnunetIntensity[] => {
    if (typeof scheme !== 'string' || !SCHEMES.includes(scheme)) {
      ledger.refuse(word(scheme), `no such normalisation here; expected ${SCHEMES.join(', ')}`);
      return [];
    }
    if (scheme === 'ZScoreNormalization') return [{ scheme, useMask: masks[channel] as boolean }];
    if (scheme !== 'CTNormalization') return [{ scheme } as NnunetIntensity];
    const of: Json | undefined = isObject(facts) ? facts[String(channel)] : undefined;
    const { mean, std, percentile_00_5: lo, percentile_99_5: hi } = isObject(of) ? of : ({} as JsonObject);
    if (!isNumbers([mean ?? null, std ?? null, lo ?? null, hi ?? null])) {
      ledger.refuse(
        scheme,
        `foreground_intensity_properties_per_channel lacks mean, std or percentiles of channel ${channel}`,
      );
      return [];
    }
    return [{ scheme, mean: mean as number, std: std as number, lo: lo as number, hi: hi as number }];
  });
}
