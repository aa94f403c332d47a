import { mayLookAtHeldOut } from './may-look.js';

const me = { account: { id: 'me' } } as unknown as Parameters<typeof mayLookAtHeldOut>[0];
const benchmark = (kind: string, capacities: string[] = []) =>
  ({
    capacities,
    phases: [
      { kind: 'practice', reveal: { kind: 'all' } },
      { kind: 'test', reveal: { kind } },
    ],
  }) as unknown as Parameters<typeof mayLookAtHeldOut>[1];

it.each([
  ['never', false, false],
  ['readers', false, false], // these have a capacity
  ['showcase', true, false],
  ['after-close', true, false],
])('held-out cases under the rule %s: somebody signed in %s, a visitor %s', (kind, signedIn, visitor) => {
  expect(mayLookAtHeldOut(me, benchmark(kind))).toBe(signedIn);
  expect(mayLookAtHeldOut({ account: null }, benchmark(kind))).toBe(visitor);
  expect(mayLookAtHeldOut(me, benchmark(kind, ['reader']))).toBe(true);
});
