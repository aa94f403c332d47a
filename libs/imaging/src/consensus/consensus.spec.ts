import { readFileSync } from 'node:fs';
import { majorityVote } from './majority.js';
import type { Labels } from './patterns.js';
import { staple } from './staple.js';

interface Golden {
  readonly maps: readonly (readonly number[])[];
  readonly staple: readonly number[];
  readonly majority: readonly number[];
  readonly labels: readonly { readonly label: number; readonly prior: number; readonly sensitivity: readonly number[]; readonly specificity: readonly number[] }[];
}
const golden = JSON.parse(readFileSync(new URL('../../../../test/golden/consensus/consensus.json', import.meta.url), 'utf8')) as Record<string, Golden>;

function unrun(runs: readonly number[]): Uint16Array {
  const values: number[] = [];
  for (let n = 0; n < runs.length; n += 2) values.push(...new Array<number>(runs[n + 1]).fill(runs[n]));
  return Uint16Array.from(values);
}

describe.each(Object.entries(golden))('%s', (_, { maps, staple: expected, majority, labels }) => {
  const drawn = maps.map(unrun);

  it('is voted on as by counting', () => {
    expect([...majorityVote(drawn)]).toEqual([...unrun(majority)]);
  });

  it('has the STAPLE map of an independent implementation', () => {
    const made = staple(drawn);
    expect([...made.data]).toEqual([...unrun(expected)]);
    expect(made.labels.map(({ label, converged }) => [label, converged])).toEqual(labels.map(({ label }) => [label, true]));
    for (const [n, { prior, sensitivity, specificity }] of labels.entries()) {
      expect(made.labels[n].prior).toBeCloseTo(prior, 12);
      for (const [j, reader] of made.labels[n].readers.entries()) {
        expect(reader.sensitivity).toBeCloseTo(sensitivity[j], 6);
        expect(reader.specificity).toBeCloseTo(specificity[j], 6);
      }
    }
  });

  it('does not depend on the order of the readers', () => {
    const turned = [...drawn].reverse();
    expect(majorityVote(turned)).toEqual(majorityVote(drawn));
    expect(staple(turned).data).toEqual(staple(drawn).data);
  });
});

describe('consensus on paper', () => {
  const of = (...rows: number[][]): Labels[] => rows.map((row) => Uint8Array.from(row));

  it('has background where background is among those with most votes, and the lowest label of others', () => {
    // columns: agreed, two to one, all differ, label against label, background against label
    expect([...majorityVote(of([1, 2, 0, 3, 0], [1, 2, 1, 3, 0], [1, 0, 2, 2, 4], [1, 0, 2, 2, 4]))]).toEqual([1, 0, 2, 2, 0]);
    expect([...majorityVote(of([1, 0, 2], [0, 0, 1]))]).toEqual([0, 0, 1]);
  });

  it('is the map itself where all readers agree', () => {
    const one = Uint16Array.of(0, 0, 7, 7, 300, 0);
    expect([...majorityVote([one])]).toEqual([...one]);
    const { data, labels } = staple([one, one, one]);
    expect([...data]).toEqual([...one]);
    expect(labels.map(({ label, prior }) => [label, prior])).toEqual([[7, 2 / 6], [300, 1 / 6]]);
    expect(staple(of([0, 0], [0, 0]))).toEqual({ data: Uint8Array.of(0, 0), labels: [] });
    expect([...staple(of([1, 1], [1, 1])).data]).toEqual([1, 1]);
  });

  it('trusts two who agree over one who does not', () => {
    const good = Array.from({ length: 40 }, (_, n) => (n < 20 ? 1 : 0));
    const bad = good.map((label, n) => (n % 4 === 0 ? 1 - label : label));
    const { data, labels } = staple(of(good, good, bad));
    expect([...data]).toEqual(good);
    expect(labels[0].readers[2].sensitivity).toBeCloseTo(0.75, 6);
    expect(labels[0].readers[2].specificity).toBeCloseTo(0.75, 6);
  });

  it('refuses what it cannot compare', () => {
    expect(() => majorityVote([])).toThrow(RangeError);
    expect(() => staple(of([1]))).toThrow('expected those of two readers or more');
    expect(() => majorityVote(of([1], [1, 2]))).toThrow('differ in length: 1 and 2');
  });
});
