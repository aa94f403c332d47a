/** Port: SHA-256 as hexadecimal digits. Node and browsers each have their own, and neither is in the language. */
export type Sha256 = (bytes: Uint8Array) => Promise<string>;
