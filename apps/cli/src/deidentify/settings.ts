import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { deidentificationPolicy, DEFAULT_POLICY, type DeidentificationPolicy } from '#deidentification';
import { CliError, EXIT } from '../exit.js';
import { unreadable } from '../files.js';

/** Shorter ones can be found by trying. */
const LEAST_SECRET_BYTES = 32;

/**
 * The secret of a file, which is made when it is not there: 64 hexadecimal digits, readable by its owner only.
 *
 * @throws CliError `no-such-file`, `secret-invalid` or `not-writable`
 */
export async function readSecretFile(path: string): Promise<{ readonly secret: Buffer; readonly made: boolean }> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw unreadable(path, 'secret', (error as NodeJS.ErrnoException).code ?? String(error), error);
    }
    const secret = randomBytes(LEAST_SECRET_BYTES).toString('hex');
    try {
      await writeFile(path, `${secret}\n`, { flag: 'wx', mode: 0o600 });
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
      throw new CliError('not-writable', `the secret ${path} cannot be written (${why})`, EXIT.unexpected, { cause });
    }
    return { secret: Buffer.from(secret), made: true };
  }
  const secret = Buffer.from(text);
  if (secret.length < LEAST_SECRET_BYTES) {
    throw new CliError(
      'secret-invalid',
      `the secret ${path} has ${secret.length} characters; expected at least ${LEAST_SECRET_BYTES}. Name a file that is not there, and one is made`,
      EXIT.invalidInput,
    );
  }
  return { secret, made: false };
}

/** @throws CliError `no-such-file` or `policy-invalid` */
export async function readPolicyFile(path: string | null): Promise<DeidentificationPolicy> {
  if (path === null) return DEFAULT_POLICY;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, 'policy', (error as NodeJS.ErrnoException).code ?? String(error), error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CliError('policy-invalid', `the policy ${path} is not JSON`, EXIT.invalidInput, { cause });
  }
  const checked = deidentificationPolicy.safeParse(json);
  if (checked.success) return checked.data;
  const faults = checked.error.issues.map(({ path: at, message }) => `${at.join('.') || 'policy'}: ${message}`);
  throw new CliError(
    'policy-invalid',
    `the policy ${path} has ${faults.length} fault(s): ${faults.join('; ')}`,
    EXIT.invalidInput,
  );
}
