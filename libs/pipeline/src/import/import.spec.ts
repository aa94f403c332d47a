import { importBioimage } from './bioimage.js';
import { importMonai } from './monai.js';
import { importNnunet } from './nnunet.js';
import { readYaml } from './yaml.js';

const plans = {
  dataset_name: 'Dataset009_Spleen',
  image_reader_writer: 'SimpleITKIO',
  transpose_forward: [0, 1, 2],
  transpose_backward: [0, 1, 2],
  configurations: {
    '3d_fullres': {
      preprocessor_name: 'DefaultPreprocessor',
      patch_size: [64, 192, 160],
      spacing: [1.6, 0.79, 0.79],
      normalization_schemes: ['CTNormalization'],
      use_mask_for_norm: [false],
      resampling_fn_data: 'resample_data_or_seg_to_shape',
      resampling_fn_data_kwargs: { is_seg: false, order: 3, order_z: 0, force_separate_z: null },
      resampling_fn_probabilities: 'resample_data_or_seg_to_shape',
      resampling_fn_probabilities_kwargs: { is_seg: false, order: 1, order_z: 0, force_separate_z: null },
    },
    '2d': { inherits_from: '3d_fullres', patch_size: [512, 512], spacing: [0.79, 0.79] },
    '3d_cascade_fullres': { inherits_from: '3d_fullres', previous_stage: '3d_lowres' },
  },
  foreground_intensity_properties_per_channel: {
    '0': { mean: 99.3, std: 39.4, percentile_00_5: -41, percentile_99_5: 176 },
  },
};
const dataset = { channel_names: { '0': 'CT' }, labels: { background: 0, spleen: 1 }, file_ending: '.nii.gz' };
const nnunet = (changes: object = {}, data: object = {}, configuration?: string) =>
  importNnunet(JSON.stringify({ ...plans, ...changes }), JSON.stringify({ ...dataset, ...data }), {
    configuration,
    models: ['fold_0.onnx', 'fold_1.onnx'],
  });

describe('nnU-Net', () => {
  it('gives the operations in its order, folds as an ensemble', () => {
    const imported = nnunet();
    if (!imported.ok) throw new Error(JSON.stringify(imported.refused));
    expect(imported.manifest.preprocess).toMatchObject([
      { op: 'orient', axes: 'storedZYX' },
      { op: 'cropNonzero' },
      { op: 'clip', lo: -41, hi: 176 },
      { op: 'zscore', mean: 99.3, std: 39.4 },
      {
        op: 'resample',
        spacing: [1.6, 0.79, 0.79],
        order: 3,
        clamp: true,
        anisotropy: { threshold: 3, orderThrough: 0 },
      },
    ]);
    expect(imported.manifest.models).toHaveLength(2);
    expect(imported.manifest.ensemble).toEqual({ average: 'logits' });
    expect(imported.manifest.postprocess).toMatchObject([{ op: 'invert', order: 1 }, { op: 'argmax' }]);
  });

  it('says which configuration it takes where several are there and none is named', () => {
    const lowres = { configurations: { ...plans.configurations, '3d_lowres': plans.configurations['3d_fullres'] } };
    const taken = (configuration?: string): readonly string[] => {
      const imported = nnunet(lowres, {}, configuration);
      if (!imported.ok) throw new Error(JSON.stringify(imported.refused));
      return imported.notes.filter((note) => note.includes('none was named'));
    };
    expect(taken()).toEqual([expect.stringMatching(/3d_lowres, and none was named: 3d_fullres is taken/)]);
    expect(taken('3d_lowres')).toEqual([]);
  });

  it('walks over slices for a 2D configuration and transposes as the plans say', () => {
    const flat = nnunet({ transpose_forward: [1, 0, 2], transpose_backward: [1, 0, 2] }, {}, '2d');
    expect(flat).toMatchObject({
      ok: true,
      manifest: { inference: { mode: 'slices', sliceAxis: 0, patch: [512, 512] }, inputs: [{ layout: 'NCXY' }] },
    });
    if (flat.ok) expect(flat.manifest.preprocess[0]).toEqual({ op: 'orient', axes: 'storedYZX' });
  });

  it('paints regions in their order', () => {
    const regions = nnunet({}, { labels: { background: 0, whole: [1, 2], core: [2] }, regions_class_order: [1, 2] });
    expect(regions).toMatchObject({
      ok: true,
      manifest: {
        output: { channels: 2 },
        postprocess: [
          { op: 'invert' },
          { op: 'sigmoid' },
          {
            op: 'regions',
            regions: [
              { channel: 0, label: 1 },
              { channel: 1, label: 2 },
            ],
          },
        ],
        labels: [{ name: 'background' }, { name: 'whole' }, { name: 'core' }],
      },
    });
  });

  it.each<[string, object, object, string | undefined, string]>([
    ['a cascade', {}, {}, '3d_cascade_fullres', '3d_cascade_fullres'],
    ['another reader', { image_reader_writer: 'NaturalImage2DIO' }, {}, undefined, 'NaturalImage2DIO'],
    ['labels with gaps', {}, { labels: { background: 0, a: 1, b: 3 } }, undefined, 'labels'],
    ['a configuration that is not there', {}, {}, '3d_lowres', 'configurations'],
    [
      'a normalisation of someone’s own',
      { configurations: { a: { ...plans.configurations['3d_fullres'], normalization_schemes: ['MyNorm'] } } },
      {},
      'a',
      'MyNorm',
    ],
    [
      'resampling of someone’s own',
      {
        configurations: {
          a: { ...plans.configurations['3d_fullres'], resampling_fn_data: 'resample_torch_fornnunet' },
        },
      },
      {},
      'a',
      'resample_torch_fornnunet',
    ],
  ])('refuses %s by its name', (_, changes, data, configuration, step) => {
    const imported = nnunet(changes, data, configuration);
    expect(imported.ok).toBe(false);
    if (!imported.ok) expect(imported.refused.map((one) => one.step)).toContain(step);
  });
});

const spleen = {
  image_key: 'image',
  network_def: { _target_: 'UNet', in_channels: 1, out_channels: 2 },
  preprocessing: {
    _target_: 'Compose',
    transforms: [
      { _target_: 'LoadImaged', keys: '@image_key' },
      { _target_: 'EnsureChannelFirstd', keys: '@image_key' },
      { _target_: 'Orientationd', keys: '@image_key', axcodes: 'RAS' },
      { _target_: 'Spacingd', keys: '@image_key', pixdim: [1.5, 1.5, 2], mode: 'bilinear' },
      { _target_: 'ScaleIntensityRanged', keys: '@image_key', a_min: -57, a_max: 164, b_min: 0, b_max: 1, clip: true },
    ],
  },
  inferer: { _target_: 'SlidingWindowInferer', roi_size: [96, 96, 96], sw_batch_size: 4, overlap: 0.5 },
  postprocessing: {
    _target_: 'Compose',
    transforms: [
      { _target_: 'Activationsd', keys: 'pred', softmax: true },
      { _target_: 'Invertd', keys: 'pred', transform: '@preprocessing', nearest_interp: false },
      { _target_: 'AsDiscreted', keys: 'pred', argmax: true },
      { _target_: 'SaveImaged', keys: 'pred', output_dir: "$@root + '/eval'" },
    ],
  },
};
const withStep = (step: object, list: 'preprocessing' | 'postprocessing') => ({
  ...spleen,
  [list]: { _target_: 'Compose', transforms: [...spleen[list].transforms, step] },
});

describe('MONAI bundle', () => {
  it('gives orientation, spacing, window, tiles and the way back', () => {
    const imported = importMonai(JSON.stringify(spleen), null);
    if (!imported.ok) throw new Error(JSON.stringify(imported.refused));
    const { preprocess, inference, postprocess } = imported.manifest;
    expect(preprocess).toMatchObject([
      { op: 'orient', axes: 'RAS' },
      { op: 'resample', spacing: [1.5, 1.5, 2], order: 1, grid: 'firstVoxel', boundary: 'edge' },
      { op: 'window', in: [-57, 164], out: [0, 1], clip: true },
    ]);
    expect(inference).toMatchObject({
      mode: 'sliding',
      patch: [96, 96, 96],
      overlap: 0.5,
      tiling: 'fixedStep',
      blend: 'constant',
    });
    expect(postprocess).toEqual([
      { op: 'softmax' },
      { op: 'invert', order: 1 },
      { op: 'argmax', channelToLabel: [0, 1] },
    ]);
  });

  it.each<[string, object, string]>([
    [
      'Python in a lambda',
      withStep({ _target_: 'Lambdad', keys: 'pred', func: '$lambda x: x' }, 'postprocessing'),
      'Lambdad',
    ],
    [
      'a transform of the bundle’s own',
      withStep({ _target_: 'scripts.my.Merge', keys: 'pred' }, 'postprocessing'),
      'scripts.my.Merge',
    ],
    [
      'a transform that is not known',
      withStep({ _target_: 'HistogramNormalized', keys: 'image' }, 'preprocessing'),
      'HistogramNormalized',
    ],
    [
      'an unknown field',
      withStep({ _target_: 'NormalizeIntensityd', keys: 'image', robust: true }, 'preprocessing'),
      'NormalizeIntensityd',
    ],
    ['another inferer', { ...spleen, inferer: { _target_: 'SaliencyInferer' } }, 'SaliencyInferer'],
    [
      'a size that is Python',
      { ...spleen, inferer: { _target_: 'SlidingWindowInferer', roi_size: '$[96] * 3' } },
      'SlidingWindowInferer',
    ],
    ['preprocessing that is Python', { ...spleen, preprocessing: '$make()' }, 'preprocessing'],
  ])('refuses %s by its name', (_, config, step) => {
    const imported = importMonai(JSON.stringify(config), null);
    expect(imported.ok).toBe(false);
    if (!imported.ok) expect(imported.refused.map((one) => one.step)).toContain(step);
  });

  it('takes the threshold out of the one kind of lambda that is plain', () => {
    const imported = importMonai(
      JSON.stringify(
        withStep(
          {
            _target_: 'CropForegroundd',
            keys: 'image',
            source_key: 'image',
            select_fn: '$lambda x: x > -500',
            margin: 4,
          },
          'preprocessing',
        ),
      ),
      null,
    );
    expect(imported).toMatchObject({ ok: true });
    if (imported.ok)
      expect(imported.manifest.preprocess.at(-1)).toEqual({ op: 'cropForeground', threshold: -500, margin: [4, 4, 4] });
  });
});

describe('bioimage.io', () => {
  const rdf = `# a model
format_version: 0.5.3
type: model
name: "Nuclei: 3D"
description: >
  Finds nuclei
  in stacks.
license: MIT
inputs:
  - id: raw
    axes:
      - type: batch
      - {type: channel, channel_names: [dapi]}
      - {type: space, id: z, size: {min: 16, step: 8}}
      - type: space
        id: y
        size:
          min: 64
          step: 16
      - {type: space, id: x, size: {min: 64, step: 16}}
    preprocessing:
    - id: zero_mean_unit_variance
      kwargs: {axes: [z, y, x], eps: 1e-6}
outputs:
- id: mask
  axes: [{type: batch}, {type: channel, channel_names: [nucleus]}, {type: space, id: z}, {type: space, id: y}, {type: space, id: x}]
  postprocessing: [{id: sigmoid}, {id: binarize, kwargs: {threshold: 0.4}}]
weights:
  onnx: {source: weights.onnx, opset_version: 15}
`;
  it('reads YAML and gives a manifest without spacing', () => {
    const imported = importBioimage(rdf);
    if (!imported.ok) throw new Error(JSON.stringify(imported.refused));
    expect(imported.manifest).toMatchObject({
      name: 'Nuclei: 3D',
      description: 'Finds nuclei in stacks.',
      inputs: [{ tensor: 'raw', layout: 'NCXYZ', channels: [{ name: 'dapi' }] }],
      preprocess: [
        { op: 'orient', axes: 'storedZYX' },
        { op: 'zscore', eps: 1e-6, perChannel: true },
      ],
      inference: { mode: 'full', divisor: [16, 64, 64] }, // the smallest input, of which all multiples are taken
      postprocess: [
        { op: 'sigmoid' },
        { op: 'invert' },
        { op: 'regions', regions: [{ channel: 0, threshold: 0.4, label: 1 }] },
      ],
      labels: [{ name: 'background' }, { name: 'nucleus' }],
    });
  });

  it.each([
    [
      'preprocessing it does not know',
      rdf.replace('id: zero_mean_unit_variance', 'id: scale_mean_variance'),
      'scale_mean_variance',
    ],
    [
      'percentiles without clipping',
      rdf.replace('zero_mean_unit_variance\n      kwargs: {', 'scale_range\n      kwargs: {min_percentile: 1, '),
      'scale_range',
    ],
    ['other weights', rdf.replace('  onnx:', '  torchscript:'), 'weights'],
    ['a time axis', rdf.replace('type: space, id: z, size', 'type: space, id: t, size'), 'inputs'],
  ])('refuses %s by its name', (_, text, step) => {
    const imported = importBioimage(text);
    expect(imported.ok).toBe(false);
    if (!imported.ok) expect(imported.refused.map((one) => one.step)).toContain(step);
  });

  it('reads block text, quotes and nested lists, and refuses what runs code', () => {
    expect(
      readYaml(
        'a: |\n  x\n   y\n\nb: [1, -2.5, "c, d", {e: null}]\n"f g": \'it\'\'s\'\nh:\n- - 1\n  - 2\n- k: true # no\n',
      ),
    ).toEqual({
      a: 'x\n y\n',
      b: [1, -2.5, 'c, d', { e: null }],
      'f g': "it's",
      h: [[1, 2], { k: true }],
    });
    expect(() => readYaml('a: !!python/object/apply:os.system [ls]')).toThrow('line 1');
    expect(() => readYaml('a: &x 1\nb: *x')).toThrow('anchors');
    expect(() => readYaml('a: 1\na: 2')).toThrow('second time');
    expect(() => readYaml('a: [1, 2')).toThrow('without its end');
  });
});
