import fc from 'fast-check';
import { canonicalJson } from './canonical-json.js';

describe('canonical JSON', () => {
  it('orders keys by code point and writes no white space', () => {
    expect(canonicalJson({ b: 1, a: [true, null, 'ä"'], A: { z: 0, y: -0.5 } })).toBe(
      '{"A":{"y":-0.5,"z":0},"a":[true,null,"ä\\""],"b":1}',
    );
  });

  it('leaves out what is undefined and refuses what JSON cannot carry', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
    for (const bad of [NaN, Infinity, 1n, () => 1, [undefined]]) expect(() => canonicalJson(bad)).toThrow(TypeError);
  });

  it('is the same for any order of keys and reads back as the value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse());
        const text = canonicalJson(record);
        expect(canonicalJson(reversed)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(record)));
      }),
      { seed: 5 },
    );
  });
});
