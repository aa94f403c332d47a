import type { DeidentificationPolicy } from './policy.js';

/**
 * HMAC-SHA256 of a message under the organiser's secret: 32 bytes. The caller brings it, as Node and browsers each have
 * their own; the secret itself never comes here.
 */
export type KeyedDigest = (message: Uint8Array) => Uint8Array;

const BASE_32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const encoder = new TextEncoder();

/** What is derived from the secret: the same for equal originals, in every file and on every day, and nothing to go back by. */
export class KeyedNames {
  readonly #digest: KeyedDigest;
  readonly #uids = new Map<string, string>();

  /** @throws TypeError when the digest has not 32 bytes */
  constructor(digest: KeyedDigest) {
    const { length } = digest(new Uint8Array());
    if (length !== 32) throw new TypeError(`keyed digest has ${length} bytes; expected the 32 of HMAC-SHA256`);
    this.#digest = digest;
  }

  /** 2.25. and 128 bits, as PS3.5 annex B.2 derives a UID from a UUID; at most 44 characters. */
  uid(original: string): string {
    let name = this.#uids.get(original);
    if (name === undefined) {
      name = uuidUid(this.#of('uid', original));
      if (this.#uids.size >= 10_000) this.#uids.clear();
      this.#uids.set(original, name);
    }
    return name;
  }

  /** A UID for a file that has none, from all its bytes. */
  uidOfBytes(bytes: Uint8Array): string {
    return uuidUid(this.#digest(bytes));
  }

  /** A name for a patient: P and 16 characters, 80 bits. */
  patient(patient: string): string {
    const bytes = this.#of('patient', patient);
    let bits = bytes.subarray(0, 10).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    let name = '';
    for (let n = 0; n < 16; n++, bits >>= 5n) name = BASE_32[Number(bits & 31n)] + name;
    return `P${name}`;
  }

  /** Whole days by which the dates of a patient move; negative. */
  shiftDays(patient: string, { least, most }: DeidentificationPolicy['shiftDays']): number {
    const bytes = this.#of('shift', patient);
    const number = bytes.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0);
    return -(least + (number % (most - least + 1)));
  }

  #of(purpose: string, original: string): Uint8Array {
    return this.#digest(encoder.encode(`voxelmark deidentification\0${purpose}\0${original}`));
  }
}

function uuidUid(digest: Uint8Array): string {
  return `2.25.${digest.subarray(0, 16).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)}`;
}
