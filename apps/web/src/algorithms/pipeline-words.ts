import type { z } from 'zod';
import type { manifest } from '#contracts';

/** `voxelmark.json` as the platform executes it. */
export type Manifest = z.output<typeof manifest>;

/** One step of an algorithm for a reader who has not seen the manifest: a name, what it does, and the figures. */
export interface PipelineStep {
  readonly stage: 'before' | 'model' | 'after';
  readonly title: string;
  readonly figure: string;
  readonly sentence: string;
}

const DIRECTIONS: Readonly<Record<string, string>> = {
  R: 'right',
  L: 'left',
  A: 'front',
  P: 'back',
  S: 'head',
  I: 'feet',
};

/** The manifest as an ordered story: image in, label map out. */
export function pipelineSteps(manifest: Manifest): PipelineStep[] {
  return [
    ...manifest.preprocess.map(describePreprocess),
    describeInference(manifest.inference, manifest),
    ...manifest.postprocess.map((op) => describePostprocess(op, manifest)),
  ];
}

const GRID_WORDS = {
  halfVoxel: 'the outer edge of the first voxel',
  firstVoxel: 'the centre of the first voxel',
  corner: 'the centres of the first and the last voxel',
  physical: 'the centre of the first voxel, at exact distances',
} as const;

const ORDER_WORDS = { 0: 'Nearest neighbour', 1: 'Linear interpolation', 3: 'Cubic splines' } as const;

type Preprocess = Manifest['preprocess'][number];

function describePreprocess(op: Preprocess): PipelineStep {
  const { title, figure, sentence } = preprocessWords(op);
  const channels = 'channels' in op && op.channels !== 'all' ? ` Only ${listOf('channel', op.channels)}.` : '';
  return { stage: 'before', title, figure, sentence: `${sentence}${channels}` };
}

function preprocessWords(op: Preprocess): Omit<PipelineStep, 'stage'> {
  switch (op.op) {
    case 'orient':
      return {
        title: 'Orient',
        figure: op.axes,
        sentence: `${
          /^stored/.test(op.axes)
            ? 'The three axes are taken as they are stored.'
            : `The three axes grow towards the patient’s ${[...op.axes].map((letter) => DIRECTIONS[letter] ?? letter).join(', ')}.`
        } Axes are swapped and flipped; nothing is interpolated.`,
      };
    case 'cropNonzero':
      return {
        title: 'Crop',
        figure: 'to what is not empty',
        sentence: `The box around all voxels whose value is farther from 0 than ${number(op.threshold)}${op.fillHoles ? ', holes filled' : ''}.`,
      };
    case 'cropForeground':
      return {
        title: 'Crop',
        figure: `above ${number(op.threshold)}`,
        sentence: `The box around all voxels above ${number(op.threshold)}${op.margin.some((voxels) => voxels > 0) ? `, ${op.margin.join(' × ')} voxels larger on each side` : ''}.`,
      };
    case 'resample':
      return {
        title: 'Resample',
        figure: `${op.spacing.map((mm) => (mm === null ? 'as is' : String(mm))).join(' × ')} mm`,
        sentence: `${ORDER_WORDS[op.order]}; the grids share ${GRID_WORDS[op.grid]}.${op.anisotropy === null ? '' : ' Across thick slices it is done separately.'}`,
      };
    case 'resize':
      return {
        title: 'Resize',
        figure: `${op.size.map((voxels) => (voxels === null ? 'as is' : String(voxels))).join(' × ')} voxels`,
        sentence: `${ORDER_WORDS[op.order]}; the grids share ${GRID_WORDS[op.grid]}.`,
      };
    case 'window':
      return {
        title: 'Window',
        figure: `${range(op.in)} → ${range(op.out)}`,
        sentence: `Grey values are mapped linearly${op.clip ? '; values outside are clipped' : '; values outside are not clipped'}.`,
      };
    case 'clip':
      return 'percentiles' in op
        ? {
            title: 'Clip',
            figure: `percentiles ${range(op.percentiles)}`,
            sentence: `Values beyond these percentiles${maskWords(op.mask)} are cut to them.`,
          }
        : {
            title: 'Clip',
            figure: `${number(op.lo)} to ${number(op.hi)}`,
            sentence: 'Values beyond are cut to these.',
          };
    case 'zscore':
      return {
        title: 'Standardise',
        figure: `mean ${statistic(op.mean)}, SD ${statistic(op.std)}`,
        sentence: `Less the mean, over the standard deviation${maskWords(op.mask)}${op.perChannel ? ', each channel by itself' : ''}.${op.outside === 'zero' ? ' Voxels outside become 0.' : ''}`,
      };
    case 'minmax':
      return {
        title: 'Stretch',
        figure: `to ${range(op.out)}`,
        sentence: `From the smallest to the largest value${maskWords(op.mask)}${op.perChannel ? ', each channel by itself' : ''}.`,
      };
    case 'scaleLinear':
      return {
        title: 'Scale',
        figure: `× ${numbers(op.scale)} + ${numbers(op.offset)}`,
        sentence: 'Every value is multiplied, then shifted.',
      };
    case 'cast':
      return {
        title: 'Cast',
        figure: op.to,
        sentence: `Values are ${op.rounding === 'rint' ? 'rounded' : 'cut'} to what ${op.to} can hold.`,
      };
    case 'concatCoordinates':
      return {
        title: 'Add coordinates',
        figure: 'three channels',
        sentence: `The place of each voxel as further channels, ${{ unit: 'from 0 to 1', signed: 'from −1 to 1', index: 'counted in voxels' }[op.range]}.`,
      };
  }
}

function describeInference(mode: Manifest['inference'], manifest: Manifest): PipelineStep {
  const tensors = `Tensor “${manifest.inputs[0].tensor}” in, “${manifest.output.tensor}” out (${manifest.output.meaning}).`;
  const mirrored =
    mode.mirror.length === 0
      ? ''
      : ` Repeated on images flipped along ${listOf('axis', mode.mirror, 'axes')}, and averaged.`;
  const model = manifest.models.length > 1 ? `${manifest.models.length} models, ` : 'Model, ';
  if (mode.mode === 'full') {
    const padded = mode.divisor.some((size) => size > 1);
    return {
      stage: 'model',
      title: `${model}whole volume`,
      figure: padded ? `multiples of ${mode.divisor.join(' × ')}` : 'one pass',
      sentence: `${padded ? `One pass; ${mode.pad.align === 'end' ? 'the far ends are' : 'all sides are'} padded with ${paddingWords(mode.pad)}.` : 'One pass over the whole volume.'} ${tensors}${mirrored}`,
    };
  }
  const tiles = `Tiles overlap by ${Math.round(mode.overlap * 100)} % and are blended with ${mode.blend === 'constant' ? 'equal' : 'Gaussian'} weights.`;
  if (mode.mode === 'sliding') {
    return {
      stage: 'model',
      title: `${model}in tiles`,
      figure: `${mode.patch.join(' × ')} voxels`,
      sentence: `${tiles} ${tensors}${mirrored}`,
    };
  }
  const size = mode.patch === null ? 'whole slices' : `${mode.patch.join(' × ')} voxels`;
  return {
    stage: 'model',
    title: `${model}slice by slice`,
    figure: mode.mode === 'stack25d' ? `${size}, ${2 * mode.context + 1} slices at once` : size,
    sentence: `Slices across axis ${mode.sliceAxis + 1}${mode.patch === null ? '' : `; ${tiles.charAt(0).toLowerCase()}${tiles.slice(1, -1)}`}. ${tensors}${mirrored}`,
  };
}

function describePostprocess(op: Manifest['postprocess'][number], manifest: Manifest): PipelineStep {
  return { stage: 'after', ...postprocessWords(op, manifest) };
}

function postprocessWords(op: Manifest['postprocess'][number], manifest: Manifest): Omit<PipelineStep, 'stage'> {
  const named = (labels: readonly number[]): string =>
    labels.map((value) => manifest.labels.find((label) => label.value === value)?.name ?? String(value)).join(', ');
  switch (op.op) {
    case 'softmax':
      return {
        title: 'Softmax',
        figure: `${manifest.output.channels} channels`,
        sentence: 'Channel values of a voxel become probabilities that sum to 1.',
      };
    case 'sigmoid':
      return {
        title: 'Sigmoid',
        figure: `${manifest.output.channels} channels`,
        sentence: 'Each channel value becomes a probability of its own; they need not sum to 1.',
      };
    case 'invert':
      return {
        title: 'Back to the image',
        figure: op.order === 0 ? 'nearest' : 'linear',
        sentence:
          'Padding, cropping, resampling and orientation are undone, so that the result lies on the image’s own grid.',
      };
    case 'argmax':
      return {
        title: 'Choose label',
        figure: 'argmax',
        sentence: 'The highest channel wins; of equal channels the lowest.',
      };
    case 'regions':
      return {
        title: 'Paint regions',
        figure: named(op.regions.map(({ label }) => label)),
        sentence: `Where a channel exceeds ${[...new Set(op.regions.map(({ threshold }) => number(threshold)))].join(' or ')}, its label is painted over what is there, in this order.`,
      };
    case 'keepLargest':
      return {
        title: 'Keep the largest piece',
        figure: named(op.labels),
        sentence: `Of ${op.scope === 'each' ? 'each label' : 'all these labels together'} only the largest connected piece stays${op.minVolumeMm3 === null ? '' : `, and pieces of at least ${number(op.minVolumeMm3)} mm³`}.`,
      };
    case 'fillHoles':
      return {
        title: 'Fill holes',
        figure: named(op.labels),
        sentence: 'Background that a label encloses becomes that label.',
      };
    case 'removeSmall':
      return {
        title: 'Remove small pieces',
        figure: named(op.labels),
        sentence: `Pieces below ${[
          ...(op.minVoxels === undefined ? [] : [`${number(op.minVoxels)} voxels`]),
          ...(op.minVolumeMm3 === undefined ? [] : [`${number(op.minVolumeMm3)} mm³`]),
        ].join(' or ')} become background.`,
      };
    case 'mapLabels':
      return {
        title: 'Rename labels',
        figure: Object.entries(op.map)
          .map(([from, to]) => `${from} → ${to}`)
          .join(', '),
        sentence: 'All at once; labels that are not named stay.',
      };
  }
}

type Mask = Extract<Preprocess, { op: 'zscore' }>['mask'];

function maskWords(mask: Mask): string {
  if (mask === 'none') return '';
  if (mask === 'nonzero') return ' of the voxels that are not 0';
  if (mask === 'crop') return ' of the voxels that the crop was made for';
  return ` of the voxels above ${number(mask.above)}`;
}

function paddingWords({ mode, value }: Extract<Manifest['inference'], { mode: 'full' }>['pad']): string {
  if (mode === 'edge') return 'their outermost values';
  return mode === 'mirror' ? 'their mirror image' : number(value);
}

const statistic = (value: 'image' | number | readonly number[]): string =>
  value === 'image' ? 'of the image' : numbers(value);

function numbers(value: number | readonly number[]): string {
  return typeof value === 'number' ? number(value) : value.map(number).join(', ');
}

/** "channel 0", "channels 0 and 2". */
function listOf(one: string, values: readonly number[], many = `${one}s`): string {
  if (values.length === 1) return `${one} ${values[0]}`;
  return `${many} ${values.slice(0, -1).join(', ')} and ${values[values.length - 1]}`;
}

function range([low, high]: readonly [number, number]): string {
  return `${number(low)} to ${number(high)}`;
}

function number(value: number): string {
  return String(value).replace('-', '−');
}
