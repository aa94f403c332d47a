import { Inject, Injectable } from '@nestjs/common';
import { RequestRefused } from '#domain';
import type { AccountRecords } from '#evaluation';
import { ACCOUNTS } from '../settings.js';
import { digestOf } from './secrets.js';

/** Attempts in a minute, counted in the database, so that several API processes count together. */
export const ATTEMPTS_PER_MINUTE = { account: 5, address: 20, appointments: 30 } as const;

/** Slows down guessing of passwords and links. */
@Injectable()
export class Throttle {
  constructor(@Inject(ACCOUNTS) private readonly accounts: AccountRecords) {}

  /**
   * Counts an attempt before it is tried, so that attempts in parallel count too. The e-mail address is stored as a digest:
   * whoever mistypes leaves no address behind.
   *
   * @param email of the account tried; without it only the network address counts
   * @throws RequestRefused 429 `too-many-attempts`
   */
  async attempt(ip: string, email?: string): Promise<void> {
    const fromAddress = await this.accounts.countAttempt(`ip:${ip}`);
    const onAccount = email === undefined ? 0 : await this.accounts.countAttempt(`account:${digestOf(email)}`);
    if (fromAddress > ATTEMPTS_PER_MINUTE.address || onAccount > ATTEMPTS_PER_MINUTE.account) throw tooMany();
  }

  /**
   * Counts that somebody asks for a person by e-mail address.
   *
   * @param userId who asks
   * @throws RequestRefused 429 `too-many-attempts`
   */
  async appointment(userId: string): Promise<void> {
    if ((await this.accounts.countAttempt(`appoints:${userId}`)) > ATTEMPTS_PER_MINUTE.appointments) throw tooMany();
  }
}

function tooMany(): RequestRefused {
  return new RequestRefused(
    429,
    'too-many-attempts',
    'Too many attempts within a minute. Wait a minute, then try again.',
  );
}
