import type { ExpandedInference, ExpandedManifest } from '#pipeline';
import { andList, number, sizes } from './pipeline-figures.js';

/** How the network is led over the image: the line itself, and what is worth knowing beside it. */
export function networkInWords(manifest: ExpandedManifest): {
  readonly words: string;
  readonly notes: readonly string[];
} {
  const { inference, models } = manifest;
  const who = models.length === 1 ? 'Run the network' : `Run ${models.length} networks`;
  return {
    words: `${who} ${way(inference)}`,
    notes: [
      ...tensorNotes(manifest),
      ...padNotes(inference),
      ...tilingNotes(inference),
      ...mirrorNotes(inference),
      ...ensembleNotes(manifest),
      ...(inference.batch > 1 ? [`${inference.batch} tiles in one call`] : []),
    ],
  };
}

const BLEND_WORDS = {
  constant: 'plain average',
  gaussianMonai: 'Gaussian weights (MONAI)',
  gaussianNnunet: 'Gaussian weights (nnU-Net)',
} as const;

function way(mode: ExpandedInference): string {
  if (mode.mode === 'full') {
    const padded = mode.divisor.some((size) => size > 1);
    return padded ? `on the whole volume, padded to multiples of ${sizes(mode.divisor)}` : 'on the whole volume';
  }
  const tiles = (patch: readonly number[]): string =>
    `in tiles of ${sizes(patch)} voxels, ${percent(mode.overlap)} overlap, ${BLEND_WORDS[mode.blend]}`;
  if (mode.mode === 'sliding') return tiles(mode.patch);
  const across = `slice by slice across axis ${mode.sliceAxis + 1}`;
  const context =
    mode.mode === 'stack25d'
      ? `, with ${mode.context === 1 ? 'one neighbour' : `${mode.context} neighbours`} on each side`
      : '';
  const multiples = mode.divisor.some((size) => size > 1) ? `, padded to multiples of ${sizes(mode.divisor)}` : '';
  return `${across}${context}${mode.patch === null ? multiples : `, ${tiles(mode.patch)}`}`;
}

function tensorNotes({ inputs, output }: ExpandedManifest): string[] {
  const [input] = inputs;
  const channels = input.channels.map(({ name, units }) => (units === undefined ? name : `${name} in ${units}`));
  return [
    `Reads ${andList(channels)} as “${input.tensor}” (${input.layout}, ${input.dtype})`,
    output.meaning === 'labels'
      ? `Gives labels as “${output.tensor}” (${output.layout}, ${output.dtype}); overlapping tiles vote`
      : `Gives ${output.channels} channels of ${output.meaning} as “${output.tensor}” (${output.layout}, ${output.dtype})`,
  ];
}

function padNotes(mode: ExpandedInference): string[] {
  const whole = mode.mode === 'full' || (mode.mode !== 'sliding' && mode.patch === null);
  if (whole && 'divisor' in mode && mode.divisor.every((size) => size === 1)) return []; // nothing is ever padded
  const what =
    mode.pad.mode === 'edge'
      ? 'its edge repeated'
      : mode.pad.mode === 'mirror'
        ? 'its mirror image'
        : number(mode.pad.value);
  const where = mode.pad.align === 'end' ? 'at the far ends' : 'on both sides';
  return [
    `${whole ? 'Padding' : 'What is smaller than a tile is padded'} ${where} with ${what}, cut off again afterwards`,
  ];
}

function tilingNotes(mode: ExpandedInference): string[] {
  if (mode.mode === 'full' || (mode.mode !== 'sliding' && mode.patch === null)) return [];
  const sigma = mode.blend === 'constant' ? [] : [`Gaussian with σ of ${number(mode.sigma)} tile`];
  return mode.tiling === 'evenStep'
    ? ['Tiles are spread evenly (nnU-Net)', ...sigma]
    : ['Tiles keep a fixed step, the last one is pulled back to the edge (MONAI)', ...sigma];
}

function mirrorNotes({ mirror, accumulate }: ExpandedInference): string[] {
  if (mirror.length === 0) return [];
  const axes = mirror.map((axis) => String(axis + 1));
  return [
    `Averaged with all mirror images along ${axes.length === 1 ? 'axis' : 'axes'} ${andList(axes)}: ${2 ** mirror.length} passes, ${accumulate}`,
  ];
}

function ensembleNotes({ models, ensemble, inference, output }: ExpandedManifest): string[] {
  const activated =
    inference.accumulate === 'probabilities' && output.meaning === 'logits'
      ? ['Each pass is turned into probabilities before it is averaged']
      : [];
  if (models.length === 1) return activated;
  const equal = models.every(({ weight }) => weight === models[0].weight);
  const files = models.map(({ file, weight }) => (equal ? file : `${file} (weight ${number(weight)})`));
  return [...activated, `Ensemble of ${andList(files)}; ${ensemble.average} are averaged`];
}

function percent(share: number): string {
  return `${number(Math.round(share * 1000) / 10)} %`;
}
