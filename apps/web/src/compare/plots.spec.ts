import { verdictWords } from './pair-section.js';
import { blandAltmanPlot } from './plots.js';

const volumes = (pairs: readonly (readonly [number, number, string?])[], leftOut = 0) => ({
  region: 'liver',
  pairs: pairs.map(([first, second, patient], i) => ({
    caseId: `${i}`,
    caseName: `case ${i}`,
    patient: patient ?? `${i}`,
    first,
    second,
  })),
  leftOut,
});

it('draws no limits of agreement of a single case', () => {
  expect(blandAltmanPlot(volumes([[100, 200]]), ['A', 'B'], 'b')).toBeNull();
  const two = volumes([
    [110, 100],
    [100, 200],
  ]);
  expect(blandAltmanPlot(two, ['A', 'B'], 'b')?.description).toMatch(/^Bias −45\.0 ml, limits .* over 2 patients\.$/);
});

it('counts a patient once, and says what is left out', () => {
  const some = volumes(
    [
      [110, 100, 'x'],
      [130, 100, 'x'],
      [100, 200, 'y'],
    ],
    1,
  );
  const figure = blandAltmanPlot(some, ['A', 'B'], 'b');
  expect(figure?.description).toMatch(/^Bias −40\.0 ml, .* over 2 patients/); // (20 - 100) / 2
  expect(figure?.sentence).toMatch(/1 case is left out: .* limits are of 2 patients/);
  expect(figure?.table.rows).toHaveLength(3);
  expect(figure?.table.rows[0].seen).toEqual({ caseId: '0', runId: 'b' });
  expect(
    blandAltmanPlot(
      volumes([
        [1, 2, 'x'],
        [2, 3, 'x'],
      ]),
      ['A', 'B'],
      'b',
    ),
  ).toBeNull();
});

it('says who is better, or that nobody can tell', () => {
  expect(verdictWords({ firstBetter: false, secondBetter: true }, ['A', 'B'])).toBe('B is significantly better.');
  expect(verdictWords({ firstBetter: false, secondBetter: false }, ['A', 'B'])).toMatch(/cannot tell/);
});
