import { Agent, request as httpRequest } from 'node:http';

/** One connection that is kept open, and the person who uses it. */
export class Connection {
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #cookie = null;

  /** @param url of the server, without a path */
  constructor(url) {
    this.url = url;
  }

  async signIn(email, password) {
    const body = Buffer.from(JSON.stringify({ email, password }));
    const { headers } = await this.ask('POST', '/auth/login', { body, type: 'application/json', expect: 200 });
    this.#cookie = headers['set-cookie'][0].split(';')[0];
  }

  /**
   * Sends a request and reads the whole answer.
   * @returns headers, the body as bytes, and the time from sending to the last byte, in milliseconds
   */
  ask(method, path, { body, type, expect = 200 } = {}) {
    const headers = {
      origin: this.url,
      ...(this.#cookie ? { cookie: this.#cookie } : {}),
      ...(body ? { 'content-type': type, 'content-length': body.length } : {}),
    };
    return new Promise((done, fail) => {
      const began = performance.now();
      const request = httpRequest(`${this.url}/api/v1${path}`, { agent: this.#agent, method, headers }, (response) => {
        const chunks = [];
        response.on('error', fail);
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const elapsedMs = performance.now() - began;
          const bytes = Buffer.concat(chunks);
          if (response.statusCode === expect) done({ headers: response.headers, body: bytes, elapsedMs });
          else
            fail(
              new Error(
                `${method} ${path} answered ${response.statusCode}, expected ${expect}: ${bytes.toString().slice(0, 500)}`,
              ),
            );
        });
      });
      request.on('error', fail);
      request.end(body);
    });
  }

  close() {
    this.#agent.destroy();
  }
}
