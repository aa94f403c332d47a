/** Paths in the archive: images in the order of the channels. */
export interface KitFiles {
  readonly images: readonly string[];
  readonly reference: string;
}

/**
 * A file name for each case: one that every system takes, that leads nowhere else, and that is nobody else's, also where
 * capitals do not count. Cases whose names differ in replaced characters only, or after the hundredth, get a number behind.
 *
 * @param cases their names: the database has each once in a phase, and one phase of practice in a benchmark
 * @param channels one file for each of them, `NAME_CHANNEL`; with one channel the file is called `NAME`
 * @returns by case name
 * @throws RangeError when a name is there twice
 */
export function kitNames(cases: readonly string[], channels: readonly string[]): ReadonlyMap<string, KitFiles> {
  const taken = new Set<string>();
  const named = new Map<string, KitFiles>();
  for (const name of cases) {
    if (named.has(name)) throw new RangeError(`two cases are called "${name}"; expected each name once`);
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

/** Together with a channel, numbers and `.nii.gz` below the 255 bytes that most systems allow for a name. */
const MOST_CHARACTERS = 100;

function plain(name: string): string {
  const known = name.replace(/[^0-9A-Za-z._-]/g, '_').replace(/^[._]+/, '');
  return known.slice(0, MOST_CHARACTERS) || 'case';
}
