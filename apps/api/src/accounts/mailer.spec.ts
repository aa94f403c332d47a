import { SMTPServer } from 'smtp-server';
import { Mailer } from './mailer.js';

describe('a mail that cannot be sent', () => {
  const logged: { event: string; text: string }[] = [];
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (event: string, error: unknown, fields?: object) => {
      const { message, stack, cause } = error as Error;
      logged.push({ event, text: JSON.stringify({ message, stack, cause, fields, own: { ...(error as object) } }) });
    },
  };
  const mail = { to: 'jane.doe@hospital.example', subject: 'Hello', text: 'the secret link' };
  const send = (smtpUrl: string) => new Mailer({ smtpUrl, mailFrom: 'Voxelmark <v@localhost>' }, log).send(mail);
  beforeEach(() => void logged.splice(0));

  it('is logged by its code, not by what the mail server says, which repeats the address', async () => {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      onRcptTo: ({ address }, _session, done) =>
        done(Object.assign(new Error(`no mailbox ${address} here`), { responseCode: 550 })),
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    try {
      expect(await send(`smtp://127.0.0.1:${server.server.address().port}`)).toBe(false);
    } finally {
      await new Promise<void>((done) => server.close(done));
    }
    expect(logged).toHaveLength(1);
    expect(logged[0].event).toBe('mail.failed');
    expect(logged[0].text).toMatch(/EENVELOPE/);
    expect(logged[0].text).toMatch(/550/);
    expect(logged[0].text).not.toMatch(/jane|hospital|secret/);
  });

  it('because nobody listens there, likewise', async () => {
    expect(await send('smtp://127.0.0.1:1')).toBe(false);
    expect(logged[0].text).toMatch(/ESOCKET|ECONNECTION|ECONNREFUSED/);
    expect(logged[0].text).not.toMatch(/jane|hospital|secret/);
  });
});
