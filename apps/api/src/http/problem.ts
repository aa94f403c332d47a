import { HttpException } from '@nestjs/common';
import type { Problem } from '#contracts';
import { BenchmarkMisconfigured, EngineUnavailable, RequestRefused, SubmissionRejected } from '#domain';
import { allowedMethods } from './paths.js';

/** An answer that says why not (RFC 9457), with the headers that belong to it. */
export interface ProblemAnswer {
  readonly body: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** Ours to mend: the error and its stack go to the log. */
  readonly defect: boolean;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Request not understood',
  401: 'Sign-in required',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  408: 'Request took too long',
  409: 'Conflict',
  411: 'Length required',
  413: 'Too large',
  414: 'Address too long',
  415: 'Unsupported media type',
  416: 'Range not satisfiable',
  422: 'Cannot be accepted',
  429: 'Too many attempts',
  431: 'Header too large',
  500: 'Something went wrong on our side',
  503: 'Temporarily unavailable',
  507: 'No room left',
};

/** What an error becomes outside. Texts of defects and of our own engines stay inside. */
export function problemOf(
  error: unknown,
  request: { readonly method: string; readonly url: string; readonly id: string },
): ProblemAnswer {
  if (error instanceof RequestRefused) {
    const headers: Record<string, string> = {};
    if (error.status === 401) headers['www-authenticate'] = 'Bearer realm="voxelmark"';
    if (error.status === 429) headers['retry-after'] = '60';
    return answer(error.status, error.code, error.message, { headers, problems: error.problems });
  }
  if (error instanceof SubmissionRejected) return answer(422, error.code, error.message);
  if (error instanceof BenchmarkMisconfigured) {
    return answer(409, error.code, 'This benchmark has a fault that its organiser must mend. It has been recorded.', {
      requestId: request.id,
    });
  }
  if (error instanceof EngineUnavailable) {
    return answer(
      503,
      error.code,
      'A part of the platform does not answer at the moment. Nothing was lost; try again in a few seconds.',
      {
        headers: { 'retry-after': '5' },
        requestId: request.id,
      },
    );
  }
  return fromFramework(error, request) ?? defect(request.id);
}

function defect(requestId: string): ProblemAnswer {
  const detail = `Something went wrong on our side. It has been recorded as ${requestId}; quote it when you tell the operator.`;
  return { ...answer(500, 'defect', detail, { requestId }), defect: true };
}

/** Refusals that Fastify and Nest raise before a handler runs. Their texts are replaced: some repeat parts of the request. */
function fromFramework(
  error: unknown,
  request: { readonly method: string; readonly url: string },
): ProblemAnswer | null {
  const { status, code } = frameworkFacts(error);
  if (status === 404) {
    const methods = allowedMethods(request.url);
    if (methods.length === 0)
      return answer(404, 'route-unknown', 'There is nothing at this address. The routes are listed at /api/docs.');
    // the router knows the address and still did not take it there: a part was longer than it looks at
    if (methods.includes(request.method))
      return answer(414, 'address-too-long', 'A part of the address is longer than 200 characters.');
    return answer(405, 'method-not-allowed', `This address answers to ${methods.join(', ')}.`, {
      headers: { allow: methods.join(', ') },
    });
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return answer(413, 'body-too-large', 'The body of this request is larger than 256 KiB.');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return answer(415, 'content-type-unsupported', 'Send application/json, or multipart/form-data for a submission.');
  }
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
    return answer(400, 'json-empty', 'The Content-Type says JSON, but the body is empty.');
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') {
    return answer(400, 'content-length-wrong', 'The body is not as long as Content-Length says.');
  }
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
    return answer(400, 'request-aborted', 'The connection ended before the request did.');
  if (code === 'FST_ERR_BAD_URL') return answer(400, 'address-malformed', 'The address contains a malformed % escape.');
  if (status === 414) return answer(414, 'address-too-long', 'A part of the address is longer than 200 characters.');
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || status === 400) {
    return answer(400, 'json-malformed', 'The body is not JSON that this server accepts.');
  }
  if (status !== null && status >= 400 && status < 500)
    return answer(status, 'request-refused', 'The request was not understood.');
  return null;
}

/** Status and code of errors that Nest, Fastify or Node raised about the request; nothing of any other error. */
function frameworkFacts(error: unknown): { status: number | null; code: string | null } {
  const cause: unknown = error instanceof HttpException ? error.cause : error;
  const { code, statusCode, name } = (typeof cause === 'object' ? (cause ?? {}) : {}) as {
    code?: unknown;
    statusCode?: unknown;
    name?: unknown;
  };
  const word = typeof code === 'string' ? code : null;
  if (error instanceof HttpException) return { status: error.getStatus(), code: word };
  // Fastify gives its own errors a code, and the body parser's SyntaxErrors a status
  const known = word?.startsWith('FST_') === true || name === 'SyntaxError' || word === 'ECONNRESET';
  return known && typeof statusCode === 'number' ? { status: statusCode, code: word } : { status: null, code: null };
}

function answer(
  status: number,
  code: string,
  detail: string,
  extra: {
    headers?: Record<string, string>;
    problems?: Problem['problems'] | readonly { path: string; message: string }[];
    requestId?: string;
  } = {},
): ProblemAnswer {
  const body: Problem = {
    type: `urn:voxelmark:error:${code}`,
    title: TITLES[status] ?? 'Refused',
    status,
    code,
    detail,
  };
  if (extra.problems !== undefined && extra.problems.length > 0) body.problems = [...extra.problems];
  if (extra.requestId !== undefined) body.requestId = extra.requestId;
  return { body, headers: extra.headers ?? {}, defect: false };
}

/** Body and headers of a problem, ready to be sent. */
export function problemText(problem: ProblemAnswer): { text: string; headers: Record<string, string> } {
  return {
    text: JSON.stringify(problem.body),
    headers: {
      ...problem.headers,
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
    },
  };
}
