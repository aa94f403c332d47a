import type { Vec3 } from '#imaging';
import type { ErrorList, ErrorRegion } from './error-list.js';

// From a figure to the place in the image that costs it most.

/** A figure of the case: a metric of a scored region. */
export interface Finding {
  readonly region: string;
  /** Id of the metric, `hd95` or `nsd@2`. */
  readonly metric: string;
}

/**
 * Where the cause of a figure is looked for: at the place where the surfaces lie farthest apart, in the slice with most
 * wrong voxels, or at a piece that was missed or invented.
 */
export type Cause = 'surface' | 'slice' | 'piece';

/** By the family of the metric; overlaps, volumes and what is not known here are looked for slice by slice. */
export function causeOf(metric: string): Cause {
  const [family] = metric.split('@');
  if (/^(hd|hd95|assd|masd|nsd)(_boundary_voxel|$)/.test(family) || family === 'boundary_iou') return 'surface';
  if (/^brats_.*_hd95$/.test(family)) return 'surface';
  return /^(pq|rq|sq|lesion_.*|brats_.*)$/.test(family) ? 'piece' : 'slice';
}

/** `hd95.liver` of a link; a region's name may hold dots, a metric's family does not. Null for anything else. */
export function decodeFinding(text: string | undefined): Finding | null {
  const [, metric, region] = /^([a-z0-9_]+(?:@[0-9.]+[a-z0-9]*)?)\.(.+)$/u.exec(text ?? '') ?? [];
  return metric && region ? { metric, region } : null;
}

export const encodeFinding = ({ metric, region }: Finding): string => `${metric}.${region}`;

/** The place in the list of the region's errors; null when nothing is wrong. */
export function placeInList(list: ErrorList, cause: Cause): { readonly atIjk: Vec3; readonly words: string } | null {
  const largest = list.regions.at(0);
  if (!largest) return null;
  if (cause === 'slice' && list.worst.axial) {
    const { atIjk, areaMm2 } = list.worst.axial;
    return { atIjk, words: `the axial slice with most wrong voxels, ${(areaMm2 / 100).toFixed(1)} cm²` };
  }
  const whole = list.regions.find(({ matched }) => !matched);
  return cause === 'piece' && whole
    ? { atIjk: whole.atIjk, words: `the largest piece that was ${wrongWords(whole)} as a whole` }
    : { atIjk: largest.atIjk, words: 'the largest error' };
}

const wrongWords = ({ kind }: ErrorRegion): string => (kind === 'falsePositive' ? 'invented' : 'missed');
