import { moveSummary, movesOf, moveText, moveWords, rankRange } from './moves.js';

const places = (ranks: Readonly<Record<string, number>>) =>
  new Map(Object.entries(ranks).map(([runId, rank]) => [runId, { rank }]));

it('counts places won as positive, and leaves out what is not placed in both', () => {
  const moves = movesOf(places({ a: 1, b: 2, c: 3, d: 4 }), places({ c: 1, a: 2, b: 3, e: 4 }));
  expect([...moves]).toEqual([
    ['c', 2],
    ['a', -1],
    ['b', -1],
  ]);
});

it('prints a move with its sign, and reads it aloud', () => {
  expect([2, -1, 0].map(moveText)).toEqual(['+2', '−1', '0']);
  expect(moveWords(-1)).toBe('1 place down from the declared rule');
  expect(moveWords(2)).toBe('2 places up from the declared rule');
});

it('writes an interval of places as short as it goes', () => {
  expect(rankRange([1, 2])).toBe('1–2');
  expect(rankRange([3, 3])).toBe('3');
  expect(rankRange([1.5, 4])).toBe('1.5–4');
});

it('says in one line what another rule changes', () => {
  expect(moveSummary(new Map([['a', 0]]), false)).toBe('Every place stays as it is under the declared rule.');
  expect(
    moveSummary(
      new Map([
        ['a', -1],
        ['b', 1],
        ['c', 0],
      ]),
      true,
    ),
  ).toBe('2 of 3 places move against the declared rule; the first place changes.');
});
