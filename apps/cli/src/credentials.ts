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

async function loadCredentials(): Promise<Credentials | null> {
  let content: string;
  try {
    content = await readFile(credentialsPath(), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const parsed = stored.safeParse(JSON.parse(content));
  if (!parsed.success) throw new CliError('credentials-unreadable', `${credentialsPath()} cannot be read; sign in again`, EXIT.notSignedIn);
  return parsed.data;
}

export const DEFAULT_URL = 'http://127.0.0.1:4200';

/** The server and the person: `--url` before VOXELMARK_URL before the file; VOXELMARK_TOKEN before the file. */
export async function connect(urlOption: string | null, { anonymous }: { anonymous: boolean }): Promise<ApiClient> {
  const saved = await loadCredentials();
  const url = (urlOption ?? process.env.VOXELMARK_URL ?? saved?.url ?? DEFAULT_URL).replace(/\/+$/, '');
  const token = process.env.VOXELMARK_TOKEN ?? (saved?.url === url ? saved.token : undefined);
  if (token) return ApiClient.withToken(url, token);
  if (anonymous) return new ApiClient(url);
  throw new CliError('not-signed-in', `you are not signed in to ${url}; run \`npx voxelmark auth login --url ${url}\`, or set VOXELMARK_TOKEN`, EXIT.notSignedIn);
}
