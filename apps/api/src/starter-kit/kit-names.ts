/** Paths in the archive: images in the order of the channels. */
export interface KitFiles {
  readonly images: readonly string[];
  readonly reference: string;
}

/**
 * A file name for each case: one that every system takes, that leads nowhere else, and that is nobody else's, also where
 * capitals do not count. Cases whose names differ in replaced characters only get a number behind.
 *
 * @param channels one file for each of them, `NAME_CHANNEL`; with one channel the file is called `NAME`
 * @returns by case name
 */
export function kitNames(cases: readonly string[], channels: readonly string[]): ReadonlyMap<string, KitFiles> {
  const taken = new Set<string>();
  const named = new Map<string, KitFiles>();
  for (const name of cases) {
    for (let n = 1; !named.has(name); n++) {
      const file = n === 1 ? plain(name) : `${plain(name)}-${n}`;
      const suffixes = channels.length === 1 ? [''] : channels.map((_, at) => `_${suffix(channels, at)}`);
      const images = suffixes.map((own) => `images/${file}${own}.nii.gz`);
      const reference = `references/${file}.nii.gz`;
      const paths = [...images, reference].map((path) => path.toLowerCase());
      if (paths.some((path) => taken.has(path))) continue;
      for (const path of paths) taken.add(path);
      named.set(name, { images, reference });
    }
  }
  return named;
}

/** Of a channel; its number where another one would be called the same. */
function suffix(channels: readonly string[], at: number): string {
  const own = plain(channels[at]);
  const alone = channels.every((other, n) => n === at || plain(other).toLowerCase() !== own.toLowerCase());
  return alone ? own : `${own}-${at + 1}`;
}

function plain(name: string): string {
  return name.replace(/[^0-9A-Za-z._-]/g, '_').replace(/^[._]+/, '') || 'case';
}
