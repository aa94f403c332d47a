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

function describePreprocess(op: Manifest['preprocess'][number]): PipelineStep {
  switch (op.op) {
    case 'orient':
      return {
        stage: 'before',
        title: 'Orient',
        figure: op.axes,
        sentence: `The three axes grow towards the patient’s ${[...op.axes].map((letter) => DIRECTIONS[letter] ?? letter).join(', ')}. Axes are swapped and flipped; nothing is interpolated.`,
      };
    case 'resample':
      return {
        stage: 'before',
        title: 'Resample',
        figure: `${op.spacing.map((mm) => (mm === null ? 'as is' : String(mm))).join(' × ')} mm`,
        sentence: `${op.order === 0 ? 'Nearest neighbour' : 'Linear interpolation'}; the grids share ${op.grid === 'halfVoxel' ? 'the outer edge of the first voxel' : 'the centre of the first voxel'}.`,
      };
    case 'window':
      return {
        stage: 'before',
        title: 'Window',
        figure: `${range(op.in)} → ${range(op.out)}`,
        sentence: `Grey values are mapped linearly${op.clip ? '; values outside are clipped' : '; values outside are not clipped'}.`,
      };
  }
}

function describeInference(mode: Manifest['inference'], manifest: Manifest): PipelineStep {
  const tensors = `Tensor “${manifest.inputs[0].tensor}” in, “${manifest.output.tensor}” out (${manifest.output.meaning}).`;
  if (mode.mode === 'full') {
    const padded = mode.divisor.some((size) => size > 1);
    return {
      stage: 'model',
      title: 'Model, whole volume',
      figure: padded ? `multiples of ${mode.divisor.join(' × ')}` : 'one pass',
      sentence: `${padded ? `One pass; the far ends are padded with ${number(mode.padValue)}.` : 'One pass over the whole volume.'} ${tensors}`,
    };
  }
  return {
    stage: 'model',
    title: 'Model, in tiles',
    figure: `${mode.patch.join(' × ')} voxels`,
    sentence: `Tiles overlap by ${Math.round(mode.overlap * 100)} % and are blended with ${mode.blend === 'gaussian' ? 'Gaussian' : 'equal'} weights. ${tensors}`,
  };
}

function describePostprocess(op: Manifest['postprocess'][number], manifest: Manifest): PipelineStep {
  switch (op.op) {
    case 'softmax':
      return {
        stage: 'after',
        title: 'Softmax',
        figure: `${manifest.labels.length} channels`,
        sentence: 'Channel values of a voxel become probabilities that sum to 1.',
      };
    case 'invert':
      return {
        stage: 'after',
        title: 'Back to the image',
        figure: op.order === 0 ? 'nearest' : 'linear',
        sentence:
          'Padding, resampling and orientation are undone on the channel maps, so the result lies on the image’s own grid.',
      };
    case 'argmax':
      return {
        stage: 'after',
        title: 'Choose label',
        figure: 'argmax',
        sentence: 'The highest channel wins; of equal channels the lowest.',
      };
  }
}

function range([low, high]: readonly [number, number]): string {
  return `${number(low)} to ${number(high)}`;
}

function number(value: number): string {
  return String(value).replace('-', '−');
}
