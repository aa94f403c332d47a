import type { ExpandedManifest, Mask, Order } from '#pipeline';

/** Figures and short lists as they stand in the lines of a pipeline. */
export const ORDER_WORDS: Readonly<Record<Order, string>> = {
  0: 'nearest (order 0)',
  1: 'linear (order 1)',
  3: 'cubic (order 3)',
};

/** With a minus sign, not a hyphen. */
export function number(value: number): string {
  return String(value).replace('-', '−');
}

export function numbers(value: number | readonly number[]): string {
  return typeof value === 'number' ? number(value) : andList(value.map(number));
}

/** "−57 to 164" */
export function range([low, high]: readonly [number, number]): string {
  return `${number(low)} to ${number(high)}`;
}

/** "1.5 × 1.5 × 2"; null keeps an axis: "1.5 × 1.5 × as is" */
export function sizes(values: readonly (number | null)[]): string {
  return values.map((value) => (value === null ? 'as is' : number(value))).join(' × ');
}

/** "a", "a and b", "a, b and c" */
export function andList(words: readonly string[]): string {
  return words.length <= 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

/** "channel T2", "channels T1c and FLAIR"; appended coordinates have no name, only a number. */
export function channelList(channels: readonly number[], { inputs }: Pick<ExpandedManifest, 'inputs'>): string {
  const names = channels.map((n) => inputs[0].channels[n]?.name ?? String(n));
  return `channel${channels.length === 1 ? '' : 's'} ${andList(names)}`;
}

/** Which voxels a statistic is taken of, as the end of a phrase. */
export function maskWords(mask: Mask): string {
  if (mask === 'none') return '';
  if (mask === 'nonzero') return ' of non-zero voxels';
  return mask === 'crop' ? ' of the voxels that the crop was made for' : ` of voxels above ${number(mask.above)}`;
}
