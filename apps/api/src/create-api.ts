import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import type { DynamicModule, LoggerService } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { API_PREFIX } from '#contracts';
import { RequestRefused } from '#domain';
import { DemoAccounts } from './accounts/demo-accounts.js';
import { ApiModule } from './api.module.js';
import { lingerAfterRefusal } from './http/linger.js';
import { checkMounts, mountedHandlers } from './http/mount-check.js';
import { openApi } from './http/openapi.js';
import { problemOf, problemText } from './http/problem.js';
import { applyStatus, rememberReply } from './http/reply-of.js';
import { DOCS_POLICY, securityHeaders } from './http/security-headers.js';
import type { ApiParts, ApiSettings } from './settings.js';
import { serveWeb } from './web/serve-web.js';
import { WebFiles } from './web/web-files.js';

const JSON_BYTES = 256 * 1024;
const IDLE_MS = 30_000;
/** Shorter than the patience with a silent connection, so that whoever sends nothing is told, too. */
const BODY_MS = 20_000;

export interface CreateOptions {
  /** Where Nest's own messages go; none by default. */
  readonly logger?: LoggerService;
  /** Further controllers, for tests of the start-up checks. */
  readonly controllers?: DynamicModule['controllers'];
  /** How long a small body may take, in milliseconds; 20 s by default. */
  readonly bodyMs?: number;
}

/**
 * The API, ready to listen or to be asked through `inject`.
 *
 * @throws Error when a route and the contract do not fit, or demo accounts would be reachable from outside
 */
export async function createApi(
  parts: ApiParts,
  settings: ApiSettings,
  options: CreateOptions = {},
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    // one proxy, ours: what it was told by clients before it could be anything
    trustProxy: settings.trustProxy ? 1 : false,
    bodyLimit: JSON_BYTES,
    connectionTimeout: IDLE_MS,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const problem = problemOf(error, request);
      const { text, headers } = problemText(problem);
      void reply
        .code(problem.body.status)
        .headers({ ...headers, 'x-request-id': request.id, 'x-content-type-options': 'nosniff' })
        .send(text);
    },
    clientErrorHandler: answerUnreadable,
  } as ConstructorParameters<typeof FastifyAdapter>[0]);
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.over(parts, settings, options), adapter, {
    bodyParser: false,
    logger: options.logger ?? false,
    abortOnError: false,
  });
  try {
    const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    const routes = collectRoutes(server);
    await prepare(server, settings, options.bodyMs ?? BODY_MS);
    SwaggerModule.setup('api/docs', app, openApi(settings.version) as unknown as OpenAPIObject, {
      jsonDocumentUrl: 'api/docs-json',
      customSiteTitle: 'Voxelmark API',
    });
    serveWeb(server, settings.webDir === null ? null : await WebFiles.open(settings.webDir));
    await app.init();
    await server.ready();
    checkMounts(mountedHandlers(app.get(DiscoveryService), app.get(MetadataScanner)), routes);
    await app.get(DemoAccounts).refuseBeyondLoopback();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function prepare(server: FastifyInstance, settings: ApiSettings, bodyMs: number): Promise<void> {
  server.removeContentTypeParser('text/plain');
  await server.register(helmet, securityHeaders(settings.publicUrl));
  // instances of DICOM come as they are; whoever takes them reads them piece by piece
  server.addContentTypeParser(/^multipart\/related/i, (_request, payload, done) => done(null, payload));
  await server.register(multipart, { throwFileSizeLimit: false }); // the spool counts and refuses
  server.addHook('onRequest', async (request, reply) => {
    rememberReply(request, reply);
    reply.header('x-request-id', request.id);
    if (request.url.startsWith('/api/docs')) reply.header('content-security-policy', DOCS_POLICY);
    else if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });
  server.addHook('preParsing', async (request, reply, payload) => {
    limitBodyTime(request, reply, bodyMs);
    return payload;
  });
  server.addHook('preSerialization', async (request, reply, payload) => {
    applyStatus(request, reply);
    return payload;
  });
  server.addHook('onResponse', async (request) => lingerAfterRefusal(request));
}

/**
 * A small body that does not arrive in time is refused, and what was not waiting for it is cut off; uploads may take long,
 * but not pause longer than a connection may be silent.
 */
function limitBodyTime(request: FastifyRequest, reply: FastifyReply, bodyMs: number): void {
  const { raw } = request;
  if ((request.headers['content-type'] ?? '').startsWith('multipart/')) return;
  const timer = setTimeout(() => {
    // asked now, not before: even of a request without a body it is not known yet when its handlers begin
    if (raw.complete) return;
    const slow = new RequestRefused(408, 'body-slow', `The body did not arrive within ${bodyMs / 1000} seconds.`);
    // the parser, if it waits, passes this on as the answer; destroying the body would take the connection with it
    if (!reply.sent && raw.listenerCount('error') > 0) {
      reply.header('connection', 'close');
      raw.emit('error', slow);
    } else raw.destroy();
  }, bodyMs);
  timer.unref();
  raw.once('end', () => clearTimeout(timer));
  raw.once('close', () => clearTimeout(timer));
}

/** Every route that the server gets below the API prefix, as `METHOD /path`; HEAD comes with GET. */
function collectRoutes(server: FastifyInstance): string[] {
  const routes: string[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    if (url !== API_PREFIX && !url.startsWith(`${API_PREFIX}/`)) return;
    for (const one of [method].flat()) if (one !== 'HEAD') routes.push(`${one} ${url}`);
  });
  return routes;
}

/** What cannot even be read as HTTP: too large a header, a wrong length, binary junk. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: import('node:net').Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const refusal = new RequestRefused(
    status,
    status === 431 ? 'header-too-large' : status === 408 ? 'request-slow' : 'http-malformed',
    'The request is not HTTP that this server reads.',
  );
  const { text, headers } = problemText(problemOf(refusal, { method: 'GET', url: '/', id: '' }));
  if (socket.writable) {
    const lines = Object.entries({
      ...headers,
      'content-length': String(Buffer.byteLength(text)),
      connection: 'close',
    }).map(([name, value]) => `${name}: ${value}`);
    socket.write(`HTTP/1.1 ${status} Refused\r\n${lines.join('\r\n')}\r\n\r\n${text}`);
  }
  socket.destroySoon();
}
