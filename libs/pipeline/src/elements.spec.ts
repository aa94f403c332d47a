import { inputElements, outputValues } from './elements.js';

describe('elements of tensors', () => {
  const of = (outputType: 'float32' | 'float16' | 'int64' | 'int32' | 'uint8', labels: number | null = null) => ({
    outputType,
    outputDims: [1, 1, 2],
    labels,
  });
  const [half, one] = [0x3800, 0x3c00]; // 0.5 and 1

  it('goes in as it is, or as bits of half precision', () => {
    const tile = Float32Array.of(0.5, 1);
    expect(inputElements(tile, 'float32')).toBe(tile);
    expect(inputElements(tile, 'float16')).toEqual(Uint16Array.of(half, one));
    expect(inputElements(Float32Array.of(2049, 2051), 'float16')).toEqual(Uint16Array.of(0x6800, 0x6802)); // 2048, 2052
  });

  it('comes out in an array of its own', () => {
    const elements = Float32Array.of(3, 4);
    const values = outputValues(elements, of('float32'));
    elements.fill(0);
    expect(values).toEqual(Float32Array.of(3, 4));
    const within = Uint16Array.of(0, half, one).subarray(1); // not at the start of its memory
    expect(outputValues(within, of('float16'))).toEqual(Float32Array.of(0.5, 1));
  });

  it.each([
    ['int64', BigInt64Array.of(1n, 0n)],
    ['int32', Int32Array.of(1, 0)],
    ['uint8', Uint8Array.of(1, 0)],
  ] as const)('labels of type %s become channels', (type, elements) => {
    expect(outputValues(elements, of(type, 2))).toEqual(Float32Array.of(0, 1, 1, 0));
  });

  it('refuses another type, and another number of elements', () => {
    const strange = [
      [Float32Array.of(1, 0), of('int64', 2), 'not made of int64 values'],
      [Int32Array.of(1, 0), of('uint8', 2), 'not made of uint8 values'],
      [Uint8Array.of(1, 0), of('int32', 2), 'not made of int32 values'],
      [Int32Array.of(1, 0), of('float32'), 'not made of float32 values'],
      [Float32Array.of(1, 0), of('float16'), 'not made of float16 values'],
      [['1', '0'], of('float32'), 'not made of float32 values'],
      [Float32Array.of(1, 0, 1), of('float32'), 'holds 3 values; expected 2, [1, 1, 2]'],
      [BigInt64Array.of(1n), of('int64', 2), 'holds 1 values; expected 2, [1, 1, 2]'],
    ] as const;
    for (const [elements, request, sentence] of strange)
      expect(() => outputValues(elements, request)).toThrow(sentence);
  });
});
