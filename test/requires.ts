import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Absolute path of a program on the PATH, or null. Looks beyond a user's PATH, where Debian keeps servers. */
export function findProgram(name: string): string | null {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/local/bin',
    '/usr/bin',
    '/usr/sbin',
    '/opt/homebrew/bin',
  ];
  for (const folder of folders.filter((folder) => folder !== '')) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch (error) {
      if (!['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return null;
}

/**
 * `describe` for a suite that needs a program which a machine may lack. Without it the suite is skipped by name, together
 * with the line that installs it; with REQUIRE_ALL=1 it fails instead.
 *
 * @param available whether the program was found
 * @param name      name of the suite
 * @param install   command that installs the program; its last word is the name of the package
 */
export function describeIf(available: boolean, name: string, install: string, body: () => void): void {
  if (available) {
    describe(name, body);
    return;
  }
  const needs = `[needs ${install.split(' ').at(-1)}: ${install}]`;
  if (process.env.REQUIRE_ALL === '1') {
    describe(`${name} ${needs}`, () => {
      it('has what it needs', () => {
        throw new Error(`REQUIRE_ALL=1, and the program for "${name}" is not installed: ${install}`);
      });
    });
    return;
  }
  describe.skip(`${name} ${needs}`, body);
}
