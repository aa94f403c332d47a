import { rowForKey } from './row-keys.js';

it('up and down stop at the ends, Home and End go there, other keys are not for rows', () => {
  expect([0, 1, 2].map((at) => rowForKey('ArrowDown', at, 3))).toEqual([1, 2, 2]);
  expect([0, 1, 2].map((at) => rowForKey('ArrowUp', at, 3))).toEqual([0, 0, 1]);
  expect([rowForKey('Home', 2, 3), rowForKey('End', 0, 3)]).toEqual([0, 2]);
  expect(['a', 'Enter', ' ', 'Tab', 'PageDown'].map((key) => rowForKey(key, 1, 3))).toEqual(Array(5).fill(null));
});
