import { penaltyWords, rankingWords, revealWords } from './rules-words.js';

it('says what a failed case counts', () => {
  expect(penaltyWords({ kind: 'fixed', value: 0 }, '')).toBe('counts 0');
  expect(penaltyWords({ kind: 'fixed', value: 2000 }, 'ml')).toBe('counts 2000 ml');
  expect(penaltyWords({ kind: 'volume-diagonal' }, 'mm')).toContain('diagonal');
  expect(penaltyWords(undefined, '')).toBe('–');
});

it('says how places are given', () => {
  const catalogue = [{ id: 'dice', name: 'Dice similarity coefficient' }];
  expect(rankingWords({ kind: 'mean-then-rank', metric: 'dice', ties: 'min' }, catalogue)).toContain(
    'mean Dice similarity coefficient',
  );
  expect(rankingWords({ kind: 'consensus', metrics: ['dice', 'hd95'], ties: 'min' }, catalogue)).toContain(
    'Dice similarity coefficient, hd95',
  );
});

it('says who sees references, and no name of a held-out case', () => {
  expect(revealWords({ kind: 'never' })).toBe('organisers and stewards only');
  expect(revealWords({ kind: 'showcase', caseCount: 1 })).toContain('of 1 showcase case;');
  expect(revealWords({ kind: 'showcase', caseCount: 3 })).toContain('of 3 showcase cases;');
  expect(revealWords({ kind: 'after-close' })).toContain('once the phase has closed');
});
