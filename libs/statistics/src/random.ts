/** A source of numbers that a seed fixes: the same on every machine and engine, as only 32-bit integers are used. */
export interface Random {
  /** Next whole number, 0 to 2^32 - 1, each equally likely. */
  uint32(): number;
  /** Next number from 0 to less than 1, a multiple of 2^-53. Uses two 32-bit numbers. */
  uniform(): number;
  /** Next whole number from 0 to less than `bound`, each equally likely: draws that would favour some are thrown away. */
  below(bound: number): number;
}

/**
 * Generator xoshiro128** (Blackman and Vigna 2021, doi:10.1145/3460772), its 128-bit state filled from the seed by
 * splitmix32 (the finaliser of MurmurHash3 on a Weyl sequence). Not for secrets.
 *
 * @param seed a whole number, 0 to 2^32 - 1
 * @throws RangeError for any other seed
 */
export function createRandom(seed: number): Random {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeError(`seed is ${seed}; expected a whole number from 0 to 4294967295`);
  }
  let weyl = seed | 0;
  const split = (): number => {
    weyl = (weyl + 0x9e3779b9) | 0;
    let z = weyl;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  };
  let [s0, s1, s2, s3] = [split(), split(), split(), split()];

  const rotateLeft = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
  function uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotateLeft(s3, 11);
    return result;
  }

  return {
    uint32,
    uniform: () => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) / 2 ** 53,
    below(bound) {
      if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
        throw new RangeError(`bound is ${bound}; expected a whole number from 1 to 4294967296`);
      }
      const fair = 2 ** 32 - (2 ** 32 % bound);
      let x = uint32();
      while (x >= fair) x = uint32();
      return x % bound;
    },
  };
}
