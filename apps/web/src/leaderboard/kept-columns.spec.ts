import { HIDDEN_AT_FIRST, parseHidden } from './kept-columns.js';

it('hides the usual columns until a choice was kept, even an empty one', () => {
  expect([...parseHidden(null)]).toEqual(HIDDEN_AT_FIRST);
  expect([...parseHidden('')]).toEqual([]);
  expect([...parseHidden('hd95 cpu')]).toEqual(['hd95', 'cpu']);
});
