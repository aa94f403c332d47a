import fc from 'fast-check';
import { highestLabel, SECRECY_LABELS } from './secrecy.js';

const label = fc.constantFrom(...SECRECY_LABELS);
const rank = (one: (typeof SECRECY_LABELS)[number]): number => SECRECY_LABELS.indexOf(one);

describe('labels flow upwards', () => {
  it('SEALED wins over everything, PUBLIC over nothing', () => {
    expect(highestLabel('PUBLIC', 'SEALED', 'PARTICIPANT')).toBe('SEALED');
    expect(highestLabel('PUBLIC', 'PARTICIPANT')).toBe('PARTICIPANT');
    expect(highestLabel('PUBLIC', 'PUBLIC')).toBe('PUBLIC');
  });

  it('is the smallest label that is at least as high as each input, in any order', () => {
    fc.assert(
      fc.property(label, fc.array(label), (first, others) => {
        const all = [first, ...others];
        const high = highestLabel(first, ...others);
        expect(all).toContain(high);
        expect(all.every((one) => rank(one) <= rank(high))).toBe(true);
        const [last, ...rest] = [...all].reverse();
        expect(highestLabel(last, ...rest)).toBe(high);
      }),
    );
  });
});
