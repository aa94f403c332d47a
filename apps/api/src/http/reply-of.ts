import type { FastifyReply, FastifyRequest } from 'fastify';

const replies = new WeakMap<FastifyRequest, FastifyReply>();
const statuses = new WeakMap<FastifyRequest, number>();

/** Remembers the reply of each request, for the few handlers that set a header or another status beside their answer. */
export function rememberReply(request: FastifyRequest, reply: FastifyReply): void {
  replies.set(request, reply);
}

export function replyOf(request: FastifyRequest): FastifyReply {
  const reply = replies.get(request);
  if (reply === undefined) throw new Error('this request did not come through the HTTP server');
  return reply;
}

/** Answers with another status than the contract's usual one, for instance 200 where something existed instead of 201. */
export function answerWith(request: FastifyRequest, status: number): void {
  statuses.set(request, status);
}

/** Hook before the answer is written: Nest sets the status of the route, this puts the wished one in its place. */
export function applyStatus(request: FastifyRequest, reply: FastifyReply): void {
  const status = statuses.get(request);
  if (status !== undefined && reply.statusCode < 400) void reply.code(status);
}
