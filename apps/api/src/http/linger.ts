import type { FastifyRequest } from 'fastify';

const LINGER_MS = 1_000;

/**
 * After an early answer to an upload the rest of it is still on its way. Closing at once would reset the connection, and
 * the sender would often not get to read why. So the rest is read and dropped for a moment, then the connection goes.
 */
export function lingerAfterRefusal({ raw }: Pick<FastifyRequest, 'raw'>): void {
  if (raw.complete || raw.readableEnded || raw.destroyed) return;
  raw.resume();
  const timer = setTimeout(() => raw.destroy(), LINGER_MS).unref();
  raw.once('end', () => clearTimeout(timer));
  raw.once('close', () => clearTimeout(timer));
}
