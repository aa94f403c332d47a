/** A person at the API of a running platform: keeps the session cookie, sends the origin that a browser would send. */
export class Client {
  private cookie: string | null = null;
  /** Every answer that came, whole: for the canary search. */
  readonly answers: { readonly request: string; readonly status: number; readonly headers: string; readonly body: Buffer }[] = [];

  constructor(
    readonly url: string,
    private readonly token: string | null = null,
  ) {}

  async signIn(email: string, password: string): Promise<this> {
    const answer = await this.send('POST', '/auth/login', { email, password });
    if (answer.status !== 200) throw new Error(`sign-in of ${email} answered ${answer.status}: ${answer.body.toString()}`);
    return this;
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<{ status: number; headers: Headers; body: Buffer }> {
    const raw = body instanceof FormData || typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      redirect: 'manual',
      headers: {
        origin: this.url,
        ...(this.cookie ? { cookie: this.cookie } : {}),
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : raw ? (body as FormData | string | Uint8Array<ArrayBuffer>) : JSON.stringify(body),
    });
    for (const set of response.headers.getSetCookie()) this.cookie = set.split(';')[0];
    const bytes = Buffer.from(await response.arrayBuffer());
    this.answers.push({ request: `${method} ${path}`, status: response.status, headers: JSON.stringify([...response.headers]), body: bytes });
    return { status: response.status, headers: response.headers, body: bytes };
  }

  /** Everything that a stream sends until the signal ends it. */
  async stream(path: string, signal: AbortSignal, headers: Record<string, string> = {}): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    try {
      const response = await fetch(`${this.url}/api/v1${path}`, { signal, headers: { ...(this.cookie ? { cookie: this.cookie } : {}), ...headers } });
      if (response.status !== 200 || !response.body) throw new Error(`GET ${path} answered ${response.status}`);
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) chunks.push(chunk);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return Buffer.concat(chunks);
  }

  async get<T>(path: string): Promise<T> {
    const answer = await this.send('GET', path);
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.body.toString().slice(0, 500)}`);
    return JSON.parse(answer.body.toString()) as T;
  }

  async submit(fields: { benchmark: string; manifest: unknown; algorithm?: string }, model: Uint8Array, fileName = 'model.onnx'): Promise<{ status: number; json: Record<string, unknown> }> {
    const form = new FormData();
    form.set('benchmark', fields.benchmark);
    form.set('manifest', typeof fields.manifest === 'string' ? fields.manifest : JSON.stringify(fields.manifest));
    if (fields.algorithm) form.set('algorithm', fields.algorithm);
    form.set('model', new Blob([model as Uint8Array<ArrayBuffer>]), fileName);
    const answer = await this.send('POST', '/submissions', form);
    return { status: answer.status, json: JSON.parse(answer.body.toString()) as Record<string, unknown> };
  }
}

/** Asks again until the answer pleases. The bound is behaviour (recovery), not speed: keep it wide. */
export async function until<T>(what: string, ask: () => Promise<T | null | undefined | false>, withinMs: number, everyMs = 250): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
