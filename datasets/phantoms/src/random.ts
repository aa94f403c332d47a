import { floor, imul, sqrt } from './arithmetic.js';

/**
 * Seeded random numbers that are the same in every JavaScript engine: 32-bit integer arithmetic only.
 * xoshiro128** (Blackman and Vigna 2018, doi:10.1145/3460772) with its state filled by a 32-bit mixing function.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** @param seed any 32-bit integer; `stream` gives independent sequences under one seed. */
  constructor(seed: number, stream = '') {
    let state = (seed ^ hash32(stream)) >>> 0;
    const fill = (): number => {
      state = (state + 0x9e3779b9) >>> 0;
      return mix32(state);
    };
    this.a = fill();
    this.b = fill();
    this.c = fill();
    this.d = fill() | 1; // an all-zero state would stay zero
  }

  /** Next 32 random bits as an unsigned integer. */
  bits(): number {
    const scrambled = imul(this.b, 5);
    const result = imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const t = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number {
    return this.bits() / 4294967296;
  }

  /** Uniform in [low, high). */
  range(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform integer in [0, n), n a positive integer. */
  below(n: number): number {
    return floor(this.uniform() * n);
  }

  /** Bell-shaped with mean 0 and standard deviation 1: the sum of twelve uniforms less six; never beyond 6. */
  normal(): number {
    let sum = -6;
    for (let n = 0; n < 12; n++) sum += this.uniform();
    return sum;
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.uniform() < p;
  }

  /** One of the choices, with probabilities in proportion to the weights. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T {
    let total = 0;
    for (const [, weight] of choices) total += weight;
    let left = this.uniform() * total;
    for (const [choice, weight] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return choices[choices.length - 1][0];
  }
}

/** Bell-shaped integer with mean 0 from one draw: the sum of its four bytes less 510. Standard deviation `FOUR_BYTE_SD`. */
export function fourByteSum(bits: number): number {
  return (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510;
}

/** sqrt(4 * (256^2 - 1) / 12). */
export const FOUR_BYTE_SD = sqrt(21845);

/** FNV-1a over the UTF-16 code units of a name, finished with a mixing step: an unsigned 32-bit integer. */
export function hash32(name: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < name.length; n++) hash = imul(hash ^ name.charCodeAt(n), 0x01000193);
  return mix32(hash);
}

/** A bijection on 32-bit integers in which every input bit reaches every output bit. */
function mix32(value: number): number {
  let v = value >>> 0;
  v = imul(v ^ (v >>> 16), 0x21f0aaad);
  v = imul(v ^ (v >>> 15), 0x735a2d97);
  return (v ^ (v >>> 15)) >>> 0;
}
