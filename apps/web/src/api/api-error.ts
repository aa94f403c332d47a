import { problem, type Problem } from '#contracts';

/**
 * Anything that kept an API call from succeeding, with a stable code and a sentence that may be shown as it is.
 *
 * Codes that do not come from the server: `offline` (no answer at all, status 0) and `unexpected-answer` (an answer that
 * is not what the contract promises).
 */
export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    readonly code: string,
    readonly title: string,
    /** One sentence for the person who asked. */
    readonly detail: string,
    /** Where in the request, one sentence each. */
    readonly problems: readonly { readonly path: string; readonly message: string }[] = [],
    readonly requestId: string | null = null,
    options?: { cause?: unknown },
  ) {
    super(detail, options);
    this.name = 'ApiError';
  }

  /** Trying the same again may help: nothing was wrong with the request itself. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request was not understood',
  401: 'Please sign in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'This does not fit the present state',
  413: 'Too large',
  415: 'Wrong kind of content',
  422: 'Something in the request needs correcting',
  429: 'Too many attempts',
  503: 'Briefly unavailable',
};

/**
 * @param status HTTP status of the answer
 * @param body   what `JSON.parse` made of the answer, or undefined when it was not JSON
 */
export function toApiError(status: number, body: unknown): ApiError {
  const parsed = problem.safeParse(body);
  if (parsed.success) return fromProblem(parsed.data);
  const title = TITLES[status] ?? (status >= 500 ? 'Something went wrong on our side' : 'The request was refused');
  const detail =
    status >= 500
      ? `The server could not answer (status ${status}). Nothing was lost; please try again in a moment.`
      : `The server refused the request with status ${status} and gave no reason.`;
  return new ApiError(status, status >= 500 ? 'server-unavailable' : 'refused', title, detail);
}

function fromProblem(answer: Problem): ApiError {
  const title = TITLES[answer.status] ?? answer.title;
  return new ApiError(
    answer.status,
    answer.code,
    title,
    answer.detail,
    answer.problems ?? [],
    answer.requestId ?? null,
  );
}

/** No answer arrived: offline, the server is restarting, or the connection broke. */
export function offline(cause: unknown): ApiError {
  return new ApiError(
    0,
    'offline',
    'No connection to the server',
    'The server did not answer. Check your connection; it may also be restarting. We keep trying where that is safe.',
    [],
    null,
    { cause },
  );
}

/** The answer is not what the contract promises: a defect, or pages older than the server. */
export function unexpectedAnswer(what: string, cause: unknown): ApiError {
  return new ApiError(
    200,
    'unexpected-answer',
    'An answer that these pages do not understand',
    `The answer to “${what}” did not have the expected form. Reload the page; it may be older than the server.`,
    [],
    null,
    { cause },
  );
}

/** Every error as an ApiError, so that one component can show it. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(
    0,
    'defect',
    'Something went wrong on this page',
    'This page stopped with an error that is not your fault. Reload it; if it happens again, tell the operator.',
    [],
    null,
    { cause: error },
  );
}
