import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestRefused } from '#domain';
import type { WebFiles } from './web-files.js';

/** Answers every GET that no route of the API has: pages, their assets, and 404 for the rest. */
export function serveWeb(server: FastifyInstance, files: WebFiles | null): void {
  server.get('/*', async (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0];
    if (path === '/api' || path.startsWith('/api/')) throw new NotFoundException();
    await files?.refresh();
    if (files === null || !files.built) {
      throw new RequestRefused(
        404,
        'pages-not-built',
        'The pages have not been built. Run `npm run build`, or use the API below /api/v1.',
      );
    }
    const name = files.resolve(decoded(path));
    if (name === null) throw new NotFoundException();
    const file = await files.get(name, header(request.headers['accept-encoding']));
    reply.headers(file.headers);
    if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(file.etag) === true) return reply.code(304).send();
    return reply.send(file.content);
  });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // a malformed escape names no file; the pages show their own not-found
    return '/';
  }
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
