import { Catch, Inject, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EngineUnavailable } from '#domain';
import type { Log } from '#evaluation';
import { LOG } from '../settings.js';
import { problemOf, problemText } from './problem.js';

/** Every error that leaves a request, in one form: `application/problem+json`. */
@Injectable()
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    this.send(error, request, reply);
  }

  /** Also for the routes that Nest does not know: pages, not-found, the parser. */
  send(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = problemOf(error, request);
    if (problem.defect || error instanceof EngineUnavailable) {
      this.log.error(problem.defect ? 'http.defect' : 'http.unavailable', error, {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions?.url ?? null,
      });
    }
    if (reply.raw.headersSent) {
      // the answer broke off half-way: a cut connection is the only way left to say so
      reply.raw.destroy();
      return;
    }
    const { text, headers } = problemText(problem);
    void reply.code(problem.body.status).headers(headers).send(text);
  }
}
