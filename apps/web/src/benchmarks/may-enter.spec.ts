import type { SessionState } from '../app/session.js';
import { mayEnter, mayEnterAny } from './may-enter.js';

const account = { id: '00000000-0000-4000-8000-000000000001' } as unknown as SessionState['account'];
const signedIn = (role: SessionState['role']): SessionState => ({ known: true, account, role });
const open = { published: true, capacities: [] };

it('offers a benchmark to whoever may compete on it, and to visitors, who sign in on the way', () => {
  expect(mayEnter(signedIn('researcher'), open)).toBe(true);
  expect(mayEnter({ known: true, account: null, role: 'visitor' }, open)).toBe(true);
});

it.each(['organiser', 'reader', 'steward'] as const)('does not offer it to its %s', (capacity) => {
  expect(mayEnter(signedIn('researcher'), { ...open, capacities: [capacity] })).toBe(false);
});

it('does not offer it to whoever had a part in it once', () => {
  expect(mayEnter(signedIn('researcher'), { ...open, wasMember: true })).toBe(false);
});

it('offers nothing before it is known who looks', () => {
  expect(mayEnter({ known: false, account: null, role: 'visitor' }, open)).toBe(false);
});

describe('the header offers to submit', () => {
  const mine = { published: true, capacities: ['organiser' as const] };

  it('to visitors and to whoever may enter one of the benchmarks', () => {
    expect(mayEnterAny({ known: true, account: null, role: 'visitor' }, [mine])).toBe(true);
    expect(mayEnterAny(signedIn('researcher'), undefined)).toBe(true);
    expect(mayEnterAny(signedIn('organiser'), [mine, open])).toBe(true);
    expect(mayEnterAny(signedIn('organiser'), [])).toBe(true);
  });

  it('and not to whoever runs them all', () => {
    expect(mayEnterAny(signedIn('organiser'), [mine])).toBe(false);
    expect(mayEnterAny(signedIn('organiser'), undefined)).toBe(false);
  });
});
