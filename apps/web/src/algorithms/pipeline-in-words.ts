import type { ExpandedManifest, ExpandedPostprocessOp, ExpandedPreprocessOp } from '#pipeline';
import { andList, channelList, maskWords, number, numbers, ORDER_WORDS, range, sizes } from './pipeline-figures.js';
import { networkInWords } from './network-in-words.js';

/** One operation of a manifest, said so that an imaging scientist reads it at once. */
export interface PipelineLine {
  /** Name of the operation in the manifest; `inference` for the network. */
  readonly op: string;
  /** "Resample to 1.5 × 1.5 × 2 mm, cubic (order 3), half-voxel grid" */
  readonly words: string;
  /** What is worth knowing beside it, a sentence each without a full stop. */
  readonly notes: readonly string[];
}

/** An operation before the network, with the way back that we derive from it. */
export interface ForwardLine extends PipelineLine {
  /** "logits back to the scan’s grid, linear (order 1)"; null: the grid is not changed, so there is nothing to undo. */
  readonly inverse: string | null;
}

export interface BackwardLine extends PipelineLine {
  /** Of `invert`: what is undone, the last thing first. `step` counts the lines before the network from 1. */
  readonly undone: readonly { readonly step: number; readonly words: string }[];
  /** Where the operation works: on the grid that the network saw, or on the scan's own. */
  readonly grid: 'model' | 'scan';
}

export interface PipelineInWords {
  /** What three figures in a row stand for: "Three figures stand for axes 1, 2, 3: to the right, to the front, to the head". */
  readonly axes: string;
  readonly before: readonly ForwardLine[];
  readonly network: PipelineLine;
  readonly after: readonly BackwardLine[];
}

/** The whole method as lines, in the order in which they are carried out. Pure: the same manifest, the same words. */
export function pipelineInWords(manifest: ExpandedManifest): PipelineInWords {
  const before = manifest.preprocess.map((op, n): ForwardLine => ({
    op: op.op,
    ...preprocessInWords(op, manifest),
    inverse: inverseInWords(op, manifest, n),
  }));
  const undone = before.flatMap(({ inverse }, n) => (inverse === null ? [] : [{ step: n + 1, words: inverse }]));
  const invertAt = manifest.postprocess.findIndex(({ op }) => op === 'invert');
  return {
    axes: axesInWords(manifest),
    before,
    network: { op: 'inference', ...networkInWords(manifest) },
    after: manifest.postprocess.map((op, n) => ({
      op: op.op,
      ...postprocessInWords(op, manifest),
      undone: op.op === 'invert' ? undone.toReversed() : [],
      grid: n <= invertAt ? 'model' : 'scan',
    })),
  };
}

type Words = Omit<PipelineLine, 'op'>;
const line = (words: string, ...notes: (string | false)[]): Words => ({
  words,
  notes: notes.filter((note): note is string => note !== false),
});

const SIDES: Readonly<Record<string, string>> = {
  R: 'right',
  L: 'left',
  A: 'front',
  P: 'back',
  S: 'head',
  I: 'feet',
};

function axesInWords({ preprocess }: ExpandedManifest): string {
  const orient = preprocess.find((op) => op.op === 'orient');
  const code = orient?.axes ?? 'storedZYX';
  const names = code.startsWith('stored')
    ? [...code.slice('stored'.length)].map((axis) => `${axis} of the file`)
    : [...code].map((side) => `to the ${SIDES[side]}`);
  return `Three figures in a row stand for axes 1, 2, 3: ${names.join(', ')}`;
}

const GRID_WORDS = {
  halfVoxel: 'half-voxel grid',
  firstVoxel: 'first-voxel grid',
  corner: 'corner grid',
  physical: 'physical grid',
} as const;
const GRID_NOTES = {
  halfVoxel: 'The outer edges of the first and last voxels stay in place (scikit-image, nnU-Net)',
  firstVoxel: 'The centre of the first voxel stays in place (MONAI Spacing)',
  corner: 'The centres of the first and last voxels stay in place (scipy zoom, align_corners)',
  physical: 'The centre of the first voxel stays in place, at exact distances (ITK)',
} as const;
const BOUNDARY_WORDS = {
  edge: () => 'the last voxel repeated',
  mirror: () => 'the image reflected',
  constant: (value: number) => number(value),
} as const;

function preprocessInWords(op: ExpandedPreprocessOp, manifest: ExpandedManifest): Words {
  const only = 'channels' in op && op.channels !== 'all' && `Only ${channelList(op.channels, manifest)}`;
  switch (op.op) {
    case 'orient':
      return op.axes.startsWith('stored')
        ? line(`Take the axes as stored, in the order ${[...op.axes.slice('stored'.length)].join(', ')}`)
        : line(
            `Orient to ${op.axes}: axes grow to the patient’s ${andList([...op.axes].map((side) => SIDES[side]))}`,
            'Axes are swapped and flipped, never interpolated; an oblique scan gets the nearest assignment',
          );
    case 'cropNonzero':
      return line(
        op.threshold === 0
          ? 'Crop to the box around non-zero voxels'
          : `Crop to the box around voxels with |value| above ${number(op.threshold)}`,
        manifest.inputs[0].channels.length > 1 && 'Of any channel',
        op.fillHoles && 'Holes of the mask are filled for later statistics',
      );
    case 'cropForeground': {
      const [a, b, c] = op.margin;
      const margin = a === b && b === c ? String(a) : sizes(op.margin);
      return line(
        `Crop to the box around values above ${number(op.threshold)}${margin === '0' ? '' : `, ${margin} voxels larger on each side`}`,
        manifest.inputs[0].channels.length > 1 && 'Of any channel',
      );
    }
    case 'resample':
    case 'resize': {
      const target = op.op === 'resample' ? `to ${sizes(op.spacing)} mm` : `to ${sizes(op.size)} voxels`;
      const { anisotropy } = op.op === 'resample' ? op : { anisotropy: null };
      return line(
        `${op.op === 'resample' ? 'Resample' : 'Resize'} ${target}, ${ORDER_WORDS[op.order]}, ${GRID_WORDS[op.grid]}`,
        GRID_NOTES[op.grid],
        anisotropy !== null &&
          `Where one axis is more than ${number(anisotropy.threshold)} times as coarse as another, it is interpolated by itself, ${ORDER_WORDS[anisotropy.orderThrough]}`,
        op.boundary !== 'edge' && `Beyond the edge: ${BOUNDARY_WORDS[op.boundary](op.boundaryValue)}`,
        op.clamp !== (op.order === 3) &&
          (op.clamp ? 'Kept within the range of the image' : 'May overshoot the range of the image'),
      );
    }
    case 'window':
      return line(`Window ${range(op.in)} onto ${range(op.out)}, ${op.clip ? 'clipped' : 'not clipped'}`, only);
    case 'clip':
      return 'percentiles' in op
        ? line(
            `Clip to the percentiles ${range(op.percentiles)}${maskWords(op.mask)}`,
            manifest.inputs[0].channels.length > 1 && 'Each channel by itself',
            ofSlices(op),
            only,
          )
        : line(`Clip to ${range([op.lo, op.hi])}`, only);
    case 'zscore': {
      const ofImage = op.mean === 'image' && op.std === 'image';
      const given = `by mean ${statistic(op.mean)} and SD ${statistic(op.std)}`;
      const measures = op.mean === 'image' || op.std === 'image';
      return line(
        `Standardise ${ofImage ? 'by the image’s own mean and SD' : given}${measures || op.outside === 'zero' ? maskWords(op.mask) : ''}`,
        op.outside === 'zero' && op.mask !== 'none' && 'All other voxels become 0',
        measures && !op.perChannel && manifest.inputs[0].channels.length > 1 && 'One mean and SD for all channels',
        op.std === 'image' && op.ddof === 1 && 'SD with n − 1',
        op.eps !== 1e-8 && `SD at least ${number(op.eps)}`,
        measures && ofSlices(op),
        only,
      );
    }
    case 'minmax':
      return line(
        `Stretch the smallest and largest value${maskWords(op.mask)} to ${range(op.out)}`,
        !op.perChannel && manifest.inputs[0].channels.length > 1 && 'Of all channels together',
        ofSlices(op),
        only,
      );
    case 'scaleLinear':
      if (op.offset === 0) return line(`Multiply by ${numbers(op.scale)}`, only);
      return line(
        op.scale === 1
          ? `Add ${numbers(op.offset)}`
          : `Multiply by ${numbers(op.scale)}, then add ${numbers(op.offset)}`,
        only,
      );
    case 'cast':
      return line(
        `Round to what ${op.to} can hold, ${op.rounding === 'rint' ? 'halves to even' : 'fractions cut off'}`,
        'Values beyond its range are cut to its ends',
        only,
      );
    case 'concatCoordinates':
      return line(
        `Append the coordinates along axes 1, 2, 3 as channels, ${{ unit: 'from 0 to 1', signed: 'from −1 to 1', index: 'in voxels' }[op.range]}`,
      );
  }
}

/** Axes are counted from 1 where people read. */
function ofSlices({ perSlice }: { readonly perSlice?: 0 | 1 | 2 }): string | false {
  return perSlice !== undefined && `Of each slice across axis ${perSlice + 1} by itself`;
}

/** What `invert` does about the operation at `index`; null where the grid stays. */
function inverseInWords(op: ExpandedPreprocessOp, manifest: ExpandedManifest, index: number): string | null {
  switch (op.op) {
    case 'orient':
      if (op.axes === 'storedZYX') return null; // that is how they lie in the file
      return 'axes turned back to how the file stores them';
    case 'cropNonzero':
    case 'cropForeground':
      return 'box put back in its place; outside of it is background';
    case 'resample':
    case 'resize': {
      const { what, order } = invertedThing(manifest);
      const earlier = manifest.preprocess.slice(0, index);
      const grid = earlier.some(({ op: name }) => name === 'resample' || name === 'resize')
        ? 'the grid before this step'
        : earlier.some(({ op: name }) => name.startsWith('crop'))
          ? 'the cropped scan’s grid'
          : 'the scan’s grid';
      const through =
        op.op === 'resample' && op.anisotropy !== null && order !== 0 ? op.anisotropy.orderThrough : order;
      const thick = through === order ? '' : `; a coarse axis by itself, ${ORDER_WORDS[through]}`;
      return `${what} back to ${grid}, ${ORDER_WORDS[order]}${thick}`;
    }
    default:
      return null;
  }
}

/** What stands in the maps; a network that gives labels itself has one vote in each voxel of a tile. */
type Thing = 'logits' | 'probabilities' | 'label votes' | 'labels';

/** What `invert` brings back: channel maps, or labels where it stands after they were chosen. */
function invertedThing(manifest: ExpandedManifest): { readonly what: Thing; readonly order: 0 | 1 } {
  let what = averagedThing(manifest);
  for (const op of manifest.postprocess) {
    if (op.op === 'softmax' || op.op === 'sigmoid') what = 'probabilities';
    else if (op.op === 'argmax' || op.op === 'regions') what = 'labels';
    else if (op.op === 'invert') return { what, order: op.order };
  }
  return { what, order: 0 };
}

/** What comes out of the network once tiles, mirror images and models are averaged. */
function averagedThing({ output, inference, models, ensemble }: ExpandedManifest): Thing {
  if (output.meaning === 'labels') return 'label votes';
  const late = models.length > 1 && ensemble.average === 'probabilities';
  return output.meaning === 'probabilities' || inference.accumulate === 'probabilities' || late
    ? 'probabilities'
    : 'logits';
}

function postprocessInWords(op: ExpandedPostprocessOp, manifest: ExpandedManifest): Words {
  const nameOf = (value: number): string =>
    manifest.labels.find((label) => label.value === value)?.name ?? `label ${value}`;
  const structures = manifest.labels.filter(({ value }) => value !== 0);
  const named = (labels: readonly number[], each = false): string => {
    if (labels.length === 1) return nameOf(labels[0]);
    const all = structures.length > 1 && structures.every(({ value }) => labels.includes(value));
    if (all && labels.length === structures.length) return each ? 'each structure' : 'all structures';
    return `${each ? 'each of ' : ''}${andList(labels.map(nameOf))}`;
  };
  const pieces = (labels: readonly number[], scope: 'each' | 'union'): string =>
    scope === 'each' ? named(labels, true) : `${named(labels)}${labels.length > 1 ? ' taken together' : ''}`;
  switch (op.op) {
    case 'softmax':
      return line(`Softmax over ${manifest.output.channels} channels`);
    case 'sigmoid':
      return line(
        manifest.output.channels === 1 ? 'Sigmoid' : `Sigmoid of each of ${manifest.output.channels} channels`,
      );
    case 'invert':
      return line(`Undo all changes of the grid, on ${invertedThing(manifest).what}`);
    case 'argmax':
      return line(
        'Choose the label with the highest channel',
        `Channels are ${op.channelToLabel.map((value) => `${value} ${nameOf(value)}`).join(', ')}; ties go to the lower channel`,
      );
    case 'regions':
      return line(
        `Paint ${op.regions.map(({ channel, threshold, label }) => `${nameOf(label)} where channel ${channel} exceeds ${number(threshold)}`).join(', then ')}`,
        op.regions.length > 1 && 'Later ones cover earlier ones',
      );
    case 'keepLargest':
      return line(
        `Keep the largest piece of ${pieces(op.labels, op.scope)}${op.minVolumeMm3 === null ? '' : `, and others of at least ${number(op.minVolumeMm3)} mm³`}`,
        neighbours(op.connectivity),
      );
    case 'fillHoles':
      return line(`Fill holes in ${named(op.labels, true)}`, `Of background, ${lower(neighbours(op.connectivity))}`);
    case 'removeSmall': {
      const least = [
        ...(op.minVoxels === undefined ? [] : [`${number(op.minVoxels)} voxels`]),
        ...(op.minVolumeMm3 === undefined ? [] : [`${number(op.minVolumeMm3)} mm³`]),
      ];
      return line(
        `Remove pieces of ${pieces(op.labels, op.scope)} below ${least.join(' or ')}`,
        neighbours(op.connectivity),
      );
    }
    case 'mapLabels':
      return line(
        `Renumber labels ${Object.entries(op.map)
          .map(([from, to]) => `${from} → ${to}`)
          .join(', ')}`,
        'All at once; others stay',
      );
  }
}

const NEIGHBOURS = { 6: 'faces', 18: 'faces and edges', 26: 'faces, edges and corners' } as const;
const neighbours = (connectivity: 6 | 18 | 26): string =>
  `Voxels are connected over ${NEIGHBOURS[connectivity]} (${connectivity})`;
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const statistic = (value: 'image' | number | readonly number[]): string =>
  value === 'image' ? 'of the image' : numbers(value);
