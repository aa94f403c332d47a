import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `datasets/phantoms` of the checkout, whether this runs from the sources or from the build. */
export function phantomsFolder(): string {
  for (let folder = import.meta.dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const candidate = join(folder, 'datasets', 'phantoms', 'models');
    if (existsSync(join(folder, 'package.json')) && existsSync(candidate)) return dirname(candidate);
  }
  throw new Error(`no checkout with datasets/phantoms/models above ${import.meta.dirname}`);
}
