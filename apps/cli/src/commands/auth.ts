import { createInterface } from 'node:readline/promises';
import { hostname } from 'node:os';
import { ENDPOINTS } from '#contracts';
import { ApiClient } from '../api-client.js';
import { text, type Command } from '../command.js';
import { connect, DEFAULT_URL, forgetCredentials, loadCredentials, saveCredentials } from '../credentials.js';
import { CliError, EXIT, interrupted } from '../exit.js';
import { readSecret } from '../secret.js';

const url = { type: 'string', help: `server; VOXELMARK_URL, else ${DEFAULT_URL}` } as const;

export const authLogin: Command = {
  name: ['auth', 'login'],
  summary: 'sign in and keep an access token on this machine',
  usage: '[--url URL] [--email ADDRESS]   (the password is asked for, or read from stdin)',
  options: { url, email: { type: 'string', help: 'account' } },
  words: [0, 0],
  async run(invocation) {
    const server = (text(invocation, 'url') ?? process.env.VOXELMARK_URL ?? DEFAULT_URL).replace(/\/+$/, '');
    const email = text(invocation, 'email') ?? (await ask('Email: '));
    const client = await ApiClient.signIn(server, email, await readSecret('Password: '));
    const name = `command line on ${hostname()}`.slice(0, 60);
    const { account } = await client.call(ENDPOINTS.whoami);
    const brings = account?.role === 'organiser' || account?.role === 'admin'; // datasets and benchmarks
    const scopes = ['read' as const, 'submit' as const, ...(brings ? ['data' as const] : [])];
    const { secret, token } = await client.call(ENDPOINTS.createToken, { body: { name, scopes, expiresInDays: 90 } });
    await client.call(ENDPOINTS.logout);
    await saveCredentials({ url: server, token: secret, email });
    invocation.terminal.out({ url: server, email, expiresAt: token.expiresAt }, `signed in to ${server} as ${email} until ${token.expiresAt ?? 'revoked'}`);
    return EXIT.ok;
  },
};

export const authWhoami: Command = {
  name: ['auth', 'whoami'],
  summary: 'who this machine is signed in as',
  usage: '[--url URL]',
  options: { url },
  words: [0, 0],
  async run(invocation) {
    const client = await connect(text(invocation, 'url'), { anonymous: false });
    const { account, scopes } = await client.call(ENDPOINTS.whoami);
    if (!account) throw new CliError('not-signed-in', `the token for ${client.url} is not valid any more; sign in again`, EXIT.notSignedIn);
    invocation.terminal.out({ url: client.url, account, scopes }, `${account.name} <${account.email}>, ${account.role}, at ${client.url}`);
    return EXIT.ok;
  },
};

export const authLogout: Command = {
  name: ['auth', 'logout'],
  summary: 'revoke and forget the access token of this machine',
  usage: '',
  options: {},
  words: [0, 0],
  async run({ terminal }) {
    const revoked = await revokeStored();
    await forgetCredentials();
    terminal.out(
      { signedIn: false, revoked },
      revoked ? 'signed out; the token is revoked' : 'signed out on this machine; the server was not reached or the token could not be read, so revoke it on the account page',
    );
    return EXIT.ok;
  },
};

/**
 * Whether no stored token is valid any more. Signing out of this machine must work without the server and with a damaged
 * file, too: then false.
 */
async function revokeStored(): Promise<boolean> {
  try {
    const saved = await loadCredentials();
    if (saved) await ApiClient.withToken(saved.url, saved.token).call(ENDPOINTS.logout);
    return true;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.code === 'token-invalid') return true; // expired or revoked before
    if (error.code === 'credentials-unreadable' || error.exit === EXIT.network) return false;
    throw error;
  }
}

async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new CliError('usage', '--email is needed when nobody can be asked', EXIT.usage);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const stop = new AbortController();
  // without these Ctrl-C only pauses the line, and Ctrl-D leaves the question open for ever
  lines.on('SIGINT', () => stop.abort()).on('close', () => stop.abort());
  try {
    return (await lines.question(question, { signal: stop.signal })).trim();
  } catch (error) {
    if (stop.signal.aborted) throw interrupted('interrupted at the question for the address');
    throw error;
  } finally {
    lines.close();
  }
}
