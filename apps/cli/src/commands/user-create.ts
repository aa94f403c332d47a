import { email as emailSchema, password as passwordSchema } from '#contracts';
import { ACCOUNT_ROLES, type AccountRole } from '#domain';
import { createLog, hashPassword, openPlatform, readConfig } from '#platform';
import { required, text, type Command } from '../command.js';
import { CliError, EXIT, usageError } from '../exit.js';
import { readSecret } from '../secret.js';

export const userCreate: Command = {
  name: ['user', 'create'],
  summary: 'make an account directly in the database, for instance the first administrator',
  usage: '--role ROLE --email ADDRESS [--name NAME]   (the password is asked for, or read from stdin)',
  options: {
    role: { type: 'string', help: ACCOUNT_ROLES.join(', ') },
    email: { type: 'string', help: 'address to sign in with' },
    name: { type: 'string', help: 'display name; by default what stands before the @' },
    'data-dir': { type: 'string', help: 'data folder of the running platform; VOXELMARK_DATA_DIR' },
  },
  words: [0, 0],
  async run(invocation) {
    const role = required(invocation, 'role') as AccountRole;
    if (!ACCOUNT_ROLES.includes(role)) throw usageError(`--role is "${role}"; expected one of ${ACCOUNT_ROLES.join(', ')}`);
    const email = check(emailSchema.safeParse(required(invocation, 'email')), '--email');
    const name = text(invocation, 'name') ?? email.split('@')[0];
    const dataDir = text(invocation, 'data-dir');
    const config = readConfig({ ...process.env, ...(dataDir ? { VOXELMARK_DATA_DIR: dataDir } : {}) });
    const password = check(passwordSchema.safeParse(await readSecret('Password: ')), 'the password');
    const platform = await openPlatform(config, 'cli', createLog('warn', 'cli'));
    try {
      if (await platform.accounts.findAccount({ email })) throw new CliError('account-exists', `there is an account for ${email} already`, EXIT.invalidInput);
      const account = await platform.accounts.createAccount({ email, name, role, passwordHash: await hashPassword(password) });
      invocation.terminal.out({ id: account.id, email, name, role }, `made ${role} ${name} <${email}>`);
      return EXIT.ok;
    } finally {
      await platform.close();
    }
  },
};

function check<T>(result: { success: true; data: T } | { success: false; error: { issues: readonly { message: string }[] } }, what: string): T {
  if (result.success) return result.data;
  throw new CliError('invalid-input', `${what}: ${result.error.issues.map(({ message }) => message).join('; ')}`, EXIT.invalidInput);
}
