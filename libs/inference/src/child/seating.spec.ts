import { seat } from './seating.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const small = { weights: MIB, tile: 60 * MIB };
const large = { weights: 120 * MIB, tile: 1900 * MIB };

test('a small network runs on as many tiles at once as there are threads', () => {
  expect(seat(2, [small], GIB)).toEqual({ lanes: 2, threadsEach: 1, keepsMemory: true });
  expect(seat(1, [small], GIB)).toEqual({ lanes: 1, threadsEach: 1, keepsMemory: true });
});

test('threads share a tile where two would not fit', () => {
  expect(seat(2, [large], 16 * GIB)).toEqual({ lanes: 1, threadsEach: 2, keepsMemory: true });
  expect(seat(2, [large], 32 * GIB)).toEqual({ lanes: 2, threadsEach: 1, keepsMemory: true });
});

test('as many tiles as fit, and never more than eight; what threads are left share them', () => {
  expect(seat(8, [small], GIB)).toEqual({ lanes: 3, threadsEach: 2, keepsMemory: true });
  expect(seat(64, [small], 64 * GIB)).toEqual({ lanes: 8, threadsEach: 8, keepsMemory: true });
});

test('after the process ran out of memory: one tile, given back, by as many threads as before', () => {
  expect(seat(8, [small], GIB, true)).toEqual({ lanes: 1, threadsEach: 2, keepsMemory: false });
  expect(seat(2, [small], GIB, true)).toEqual({ lanes: 1, threadsEach: 1, keepsMemory: false });
  expect(seat(2, [large], 4 * GIB, true)).toEqual(seat(2, [large], 4 * GIB));
});

test('memory is given back where keeping it could reach the limit', () => {
  expect(seat(2, [large], 4 * GIB)).toEqual({ lanes: 1, threadsEach: 2, keepsMemory: false });
});

test('the networks of an ensemble all count, each in every lane', () => {
  expect(seat(2, Array(3).fill(small), GIB).lanes).toBe(1);
  expect(seat(2, Array(3).fill(small), 2 * GIB).lanes).toBe(2);
});

test('what nobody can work out is taken to be large', () => {
  expect(seat(4, [small, null], 64 * GIB)).toEqual({ lanes: 1, threadsEach: 4, keepsMemory: false });
});
