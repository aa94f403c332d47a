import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';

/** Things that must never be seen, each findable in whatever form it might leak. */
export class Marks {
  private readonly needles = new Map<string, string>();

  /** A fresh word. */
  make(what: string): string {
    const word = `canary${randomBytes(12).toString('hex')}`;
    this.add(what, word);
    return word;
  }

  /** A fresh figure between `low` and `low + 1`, with digits that no other number has. */
  figure(low: number, what: string): number {
    const figure = low + 0.1 + Number(`0.0${randomBytes(5).readUIntBE(0, 5)}`);
    // one that was cut short or rounded to six places would still be one
    this.needles.set(`${what} ${this.needles.size}`, figure.toFixed(6).slice(0, -1));
    return figure;
  }

  add(what: string, content: string | Buffer): void {
    const raw = Buffer.isBuffer(content) ? content : Buffer.from(content);
    const key = (form: string): string => `${what} ${this.needles.size} (${form})`;
    this.needles.set(key('raw'), raw.subarray(0, 64).toString('latin1'));
    this.needles.set(key('hex'), raw.subarray(0, 24).toString('hex'));
    this.needles.set(key('base64'), raw.subarray(0, 24).toString('base64').slice(0, 28));
  }

  /** Bytes that are findable as they stand only. */
  addRaw(what: string, raw: Buffer): void {
    this.needles.set(`${what} ${this.needles.size} (raw)`, raw.subarray(0, 64).toString('latin1'));
  }

  /** What of it all is in this text, as it stands or unpacked. */
  findIn(body: Buffer): string[] {
    const texts = [body, ...unpacked(body)].map((bytes) => bytes.toString('latin1'));
    return [...this.needles].filter(([, needle]) => texts.some((text) => text.includes(needle))).map(([what]) => what);
  }

  get count(): number {
    return this.needles.size;
  }
}

function unpacked(body: Buffer): Buffer[] {
  const filesOf = (zip: Buffer): Buffer[] =>
    Object.entries(unzipSync(zip)).flatMap(([name, bytes]) => [Buffer.from(name), Buffer.from(bytes)]);
  return [gunzipSync, brotliDecompressSync, filesOf].flatMap((unpack) => {
    try {
      return unpack(body);
    } catch {
      return []; // not packed that way
    }
  });
}
