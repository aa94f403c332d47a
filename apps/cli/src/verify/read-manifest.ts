import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { phaseRules, runManifest, type RunManifestView } from '#contracts';
import { CliError, EXIT } from '../exit.js';

export interface ReadManifest {
  readonly manifest: RunManifestView;
  /** The rules as the manifest holds them, checked. */
  readonly rules: z.infer<typeof phaseRules>;
}

/** @throws CliError `no-such-file`, `run-manifest-invalid` */
export async function readManifestFile(path: string): Promise<ReadManifest> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(
      'no-such-file',
      `"${path}" is no run id, and no run manifest that can be read (${code})`,
      EXIT.notFound,
      { cause: error },
    );
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw invalid(path, `\n  it is not JSON: ${(error as Error).message}`, error);
  }
  const read = runManifest.safeParse(content);
  if (!read.success) throw invalid(path, faultsOf(read.error), read.error);
  return checkedRules(read.data, path);
}

/** @throws CliError `run-manifest-invalid` when its rules are none that we know */
export function checkedRules(manifest: RunManifestView, where: string): ReadManifest {
  const rules = phaseRules.safeParse(manifest.benchmark.rules);
  if (!rules.success) throw invalid(where, faultsOf(rules.error), rules.error);
  return { manifest, rules: rules.data };
}

const faultsOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => `\n  ${path.join('.')}: ${message}`).join('');

function invalid(where: string, faults: string, cause: unknown): CliError {
  const message = `${where} is not a run manifest that we can read:${faults}`;
  return new CliError('run-manifest-invalid', message, EXIT.invalidInput, { cause });
}
