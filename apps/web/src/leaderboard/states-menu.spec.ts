import { ageOf, citableUrl, differs } from './states-menu.js';

const state = (sequence: number, at: string) => ({ hash: String(sequence).repeat(64), sequence, at });
const before = state(4, '2026-11-01T00:00:00Z');
const after = state(2, '2026-11-20T00:00:00Z');
const boards = [
  { signature: 'metrics.1|data.new', state: after },
  { signature: 'metrics.1|data.old', state: before },
];

it('knows the present board from an older state, and from the last of a board that newer runs do not share', () => {
  expect(ageOf({ state: after, newest: true, boards })).toBe('present');
  expect(ageOf({ state: before, newest: true, boards })).toBe('last-of-another');
  expect(ageOf({ state: state(1, '2026-10-01T00:00:00Z'), newest: false, boards })).toBe('older');
});

it('names the parts of a signature that differ', () => {
  expect(differs('metrics.1|data.old', 'metrics.1|data.new')).toBe('data.old');
  expect(differs('a|b', 'b|a')).toBe('nothing that is named');
});

it('cites by hash alone', () => {
  expect(citableUrl(after.hash)).toBe(`/leaderboards/${after.hash}`);
});
