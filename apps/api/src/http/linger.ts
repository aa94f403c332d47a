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

const LONGEST_ANSWER_MS = 10 * 60_000;

/**
 * Silent connections are cut after half a minute. Once an upload has arrived the silence is ours: a large model is looked
 * at and stored, perhaps far away. The next request on the connection has the usual patience again.
 */
export function allowLongAnswer({ raw }: Pick<FastifyRequest, 'raw'>): void {
  // requests that are injected by tests have no connection
  if (typeof raw.socket?.setTimeout === 'function') raw.socket.setTimeout(LONGEST_ANSWER_MS);
}
