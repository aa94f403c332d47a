import { expandNnunetProfile } from '../nnunet-profile.js';
import type { NnunetIntensity, NnunetProfile } from '../nnunet-profile.js';
import type { Anisotropy, Manifest, ManifestLabel, Order, RegionRule } from '../manifest.js';
import { distinctLabels, ImportLedger, isList, isNumbers, isObject, parseObject, shortLine, word } from './imported.js';
import type { Imported, ImportOptions, Json, JsonObject } from './imported.js';

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
  const channelNames = channelsOf(dataset);
  if (channelNames.length === 0) ledger.refuse('channel_names', 'dataset.json names no channels');
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
  const preprocessor = configuration.preprocessor_name ?? 'DefaultPreprocessor';
  if (preprocessor !== 'DefaultPreprocessor')
    ledger.refuse(word(preprocessor), 'only the DefaultPreprocessor is known');
  ledger.note(
    'mirroring (test-time augmentation) is off; add inference.mirror to average mirror images as nnU-Net does by default',
  );
  ledger.note(
    'orientation is that of the files (storedZYX), as nnU-Net reads them: images must be stored as the training images were',
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
  const seen = new Set<string>();
  const withParents = (key: string): JsonObject => {
    const own = all[key];
    if (!isObject(own) || seen.has(key)) return {};
    seen.add(key);
    return { ...(typeof own.inherits_from === 'string' ? withParents(own.inherits_from) : {}), ...own };
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

function channelsOf(dataset: JsonObject): string[] {
  const names = dataset.channel_names ?? dataset.modality;
  if (!isObject(names)) return [];
  return Object.keys(names)
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => shortLine(names[key], 40) ?? `channel ${key}`);
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
  const reader = word(dataset.overwrite_image_reader_writer ?? plans.image_reader_writer ?? 'SimpleITKIO');
  if (reader === 'NibabelIOWithReorient') return order.map((axis) => 'SAR'[axis]).join('');
  if (!['SimpleITKIO', 'NibabelIO', 'None', 'null'].includes(reader)) {
    ledger.refuse(
      reader,
      'images are read as NIfTI or DICOM; expected SimpleITKIO, NibabelIO or NibabelIOWithReorient',
    );
  }
  return `stored${order.map((axis) => 'ZYX'[axis]).join('')}`;
}

function labelsOf(
  dataset: JsonObject,
  ledger: ImportLedger,
): { readonly labels: ManifestLabel[]; readonly regions: RegionRule[] | null } {
  const given = isObject(dataset.labels) ? Object.entries(dataset.labels).filter(([name]) => name !== 'ignore') : [];
  const values = given.map(([name, value]) => ({
    name: shortLine(name, 64) ?? 'label',
    value: isList(value) && value.length === 1 ? value[0] : value,
  }));
  const order = dataset.regions_class_order;
  const background = { value: 0, name: 'background' };
  const painted = values.filter(({ value }) => value !== 0);
  if (order !== undefined && order !== null) {
    if (!isNumbers(order) || order.length !== painted.length) {
      ledger.refuse(
        'regions_class_order',
        `is ${JSON.stringify(order)} for ${painted.length} regions; expected one label each`,
      );
      return { labels: [background], regions: null };
    }
    const regions = order.map((label, channel) => ({ channel, threshold: 0.5, label }));
    const single = (label: number): string | undefined => painted.find(({ value }) => value === label)?.name;
    const named = [...new Set(order)]
      .sort((a, b) => a - b)
      .map((label) => ({ value: label, name: single(label) ?? painted[order.indexOf(label)].name }));
    return { labels: distinctLabels([background, ...named]), regions };
  }
  const odd = values.filter(({ value }) => typeof value !== 'number');
  if (odd.length > 0)
    ledger.refuse(
      'labels',
      `${odd.map(({ name }) => name).join(', ')} are regions, and there is no regions_class_order`,
    );
  const labels = (values as { name: string; value: number }[])
    .filter(({ value }) => typeof value === 'number')
    .sort((a, b) => a.value - b.value);
  if (labels.some(({ value }, n) => value !== n) || labels.length < 2) {
    ledger.refuse('labels', `values are ${labels.map(({ value }) => value).join(', ')}; expected 0, 1, 2 and so on`);
  }
  return { labels: distinctLabels(labels), regions: null };
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
  const masks = isList(configuration.use_mask_for_norm) ? configuration.use_mask_for_norm : [];
  const facts = plans.foreground_intensity_properties_per_channel ?? plans.foreground_intensity_properties_by_modality;
  if (!isList(schemes) || schemes.length !== channels.length) {
    ledger.refuse(
      'normalization_schemes',
      `is ${JSON.stringify(schemes)}; expected one for each of ${channels.length} channels`,
    );
    return [];
  }
  return schemes.flatMap((scheme, channel): NnunetIntensity[] => {
    if (typeof scheme !== 'string' || !SCHEMES.includes(scheme)) {
      ledger.refuse(word(scheme), `no such normalisation here; expected ${SCHEMES.join(', ')}`);
      return [];
    }
    if (scheme === 'ZScoreNormalization') return [{ scheme, useMask: masks[channel] === true }];
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

interface ResamplingRule {
  readonly order: Order;
  readonly backOrder: 0 | 1;
  readonly anisotropy: Anisotropy | null;
}

function resamplingOf(configuration: JsonObject, ledger: ImportLedger): ResamplingRule {
  const read = (
    which: 'data' | 'probabilities',
    usual: Order,
  ): { readonly order: Order; readonly anisotropy: Anisotropy | null } => {
    const name = `resampling_fn_${which}`;
    const fn = configuration[name] ?? 'resample_data_or_seg_to_shape';
    if (fn !== 'resample_data_or_seg_to_shape')
      ledger.refuse(word(fn), `${name} is not resample_data_or_seg_to_shape, the one that is known`);
    const given = configuration[`${name}_kwargs`];
    const {
      is_seg: seg,
      order = usual,
      order_z: through = 0,
      force_separate_z: force = null,
      separate_z_anisotropy_threshold: threshold = 3,
      ...rest
    } = isObject(given) ? given : {};
    const unknown = Object.keys(rest);
    if (unknown.length > 0) ledger.refuse(`${name}_kwargs`, `${unknown.join(', ')} not known`);
    if (seg === true) ledger.refuse(`${name}_kwargs`, 'is_seg is true; expected false');
    for (const one of [order, through]) {
      if (![0, 1, 3].includes(one as number))
        ledger.refuse(`${name}_kwargs`, `order ${JSON.stringify(one)}; expected 0, 1 or 3`);
    }
    if (force === true)
      ledger.refuse(`${name}_kwargs`, 'force_separate_z is true; expected null (decided by spacing) or false');
    const rule = { threshold: Number(threshold), orderThrough: through as Order };
    return { order: order as Order, anisotropy: force === false ? null : rule };
  };
  const there = read('data', 3);
  const back = read('probabilities', 1);
  if (back.order === 3)
    ledger.refuse('resampling_fn_probabilities_kwargs', 'order 3; logits are brought back with order 0 or 1');
  if (JSON.stringify(there.anisotropy) !== JSON.stringify(back.anisotropy)) {
    ledger.refuse(
      'resampling_fn_probabilities_kwargs',
      'its rule for thick slices differs from that of the data; one rule serves both ways',
    );
  }
  return { order: there.order, backOrder: back.order === 0 ? 0 : 1, anisotropy: there.anisotropy };
}
