import { factWords, shownFacts, siteRows, type CaseSummary } from './data-summary.js';

const caseOf = (change: Partial<CaseSummary>): CaseSummary => ({
  id: '3f0f8b1e-54c0-4b1e-9f0e-0a3b6c1d2e3f',
  name: 'practice-01',
  ordinal: 1,
  label: 'PUBLIC',
  facts: { site: 'A', vendor: 'Asterion', model: 'Clarity', sliceThicknessMm: 1.5 },
  sizeXyz: [96, 76, 68],
  spacingMm: [2.75, 2.75, 1.5],
  ...change,
});

describe('siteRows', () => {
  it('groups by site and gives ranges', () => {
    const rows = siteRows([
      caseOf({}),
      caseOf({ sizeXyz: [96, 76, 64] }),
      caseOf({ facts: { site: 'B' }, spacingMm: [3, 3, 5], sizeXyz: [88, 70, 30] }),
    ]);
    expect(rows).toEqual([
      {
        site: 'A',
        scanner: 'Asterion Clarity',
        cases: 2,
        inPlaneMm: '2.75',
        betweenSlicesMm: '1.5',
        slices: '64 to 68',
      },
      { site: 'B', scanner: '–', cases: 1, inPlaneMm: '3', betweenSlicesMm: '5', slices: '30' },
    ]);
  });

  it('finds the slice axis by the stated thickness, also when it is thinner than a pixel or stored elsewhere', () => {
    const turned = caseOf({
      facts: { site: 'B', sliceThicknessMm: 3 },
      spacingMm: [2.875, 3, 2.875],
      sizeXyz: [74, 48, 92],
    });
    expect(siteRows([turned])[0]).toMatchObject({ inPlaneMm: '2.875', betweenSlicesMm: '3', slices: '48' });
  });

  it('does not lose cases without a site', () => {
    expect(siteRows([caseOf({ facts: {} })])[0]).toMatchObject({ site: 'not stated', cases: 1 });
  });
});

it('shows vendor and model as the scanner', () => {
  expect(shownFacts({ site: 'A', vendor: 'V', model: 'M' })).toEqual({ site: 'A', scanner: 'V M' });
  expect(shownFacts({ sex: 'male' })).toEqual({ sex: 'male' });
});

it('shows facts in a steady order, whatever order they were stored in', () => {
  expect(Object.keys(shownFacts({ zone: 'z', sex: 'male', model: 'M', ageBand: '65+', site: 'A' }))).toEqual([
    'site',
    'scanner',
    'ageBand',
    'sex',
    'zone',
  ]);
});

it('names facts in words, also those nobody foresaw', () => {
  expect(factWords('sliceThicknessMm', 5)).toEqual({ name: 'Slice thickness', value: '5 mm' });
  expect(factWords('fieldStrength', 3)).toEqual({ name: 'Field strength', value: '3' });
  expect(factWords('tube_length_mm', 12)).toEqual({ name: 'Tube length', value: '12 mm' });
});
