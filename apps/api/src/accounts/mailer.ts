import { Inject, Injectable } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import type { Log } from '#evaluation';
import { LOG, SETTINGS, type ApiSettings } from '../settings.js';

/** Sends one-time links by mail when SMTP is configured; otherwise the admin hands them over. */
@Injectable()
export class Mailer {
  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'smtpUrl' | 'mailFrom'>,
    @Inject(LOG) private readonly log: Log,
  ) {}

  get configured(): boolean {
    return this.settings.smtpUrl !== null;
  }

  /** True when the mail server took it. A mail that cannot be sent is logged, without its address and text. */
  async send(mail: { readonly to: string; readonly subject: string; readonly text: string }): Promise<boolean> {
    if (this.settings.smtpUrl === null) return false;
    const transport = createTransport({
      url: this.settings.smtpUrl,
      connectionTimeout: 5000,
      greetingTimeout: 5000,
      socketTimeout: 10_000,
    });
    try {
      await transport.sendMail({ from: this.settings.mailFrom, ...mail });
      return true;
    } catch (error) {
      this.log.error('mail.failed', new Error(`the mail was not taken: ${codesOf(error)}`), { subject: mail.subject });
      return false;
    } finally {
      transport.close();
    }
  }
}

/** What went wrong, in codes: the words of a mail server repeat the address that it refused. */
function codesOf(error: unknown): string {
  const { code, responseCode, command } = error as { code?: unknown; responseCode?: unknown; command?: unknown };
  const codes = [code, responseCode, command].map(String).filter((one) => /^(?!undefined$)[\w ]{1,40}$/.test(one));
  return codes.length === 0 ? 'no code was given' : codes.join(', ');
}
