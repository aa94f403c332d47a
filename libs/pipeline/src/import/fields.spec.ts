import { importBioimage } from './bioimage.js';
import type { Imported } from './imported.js';
import { importMonai } from './monai.js';
import { importNnunet } from './nnunet.js';

const steps = (imported: Imported): string[] => (imported.ok ? [] : imported.refused.map(({ step }) => step));
const reasons = (imported: Imported): string =>
  imported.ok ? '' : imported.refused.map(({ reason }) => reason).join('; ');
function manifestOf(imported: Imported) {
  if (!imported.ok) throw new Error(JSON.stringify(imported.refused));
  return imported.manifest;
}

describe('every field of a MONAI bundle is said, refused or noted', () => {
  const bundle = (before: object[], after: object[] = [], changes: object = {}): Imported =>
    importMonai(
      JSON.stringify({
        channels: 1,
        network_def: { _target_: 'UNet', in_channels: '@channels', out_channels: '@network_def#classes', classes: 2 },
        preprocessing: { _target_: 'Compose', transforms: [{ _target_: 'LoadImaged', keys: 'image' }, ...before] },
        inferer: { _target_: 'SimpleInferer' },
        postprocessing: {
          _target_: 'Compose',
          transforms: after.length > 0 ? after : [{ _target_: 'AsDiscreted', keys: 'pred', argmax: true }],
        },
        ...changes,
      }),
      null,
    );
  const argmax = { _target_: 'AsDiscreted', keys: 'pred', argmax: true };

  it('follows references to numbers of channels', () => {
    expect(manifestOf(bundle([])).output.channels).toBe(2);
  });

  it('takes array transforms by their names, those that end in d, too', () => {
    const { preprocess } = manifestOf(
      bundle([
        { _target_: 'CropForeground', select_fn: '$lambda x: x > 5', margin: 2, allow_smaller: true },
        { _target_: 'monai.transforms.ScaleIntensityRange', a_min: 0, a_max: 2, b_min: 0, b_max: 1 },
      ]),
    );
    expect(preprocess).toMatchObject([
      { op: 'orient' },
      { op: 'cropForeground', threshold: 5, margin: [2, 2, 2] },
      { op: 'window' },
    ]);
  });

  it('reads a list as one value for each key', () => {
    const { preprocess, postprocess } = manifestOf(
      bundle(
        [{ _target_: 'Spacingd', keys: ['label', 'image'], pixdim: [2], mode: ['nearest', 'bilinear'] }],
        [
          { _target_: 'Activationsd', keys: 'pred', softmax: [true] },
          { ...argmax, argmax: [true] },
        ],
      ),
    );
    expect(preprocess[1]).toMatchObject({ op: 'resample', spacing: [2, 2, 2], order: 1 });
    expect(postprocess.map(({ op }) => op)).toEqual(['softmax', 'argmax', 'invert']);
  });

  it('leaves out what is disabled, however it is said', () => {
    const spacing = { _target_: 'Spacingd', keys: 'image', pixdim: [1, 1, 1], mode: 'bilinear' };
    for (const _disabled_ of [true, 'True', '@off', 1])
      expect(manifestOf(bundle([{ ...spacing, _disabled_ }], [], { off: true })).preprocess).toHaveLength(1);
    for (const _disabled_ of [false, 'no', '@off', 0])
      expect(manifestOf(bundle([{ ...spacing, _disabled_ }], [], { off: false })).preprocess).toHaveLength(2);
  });

  it('says an inverted window and a scale by a factor', () => {
    const { preprocess } = manifestOf(
      bundle([
        { _target_: 'ScaleIntensityRanged', keys: 'image', a_min: 100, a_max: 0, b_min: 0, b_max: 1, clip: true },
        { _target_: 'ScaleIntensityd', keys: 'image', minv: null, maxv: null, factor: 0.5 },
      ]),
    );
    expect(preprocess.slice(1)).toMatchObject([
      { op: 'window', in: [0, 100], out: [1, 0], clip: true },
      { op: 'scaleLinear', scale: 1.5 },
    ]);
  });

  it.each<[string, object]>([
    [
      'CropForegroundd does not say allow_smaller',
      { _target_: 'CropForegroundd', keys: 'image', source_key: 'image', margin: 3 },
    ],
    ['makes of a constant image its value', { _target_: 'ScaleIntensityd', keys: 'image', minv: -1, maxv: 1 }],
  ])('notes that %s', (sentence, step) => {
    const imported = bundle([step]);
    expect(imported.ok).toBe(true);
    expect(imported.notes.join('\n')).toContain(sentence);
  });

  it.each<[string, object, string]>([
    [
      'a step disabled by Python',
      { _target_: 'Spacingd', keys: 'image', pixdim: [1, 1, 1], _disabled_: '$not @x' },
      '_disabled_',
    ],
    ['a reference that leads nowhere', { _target_: 'Spacingd', keys: 'image', pixdim: '@nowhere' }, 'pixdim'],
    [
      'a mode in which a step is not applied',
      { _target_: 'Spacingd', keys: 'image', pixdim: 1, _mode_: 'callable' },
      '_mode_',
    ],
    [
      'spacing that hangs on the image',
      { _target_: 'Spacingd', keys: 'image', pixdim: 1, min_pixdim: 0.5 },
      'min_pixdim',
    ],
    [
      'lists of another length',
      { _target_: 'Spacingd', keys: ['image', 'label'], pixdim: 1, mode: ['bilinear'] },
      'mode',
    ],
    ['a crop by another image', { _target_: 'CropForegroundd', keys: 'image', source_key: 'label' }, 'source_key'],
    [
      'a margin that is padded',
      { _target_: 'CropForegroundd', keys: 'image', margin: 1, allow_smaller: false },
      'padded',
    ],
    ['half of a range', { _target_: 'ScaleIntensityRanged', keys: 'image', a_min: 0, a_max: 1, b_min: 0 }, 'b_min'],
    ['a clip to nothing', { _target_: 'ScaleIntensityRanged', keys: 'image', a_min: 0, a_max: 1, clip: true }, 'clip'],
    ['an image to subtract', { _target_: 'NormalizeIntensityd', keys: 'image', subtrahend: [1] }, 'channel_wise'],
    ['a type that rounds', { _target_: 'EnsureTyped', keys: 'image', dtype: '$torch.int16' }, 'dtype'],
    ['a type on the way', { _target_: 'ScaleIntensityd', keys: 'image', dtype: 'uint8' }, 'dtype'],
    ['a reader without geometry', { _target_: 'LoadImaged', keys: 'image', reader: 'PILReader' }, 'reader'],
    ['an unknown field of a step that does nothing', { _target_: 'EnsureTyped', keys: 'image', round: 1 }, 'round'],
  ])('refuses %s', (_, step, reason) => {
    const imported = bundle([step]);
    expect(steps(imported)).toEqual([(step as { _target_: string })._target_]);
    expect(reasons(imported)).toContain(reason);
  });

  const soft = { _target_: 'Activationsd', keys: 'pred', softmax: true };
  it.each<[string, object[], string, string]>([
    ['two activations', [{ ...soft, sigmoid: true }, argmax], 'Activationsd', 'both'],
    ['an activation of its own', [{ ...soft, act_layer: 'PRELU' }, argmax], 'Activationsd', 'act_layer'],
    ['a softmax over another axis', [{ ...soft, dim: 1 }, argmax], 'Activationsd', 'dim'],
    ['an activation of labels', [argmax, soft], 'Activationsd', 'before'],
    ['a threshold of labels', [{ ...argmax, threshold: 0.5 }], 'AsDiscreted', 'threshold'],
    [
      'an inverse of something else',
      [argmax, { _target_: 'Invertd', keys: 'pred', transform: '@other' }],
      'Invertd',
      'transform',
    ],
    [
      'an inverse with a function',
      [argmax, { _target_: 'Invertd', keys: 'pred', transform: '@preprocessing', post_func: 'f' }],
      'Invertd',
      'post_func',
    ],
    ['a step on a copy', [argmax, { _target_: 'FillHolesd', keys: 'copy' }], 'FillHolesd', 'copy'],
    [
      'labels that are Python',
      [argmax, { _target_: 'FillHolesd', keys: 'pred', applied_labels: '$[1]' }],
      'FillHolesd',
      'applied_labels',
    ],
  ])('refuses %s', (_, after, step, reason) => {
    const imported = bundle([], after, { other: [] });
    expect(steps(imported)).toContain(step);
    expect(reasons(imported)).toContain(reason);
  });

  it.each<[string, object, string]>([
    ['an evaluator of its own', { evaluator: { _target_: 'scripts.Mine' } }, 'scripts.Mine'],
    [
      'another way to feed the network',
      { evaluator: { _target_: 'SupervisedEvaluator', prepare_batch: { _target_: 'P' } } },
      'prepare_batch',
    ],
    [
      'windows with their places',
      { inferer: { _target_: 'SlidingWindowInferer', roi_size: 8, with_coord: true } },
      'SlidingWindowInferer',
    ],
  ])('refuses %s', (_, changes, step) => {
    expect(steps(bundle([], [], changes))).toEqual([step]);
  });

  it('takes a list of transforms as it is written, or refuses it', () => {
    const composed = (more: object): Imported =>
      bundle([], [], {
        preprocessing: { _target_: 'Compose', transforms: [{ _target_: 'LoadImaged', keys: 'image' }], ...more },
      });
    expect(steps(composed({ _target_: 'OneOf' }))).toEqual(['OneOf']);
    expect(steps(composed({ overrides: { image: { mode: 'nearest' } } }))).toEqual(['Compose']);
    expect(composed({ lazy: true }).notes.join('\n')).toContain('preprocessing is lazy');
    expect(composed({ shuffle: 1 }).notes.join('\n')).toContain('preprocessing has shuffle');
  });

  it('notes what it does not know of the evaluator, and a network that metadata.json describes otherwise', () => {
    const text = JSON.stringify({ network_data_format: { outputs: { pred: { num_channels: 3 } } } });
    const config = {
      network_def: { in_channels: 1, out_channels: 2 },
      preprocessing: [],
      postprocessing: [argmax],
      evaluator: { _target_: 'monai.engines.SupervisedEvaluator', tta: true, inferer: { _target_: 'SimpleInferer' } },
    };
    const imported = importMonai(JSON.stringify(config), text);
    expect(manifestOf(imported).output.channels).toBe(2);
    expect(imported.notes.join('\n')).toContain('evaluator has tta');
    expect(imported.notes.join('\n')).toContain('metadata.json 3');
  });
});

describe('every field of a resource description is said, refused or noted', () => {
  const axis = (id: string, more: object = {}): object => ({ type: 'space', id, size: { min: 32, step: 16 }, ...more });
  const same = (id: string, more: object = {}): object =>
    axis(id, { size: { tensor_id: 'raw', axis_id: id, offset: 0 }, ...more });
  const lead = [{ type: 'batch' }, { type: 'channel', channel_names: ['a', 'b'] }];
  interface Parts {
    readonly input?: object;
    readonly output?: object;
    readonly axes?: readonly object[];
    readonly out?: readonly object[];
    readonly steps?: readonly object[];
    readonly after?: readonly object[];
    readonly rdf?: object;
  }
  const rdf = (given: Parts = {}): Imported =>
    importBioimage(
      JSON.stringify({
        format_version: '0.5.4',
        type: 'model',
        inputs: [
          {
            id: 'raw',
            axes: given.axes ?? [...lead, axis('z'), axis('y'), axis('x')],
            data: { type: 'float32' },
            preprocessing: given.steps ?? [],
            ...given.input,
          },
        ],
        outputs: [
          {
            id: 'out',
            axes: given.out ?? [...lead, same('z'), same('y'), same('x')],
            data: { type: 'float32' },
            postprocessing: given.after ?? [{ id: 'softmax', kwargs: { axis: 'channel' } }],
            ...given.output,
          },
        ],
        weights: { onnx: { source: 'a.onnx' } },
        ...given.rdf,
      }),
    );
  const normalise = (kwargs: object, id = 'zero_mean_unit_variance') => ({ steps: [{ id, kwargs }] });
  const flat = { axes: [...lead, axis('y'), axis('x')], out: [...lead, same('y'), same('x')] };

  it('takes statistics over the voxels that the description names', () => {
    const perChannel = (kwargs: object, id?: string) => manifestOf(rdf(normalise(kwargs, id))).preprocess[1];
    expect(perChannel({})).toMatchObject({ op: 'zscore', perChannel: false });
    expect(perChannel({ axes: ['channel', 'z', 'y', 'x'] })).toMatchObject({ perChannel: false });
    expect(perChannel({ axes: ['batch', 'z', 'y', 'x'] })).toMatchObject({ perChannel: true });
    expect(perChannel({ axes: ['x', 'y', 'z'] }, 'scale_range')).toMatchObject({ op: 'minmax', perChannel: true });
  });

  it('takes statistics of each slice where they are of planes, and for a 2D network, whose image is a slice', () => {
    const first = (parts: Parts) => manifestOf(rdf(parts)).preprocess[1];
    expect(first(normalise({ axes: ['y', 'x'] }))).toMatchObject({ perSlice: 0, perChannel: true });
    expect(first(normalise({ axes: ['channel', 'z', 'y'] }))).toMatchObject({ perSlice: 2, perChannel: false });
    expect(first({ ...flat, ...normalise({}) })).toMatchObject({ op: 'zscore', perSlice: 0, perChannel: false });
    expect(first({ ...flat, ...normalise({ axes: ['y', 'x'] }, 'scale_range') })).toMatchObject({
      op: 'minmax',
      perSlice: 0,
      perChannel: true,
    });
    const clip = { min_percentile: 1, max_percentile: 99, axes: ['y', 'x'] };
    expect(first({ ...flat, ...normalise(clip, 'clip') })).toMatchObject({ percentiles: [1, 99], perSlice: 0 });
    expect(manifestOf(rdf({ ...flat, ...normalise({}) })).inference).toMatchObject({ mode: 'slices', sliceAxis: 0 });
  });

  it('says that tiles are cut from an image whose statistics were taken whole', () => {
    const fixed = ['y', 'x'].map((id) => axis(id, { size: 64 }));
    const tiled = rdf({ ...flat, axes: [...lead, ...fixed], ...normalise({}) });
    expect(manifestOf(tiled).preprocess[1]).toMatchObject({ perSlice: 0 });
    expect(tiled.notes.join('\n')).toContain('statistics are those of the whole image');
  });

  it('says types, one-sided limits and numbers along the channels', () => {
    const { inputs, preprocess } = manifestOf(
      rdf({
        input: { data: { type: 'uint16' } },
        steps: [
          { id: 'clip', kwargs: { min: 0, max: null } },
          { id: 'scale_linear', kwargs: { gain: [1, 2], axis: 'channel' } },
          { id: 'ensure_dtype', kwargs: { dtype: 'float16' } },
        ],
      }),
    );
    expect(inputs[0].dtype).toBe('float16');
    expect(preprocess.slice(1)).toMatchObject([
      { op: 'clip', lo: 0 },
      { op: 'scaleLinear', scale: [1, 2] },
    ]);
  });

  it('pads to sizes that the network takes', () => {
    expect(manifestOf(rdf()).inference).toMatchObject({ mode: 'full', divisor: [32, 32, 32] });
  });

  it('overlaps tiles by their halo, and notes a halo where there are none', () => {
    const fixed = (n: number, more: object = {}) => ['z', 'y', 'x'].map((id) => axis(id, { size: n, ...more }));
    const tiled = rdf({ axes: [...lead, ...fixed(64)], out: [...lead, ...fixed(64, { halo: 24 })] });
    expect(manifestOf(tiled).inference).toMatchObject({ mode: 'sliding', patch: [64, 64, 64], overlap: 0.75 });
    const whole = rdf({ out: [...lead, same('z', { halo: 8 }), same('y'), same('x')] });
    expect(manifestOf(whole).inference.mode).toBe('full');
    expect(whole.notes.join('\n')).toContain('halo (z 8, y 0, x 0)');
  });

  it('reads format 0.4: shapes with steps, scales and offsets, channels of the output from those of the input', () => {
    const old = (output: object, input: object = {}): Imported =>
      rdf({
        input: { name: 'raw', axes: 'bczyx', shape: { min: [1, 1, 16, 16, 16], step: [0, 0, 16, 16, 16] }, ...input },
        output: { name: 'out', axes: 'bczyx', ...output },
      });
    const shape = { reference_tensor: 'raw', scale: [1, 0, 1, 1, 1], offset: [0, 1.5, 0, 0, 0] };
    expect(manifestOf(old({ shape })).output.channels).toBe(3);
    expect(steps(old({ shape: { ...shape, scale: [1, 0, 1, 0.5, 0.5] } }))).toEqual(['outputs', 'outputs']);
    expect(steps(old({ shape: { ...shape, offset: [0, 1.5, -8, 0, 0] } }))).toEqual(['outputs']);
    expect(steps(old({ shape }, { data: undefined, data_type: 'uint8' }))).toEqual(['data type']);
  });

  it.each<[string, Parts, string]>([
    ['statistics of each row', normalise({ axes: ['x'] }), 'zero_mean_unit_variance'],
    ['statistics of each row of a slice', { ...flat, ...normalise({ axes: ['x'] }) }, 'zero_mean_unit_variance'],
    ['statistics of a dataset', normalise({ mode: 'per_dataset' }), 'zero_mean_unit_variance'],
    ['a range of another tensor', normalise({ reference_tensor: 'other' }, 'scale_range'), 'scale_range'],
    ['numbers along z', normalise({ gain: [1, 2, 3], axis: 'z' }, 'scale_linear'), 'scale_linear'],
    ['an unknown argument', normalise({ robust: true }), 'zero_mean_unit_variance'],
    ['a network that takes integers', { input: { data: { type: 'uint8' } } }, 'data type'],
    ['a network that gives integers', { output: { data: { type: 'int64' } }, after: [] }, 'data type'],
    [
      'a smaller output',
      { out: [...lead, same('z'), same('y'), axis('x', { size: { tensor_id: 'raw', axis_id: 'x', offset: -8 } })] },
      'outputs',
    ],
    ['an output of another resolution', { out: [...lead, same('z', { scale: 2 }), same('y'), same('x')] }, 'outputs'],
    [
      'sizes between the steps',
      { axes: [...lead, axis('z', { size: { min: 20, step: 16 } }), axis('y'), axis('x')] },
      'inputs',
    ],
    ['one fixed size among open ones', { axes: [...lead, axis('z', { size: 16 }), axis('y'), axis('x')] }, 'inputs'],
    [
      'a size that refers to another axis',
      { axes: [...lead, axis('z'), axis('y'), axis('x', { size: { tensor_id: 'raw', axis_id: 'y' } })] },
      'inputs',
    ],
    [
      'a step after binarize',
      { after: [{ id: 'binarize', kwargs: { threshold: 0.5 } }, { id: 'sigmoid' }] },
      'sigmoid',
    ],
    ['several channels of sigmoids', { after: [{ id: 'sigmoid' }] }, 'sigmoid'],
    ['a softmax over x', { after: [{ id: 'softmax', kwargs: { axis: 'x' } }] }, 'softmax'],
    ['a network that is not called directly', { rdf: { run_mode: { name: 'deepimagej' } } }, 'run_mode'],
    [
      'weights in another file',
      { rdf: { weights: { onnx: { source: 'a', external_data: { source: 'b' } } } } },
      'weights',
    ],
  ])('refuses %s', (_, parts, step) => {
    expect(steps(rdf(parts))).toContain(step);
  });

  it('notes keys that it does not know', () => {
    const imported = rdf({ rdf: { warp: 1 }, input: { gamma: 2 } });
    expect(imported.notes.join('\n')).toMatch(/rdf.yaml has warp[^]*inputs has gamma/);
  });
});

describe('every field of nnU-Net’s plans is said, refused or noted', () => {
  const kwargs = { is_seg: false, order: 1, order_z: 0, force_separate_z: null };
  const configuration = {
    patch_size: [8, 8, 8],
    spacing: [1, 1, 1],
    normalization_schemes: ['ZScoreNormalization'],
    use_mask_for_norm: [true],
    resampling_fn_data: 'resample_data_or_seg_to_shape',
    resampling_fn_data_kwargs: { ...kwargs, order: 3 },
    resampling_fn_probabilities: 'resample_data_or_seg_to_shape',
    resampling_fn_probabilities_kwargs: kwargs,
  };
  const model = (changes: object = {}, plans: object = {}, dataset: object = {}, more: object = {}): Imported =>
    importNnunet(
      JSON.stringify({ configurations: { '3d_fullres': { ...configuration, ...changes }, ...more }, ...plans }),
      JSON.stringify({ channel_names: { '0': 'T1' }, labels: { background: 0, a: 1, b: 2 }, ...dataset }),
    );

  it('says a separate axis that is forced, and one that is forbidden', () => {
    const forced = (force: boolean) => ({
      resampling_fn_data_kwargs: { ...kwargs, order: 3, force_separate_z: force },
      resampling_fn_probabilities_kwargs: { ...kwargs, force_separate_z: force },
    });
    const rule = (imported: Imported) => manifestOf(imported).preprocess.find(({ op }) => op === 'resample');
    expect(rule(model(forced(true)))).toMatchObject({ anisotropy: { threshold: 0.5, orderThrough: 0 } });
    expect(rule(model(forced(false)))).toMatchObject({ anisotropy: null });
    expect(rule(model())).toMatchObject({ anisotropy: { threshold: 3, orderThrough: 0 } });
  });

  it('turns images as the reader that reorients does, and believes the plans more than dataset.json', () => {
    const reoriented = model(
      {},
      { image_reader_writer: 'SimpleITKIOWithReorient' },
      { overwrite_image_reader_writer: 'NibabelIO' },
    );
    expect(manifestOf(reoriented).preprocess[0]).toEqual({ op: 'orient', axes: 'SAR' });
    expect(reoriented.notes.join('\n')).toContain('asks for NibabelIO');
    const none = model({}, { image_reader_writer: 'NibabelIOWithReorient' }, { overwrite_image_reader_writer: 'None' });
    expect(manifestOf(none).preprocess[0]).toEqual({ op: 'orient', axes: 'SAR' });
  });

  it('takes argmax where no region has several labels, whatever regions_class_order says', () => {
    const imported = model({}, {}, { regions_class_order: [1, 2] });
    expect(manifestOf(imported).postprocess.at(-1)).toMatchObject({ op: 'argmax' });
    expect(imported.notes.join('\n')).toContain('regions_class_order is not used');
  });

  it('leaves the ignore label out', () => {
    const imported = model({}, {}, { labels: { background: 0, a: 1, ignore: 2 } });
    expect(manifestOf(imported).labels.map(({ name }) => name)).toEqual(['background', 'a']);
  });

  it.each<[string, Imported, string]>([
    ['a configuration of one that is not there', model({ inherits_from: 'x' }), 'inherits_from'],
    [
      'configurations in a circle',
      model({ inherits_from: 'y' }, {}, {}, { y: { inherits_from: '3d_fullres' } }),
      'inherits_from',
    ],
    ['labels by their numbers', model({}, {}, { labels: { 0: 'background', 1: 'a' } }), 'labels'],
    [
      'regions that lose their order',
      model({}, {}, { labels: { background: 0, w: [1, 2], 7: 2 }, regions_class_order: [1, 2] }),
      'labels',
    ],
    [
      'regions without their order',
      model({}, {}, { labels: { background: 0, w: [1, 2], c: 2 } }),
      'regions_class_order',
    ],
    ['channels with gaps', model({}, {}, { channel_names: { 0: 'T1', 2: 'T2' } }), 'channel_names'],
    ['labels of its own manager', model({}, { label_manager: 'Mine' }), 'Mine'],
    ['masks that are no truth values', model({ use_mask_for_norm: ['yes'] }), 'use_mask_for_norm'],
    ['masks for other channels', model({ use_mask_for_norm: [true, false] }), 'use_mask_for_norm'],
    [
      'an unknown argument of resampling',
      model({ resampling_fn_data_kwargs: { ...kwargs, fast: true } }),
      'resampling_fn_data_kwargs',
    ],
    [
      'a threshold that is none',
      model({ resampling_fn_data_kwargs: { separate_z_anisotropy_threshold: 'big' } }),
      'resampling_fn_data_kwargs',
    ],
    [
      'another rule on the way back',
      model({ resampling_fn_probabilities_kwargs: { ...kwargs, order_z: 1 } }),
      'resampling_fn_probabilities_kwargs',
    ],
  ])('refuses %s', (_, imported, step) => {
    expect(steps(imported)).toContain(step);
  });

  it('notes keys that it does not know', () => {
    const imported = model({ tta: 1 }, { warp: 2 }, { gamma: 3 });
    expect(imported.ok).toBe(true);
    for (const sentence of ['configuration has tta', 'plans.json has warp', 'dataset.json has gamma'])
      expect(imported.notes.join('\n')).toContain(sentence);
  });
});
