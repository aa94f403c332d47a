import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect, credentialsPath, loadCredentials, saveCredentials } from './credentials.js';

const NAMES = ['XDG_CONFIG_HOME', 'VOXELMARK_URL', 'VOXELMARK_TOKEN'] as const;
const before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]));
const MINE = { url: 'http://one:4200', token: 'vm_secret-token', email: 'a@example.org' };

beforeEach(() => {
  for (const name of NAMES) delete process.env[name];
  process.env.XDG_CONFIG_HOME = mkdtempSync(join(tmpdir(), 'voxelmark-credentials-'));
});
afterEach(() => rmSync(process.env.XDG_CONFIG_HOME ?? '', { recursive: true }));
afterAll(() => {
  for (const name of NAMES) if (before[name] !== undefined) process.env[name] = before[name];
});

function damaged(content: string): void {
  mkdirSync(dirname(credentialsPath()), { recursive: true });
  writeFileSync(credentialsPath(), content);
}

it('gives back what was saved, and nothing before', async () => {
  expect(await loadCredentials()).toBeNull();
  await saveCredentials(MINE);
  expect(await loadCredentials()).toEqual(MINE);
  expect((await connect(null, { anonymous: false })).url).toBe(MINE.url);
});

it.each([
  ['text', 'vm_secret-token'],
  ['half an object', '{"url":"http://one:4200","token":"vm_secret-token'],
  ['other JSON', '{"token":"vm_secret-token"}'],
  ['nothing', ''],
])(
  'a file that holds %s is told as such, with the exit code of not being signed in, and is not quoted',
  async (_, content) => {
    damaged(content);
    const failed = connect(null, { anonymous: true });
    await expect(failed).rejects.toMatchObject({ code: 'credentials-unreadable', exit: 3 });
    await expect(failed).rejects.toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('vm_secret') }),
    );
  },
);

it('a folder in its place, too', async () => {
  mkdirSync(credentialsPath(), { recursive: true });
  await expect(loadCredentials()).rejects.toMatchObject({ code: 'credentials-unreadable', exit: 3 });
});

it('is not asked for when the environment says everything', async () => {
  damaged('x');
  process.env.VOXELMARK_TOKEN = 'vm_other';
  expect((await connect('http://two:4200/', { anonymous: false })).url).toBe('http://two:4200');
});

it('a token is sent only to the server that gave it', async () => {
  await saveCredentials(MINE);
  await expect(connect('http://two:4200', { anonymous: false })).rejects.toMatchObject({
    code: 'not-signed-in',
    exit: 3,
  });
});
