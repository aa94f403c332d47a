import type { EvaluationCase } from '#evaluation';
import { NONE } from '#statistics';
import { attributesOf, THICKNESS } from './attributes.js';

type Facts = EvaluationCase['facts'];

function cases(facts: readonly Facts[], lesionMl: readonly (number | undefined)[] = []): EvaluationCase[] {
  return facts.map((one, c) => {
    const ml = lesionMl[c];
    const referenceStudy = ml === undefined ? null : { volumesMl: { lesion: ml }, agreement: [] };
    return {
      id: `c${c}`,
      facts: one,
      geometry: { spacingMm: [1, 1, c % 2 ? 2 : 5] },
      referenceStudy,
    } as unknown as EvaluationCase;
  });
}

const attribute = (key: string, ...made: Parameters<typeof cases>) =>
  attributesOf(cases(...made), ['lesion']).find((one) => one.key === key);

describe('ways to group cases', () => {
  it.each(['age', 'ageYears', 'Patient age'])('%s in bands, however few the ages', (key) => {
    const { levels, demographic } = attribute(
      key,
      [12, 25, 70, 71].map((years) => ({ [key]: years })),
    )!;
    expect(levels).toEqual(['0–17', '18–39', '60–74', '60–74']);
    expect(demographic).toBe(true);
  });

  it('takes slice thickness from the fact where there is one, from the geometry where there is none', () => {
    const stated = attributesOf(cases([{ sliceThicknessMm: 0.8 }, { sliceThicknessMm: 3 }]), []);
    expect(stated).toEqual([{ key: 'sliceThicknessMm', demographic: false, levels: ['≤1 mm', '2.5–5 mm'] }]);
    const measured = attributesOf(cases([{}, {}]), []);
    expect(measured).toEqual([{ key: THICKNESS, demographic: false, levels: ['2.5–5 mm', '1–2.5 mm'] }]);
  });

  it('keeps words and a few numbers as they are, and takes quarters of many', () => {
    expect(attribute('grade', [{ grade: 1 }, { grade: 3 }, {}])?.levels).toEqual(['1', '3', null]);
    const many = Array.from({ length: 16 }, (_, n) => ({ score: n }));
    expect(new Set(attribute('score', many)?.levels).size).toBe(4);
  });

  it('says of a case without the structure that there is none, and of one never measured that it is unknown', () => {
    const levels = attribute('volume of lesion', [{}, {}, {}, {}], [0, 2, 9, undefined])?.levels;
    expect(levels).toEqual([NONE, 'smallest quarter', 'largest quarter', 'unknown']);
  });

  it('leaves out what has one level, or a level for nearly each case', () => {
    const facts = Array.from({ length: 20 }, (_, n) => ({ site: 'one', code: `x${n}` }));
    expect(attributesOf(cases(facts), []).map(({ key }) => key)).toEqual([THICKNESS]);
  });
});
