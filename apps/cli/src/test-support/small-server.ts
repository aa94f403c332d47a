import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a route answers: a status and a JSON body. */
export type Answer = { readonly status?: number; readonly body?: unknown };

/** A server on loopback that answers as the test says, and can be away for a while at the same address. */
export class SmallServer {
  private server: Server | null = null;
  private port = 0;
  readonly asked: { readonly address: string; readonly authorization: string | undefined }[] = [];

  constructor(private readonly answer: (address: string, request: IncomingMessage) => Answer) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        const address = `${request.method} ${request.url?.replace('/api/v1', '')}`;
        this.asked.push({ address, authorization: request.headers.authorization });
        const { status = 200, body } = this.answer(address, request);
        response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
        response.end(body === undefined ? undefined : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
    return this;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }
}
