import type { LabelMap } from '#imaging';
import { CONSENSUS_READER } from './derive-consensus.js';
import type { Findings } from './finding.js';
import type { PlannedCase } from './planned.js';

/** Readers whose structures overlap less than this drew different things. */
const LEAST_DICE = 0.1;

/**
 * Watches cases with several reference segmentations: whether they are what several readers drew, or one structure each, which
 * nobody should compare with one another. Of each map it keeps one bit a voxel until its case has ended.
 */
export class SeveralReaders {
  readonly #readers = new Set<string>();
  #cases = 0;
  #apart = 0;
  #guessed = 0;
  #withoutConsensus = 0;
  #current: Uint8Array[] = [];

  constructor(private readonly findings: Findings) {}

  add({ references }: PlannedCase, { data }: LabelMap): void {
    if (references.length < 2) return;
    const bits = new Uint8Array(Math.ceil(data.length / 8));
    for (let v = 0; v < data.length; v++) if (data[v] !== 0) bits[v >> 3] |= 1 << (v & 7);
    this.#current.push(bits);
  }

  /** After the last reference of a case. */
  endCase({ references }: PlannedCase): void {
    const maps = this.#current;
    this.#current = [];
    if (references.length < 2) return;
    this.#cases++;
    for (const { reader } of references) if (reader !== null) this.#readers.add(reader);
    if (references.some(({ guessed }) => guessed)) this.#guessed++;
    if (!references.some(({ reader }) => reader?.toLowerCase() === CONSENSUS_READER)) this.#withoutConsensus++;
    const pairs = maps.flatMap((one, n) => maps.slice(n + 1).map((other) => dice(one, other)));
    if (pairs.length > 0 && pairs.every((value) => value !== null && value < LEAST_DICE)) this.#apart++;
  }

  /** After the last case. */
  end(): void {
    const readers = [...this.#readers].sort().slice(0, 10).map((name) => `"${name}"`).join(', ');
    if (this.#cases > 0 && this.#apart === this.#cases) {
      const found = `label maps ${readers} of one case that hardly share a voxel, in each of ${this.#cases} case(s)`;
      this.findings.say('references-apart', {}, found, 'what several readers drew of the same; of several structures one label map, or a CSV with a line for each reader');
    } else if (this.#guessed > 0) {
      const found = `several label maps in each of ${this.#guessed} case(s), taken for those of readers ${readers}`;
      this.findings.say('references-as-readers', {}, found, 'references/READER/NAME, or a column reader in a CSV, if they are; one label map with all structures, if they are not');
    }
    if (this.#withoutConsensus > 0) {
      const found = `${this.#withoutConsensus} case(s) of several readers and without a consensus`;
      this.findings.say('consensus-missing', {}, found, 'a reader called consensus, or --consensus majority or staple to derive one; otherwise whoever makes a benchmark of it decides');
    }
  }
}

/** Of the bits that are set; null where one of both has none. */
function dice(a: Uint8Array, b: Uint8Array): number | null {
  let [inA, inB, both] = [0, 0, 0];
  for (let n = 0; n < a.length; n++) {
    inA += BITS[a[n]];
    inB += BITS[b[n]];
    both += BITS[a[n] & b[n]];
  }
  return inA === 0 || inB === 0 ? null : (2 * both) / (inA + inB);
}

const BITS = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);
