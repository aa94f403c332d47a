import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ApiClient } from './api-client.js';
import { CliError, EXIT } from './exit.js';

const stored = z.object({ url: z.url(), token: z.string(), email: z.string() });
export type Credentials = z.infer<typeof stored>;

/** `$XDG_CONFIG_HOME/voxelmark/credentials.json`, readable by its owner only. */
export function credentialsPath(): string {
  return join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'voxelmark', 'credentials.json');
}

export async function saveCredentials(credentials: Credentials): Promise<void> {
  await mkdir(dirname(credentialsPath()), { recursive: true, mode: 0o700 });
  await writeFile(credentialsPath(), `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
}

export async function forgetCredentials(): Promise<void> {
  await rm(credentialsPath(), { force: true });
}

/** What `auth login` stored; null before. @throws CliError `credentials-unreadable` */
export async function loadCredentials(): Promise<Credentials | null> {
  let content: string;
  try {
    content = await readFile(credentialsPath(), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable(error);
  }
  try {
    return stored.parse(JSON.parse(content));
  } catch (error) {
    throw unreadable(error);
  }
}

/** The cause stays out of the sentence: it may quote the token. */
const unreadable = (cause: unknown): CliError =>
  new CliError('credentials-unreadable', `${credentialsPath()} cannot be read as an access token that we stored; sign in again`, EXIT.notSignedIn, { cause });

export const DEFAULT_URL = 'http://127.0.0.1:4200';

/** The server and the person: `--url` before VOXELMARK_URL before the file; VOXELMARK_TOKEN before the file. */
export async function connect(urlOption: string | null, { anonymous }: { anonymous: boolean }): Promise<ApiClient> {
  const given = urlOption ?? process.env.VOXELMARK_URL;
  const fromEnvironment = process.env.VOXELMARK_TOKEN;
  const saved = given && fromEnvironment ? null : await loadCredentials(); // a damaged file is no fault when nothing is asked of it
  const url = (given ?? saved?.url ?? DEFAULT_URL).replace(/\/+$/, '');
  const token = fromEnvironment ?? (saved?.url === url ? saved.token : undefined);
  if (token) return ApiClient.withToken(url, token);
  if (anonymous) return new ApiClient(url);
  throw new CliError('not-signed-in', `you are not signed in to ${url}; run \`npx voxelmark auth login --url ${url}\`, or set VOXELMARK_TOKEN`, EXIT.notSignedIn);
}
