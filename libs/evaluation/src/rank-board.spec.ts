import { rankBoard } from './rank-board.js';

const run = (runId: string, dice: number, hd95: number) => ({ runId, metrics: { dice, hd95 } });

describe('places on a board', () => {
  it('a larger Dice is better, a smaller distance is better, equals share the better place', () => {
    const runs = [run('a', 0.9, 5), run('b', 0.95, 9), run('c', 0.9, 1), run('d', 0.1, 5)];
    const byDice = rankBoard({ kind: 'mean-then-rank', metric: 'dice', ties: 'min' })(runs);
    expect([...'abcd'].map((id) => byDice.get(id))).toEqual([2, 1, 2, 4]);
    const byDistance = rankBoard({ kind: 'mean-then-rank', metric: 'hd95', ties: 'min' })(runs);
    expect([...'abcd'].map((id) => byDistance.get(id))).toEqual([2, 4, 1, 2]);
  });

  it('consensus ranks the mean of the places, never adding millimetres to Dice', () => {
    // a: places 2 and 3, b: 1 and 2, c: 3 and 1
    const places = rankBoard({ kind: 'consensus', metrics: ['dice', 'hd95'], ties: 'min' })([
      run('a', 0.8, 900),
      run('b', 0.9, 5),
      run('c', 0.7, 1),
    ]);
    expect([places.get('a'), places.get('b'), places.get('c')]).toEqual([3, 1, 2]);
  });

  it('is empty for an empty board and refuses a run without the metric', () => {
    const byDice = rankBoard({ kind: 'mean-then-rank', metric: 'dice', ties: 'min' });
    expect(byDice([]).size).toBe(0);
    expect(() => byDice([{ runId: 'a', metrics: {} }])).toThrow('run a has undefined as its mean dice');
  });
});
