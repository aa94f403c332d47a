declare module 'smtp-server' {
  import type { AddressInfo } from 'node:net';
  import type { Readable } from 'node:stream';

  /** As much of it as the tests use. */
  export class SMTPServer {
    constructor(options: {
      readonly authOptional?: boolean;
      readonly disabledCommands?: readonly string[];
      readonly onRcptTo?: (
        address: { readonly address: string },
        session: unknown,
        done: (refusal?: Error) => void,
      ) => void;
      readonly onData?: (
        stream: Readable,
        session: { readonly envelope: { readonly rcptTo: readonly { readonly address: string }[] } },
        done: () => void,
      ) => void;
    });
    readonly server: { address(): AddressInfo };
    listen(port: number, host: string, done: () => void): void;
    close(done: () => void): void;
  }
}
