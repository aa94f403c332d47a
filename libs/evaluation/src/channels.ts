/**
 * Which image of a case feeds each channel of a network.
 *
 * @param wanted names of the manifest's channels, in its order
 * @param offered names of the benchmark's channels, in its order
 * @returns for each wanted channel the index of the image; by name ("T1 c" is "t1-c"), or the only one where both have one
 *   and names do not matter; null when a channel is wanted that no case has
 */
export function channelOrder(wanted: readonly string[], offered: readonly string[]): readonly number[] | null {
  if (wanted.length === 1 && offered.length === 1) return [0];
  const places = new Map(offered.map((name, index) => [plainName(name), index]));
  const order = wanted.map((name) => places.get(plainName(name)));
  return order.every((index) => index !== undefined) ? order : null;
}

/** "Liver lesion", "liver-lesion" and "liver_lesion" are one name. */
export function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
