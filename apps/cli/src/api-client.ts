import { API_PREFIX, problem, type BodyIn, type Endpoint, type ParamsOf, type Problem, type QueryIn, type ResponseOf } from '#contracts';
import { CliError, EXIT, type ExitCode } from './exit.js';

const EXIT_OF_STATUS: Readonly<Record<number, ExitCode>> = { 401: EXIT.notSignedIn, 403: EXIT.forbidden, 404: EXIT.notFound };

/** Calls the API of a server through the same table of endpoints that the server is mounted from. */
export class ApiClient {
  constructor(
    readonly url: string,
    /** `Authorization` or `Cookie` header of the person who calls. */
    private readonly identity: Readonly<Record<string, string>> = {},
  ) {}

  static withToken(url: string, token: string): ApiClient {
    return new ApiClient(url, { authorization: `Bearer ${token}` });
  }

  /** Signs in with a password; the session lives as long as the client is used. */
  static async signIn(url: string, email: string, password: string): Promise<ApiClient> {
    const response = await send(url, 'POST', '/auth/login', { headers: { 'content-type': 'application/json', origin: url }, body: JSON.stringify({ email, password }) });
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
    await response.arrayBuffer();
    if (!cookie) throw new CliError('no-session', `${url} did not answer the sign-in with a session`, EXIT.unexpected);
    return new ApiClient(url, { cookie, origin: url });
  }

  async call<E extends Endpoint>(
    endpoint: E,
    request: { params?: ParamsOf<E>; query?: QueryIn<E>; body?: BodyIn<E>; form?: FormData; headers?: Record<string, string> } = {},
  ): Promise<ResponseOf<E>> {
    const response = await this.ask(endpoint, request);
    if (response.status === 204 || !endpoint.response) {
      await response.arrayBuffer();
      return undefined as ResponseOf<E>;
    }
    return endpoint.response.parse(await response.json()) as ResponseOf<E>;
  }

  /** An answer that is not JSON: the bytes of an object, the text of a table. */
  async download<E extends Endpoint>(endpoint: E, request: { params?: ParamsOf<E>; query?: QueryIn<E> } = {}): Promise<Uint8Array> {
    return new Uint8Array(await (await this.ask(endpoint, request)).arrayBuffer());
  }

  private ask<E extends Endpoint>(
    endpoint: E,
    request: { params?: ParamsOf<E>; query?: QueryIn<E>; body?: BodyIn<E>; form?: FormData; headers?: Record<string, string> },
  ): Promise<Response> {
    const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String((request.params as Record<string, unknown>)[name])));
    const query = new URLSearchParams(
      Object.entries((request.query ?? {}) as Record<string, string | number | boolean | undefined>).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]])),
    ).toString();
    return send(this.url, endpoint.method, query ? `${path}?${query}` : path, {
      headers: { ...this.identity, ...(request.body === undefined ? {} : { 'content-type': 'application/json' }), ...request.headers },
      body: request.form ?? (request.body === undefined ? undefined : JSON.stringify(request.body)),
    });
  }
}

/** @throws CliError `network` when nobody answers, otherwise with the server's code and sentence */
async function send(url: string, method: string, path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`${url}${API_PREFIX}${path}`, { ...init, method });
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).message;
    throw new CliError('network', `${url} does not answer (${cause}); is the platform running?`, EXIT.network, { cause: error });
  }
  if (response.ok) return response;
  const answer = await readProblem(response);
  const exit = EXIT_OF_STATUS[response.status] ?? (response.status < 500 ? EXIT.invalidInput : EXIT.network);
  const where = answer.problems?.map(({ path: at, message }) => `\n  ${at}: ${message}`).join('') ?? '';
  throw new CliError(answer.code, answer.detail + where, exit);
}

async function readProblem(response: Response): Promise<Pick<Problem, 'code' | 'detail' | 'problems'>> {
  const body = await response.text();
  try {
    return problem.parse(JSON.parse(body));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { code: `http-${response.status}`, detail: `the server answered ${response.status} without a reason that we understand` };
  }
}
