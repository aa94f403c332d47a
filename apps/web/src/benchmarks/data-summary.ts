import type { ENDPOINTS, ResponseOf } from '#contracts';

export type CaseSummary = ResponseOf<typeof ENDPOINTS.listCases>['items'][number];

/** What the visible cases of one site have in common. Spacing and size: smallest to largest over its cases. */
export interface SiteRow {
  readonly site: string;
  readonly scanner: string;
  readonly cases: number;
  /** In-plane spacing and distance between slices, mm, as text: one figure or a range. */
  readonly inPlaneMm: string;
  readonly betweenSlicesMm: string;
  readonly slices: string;
}

/**
 * Cases grouped by site. The distance between slices is the largest of the three spacings, whichever axis it is stored on
 * (a site may store its volumes turned); isotropic volumes have one figure in both columns.
 */
export function siteRows(cases: readonly CaseSummary[]): SiteRow[] {
  const groups = new Map<string, CaseSummary[]>();
  for (const item of cases) {
    const site = String(item.facts.site ?? 'not stated');
    groups.set(site, [...(groups.get(site) ?? []), item]);
  }
  return [...groups].map(([site, members]) => {
    const shapes = members.map(shapeOf);
    return {
      site,
      scanner:
        distinct(
          members.map(({ facts }) => [facts.vendor, facts.model].filter((part) => part !== undefined).join(' ')),
        ).join(', ') || '–',
      cases: members.length,
      inPlaneMm: span(shapes.flatMap(({ inPlaneMm }) => inPlaneMm)),
      betweenSlicesMm: span(shapes.map(({ betweenSlicesMm }) => betweenSlicesMm)),
      slices: span(shapes.map(({ slices }) => slices)),
    };
  });
}

function shapeOf({ spacingMm, sizeXyz, facts }: CaseSummary): {
  inPlaneMm: number[];
  betweenSlicesMm: number;
  slices: number;
} {
  const thickness = typeof facts.sliceThicknessMm === 'number' ? facts.sliceThicknessMm : null;
  const stated = thickness === null ? -1 : spacingMm.findIndex((mm) => Math.abs(mm - thickness) < 1e-6);
  const axis = stated >= 0 ? stated : spacingMm.indexOf(Math.max(...spacingMm));
  return {
    inPlaneMm: spacingMm.filter((_, other) => other !== axis),
    betweenSlicesMm: spacingMm[axis],
    slices: sizeXyz[axis],
  };
}

function span(values: readonly number[]): string {
  const text = (value: number): string => String(Math.round(value * 1000) / 1000);
  const [low, high] = [text(Math.min(...values)), text(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
}

function distinct(words: readonly string[]): string[] {
  return [...new Set(words.filter((word) => word !== ''))];
}

/** Facts in the order in which people ask for them; others follow as they come. */
const FACT_ORDER = ['site', 'scanner', 'sliceThicknessMm', 'ageBand', 'sex', 'bodyMassBand'];

/** Facts as they are shown: vendor and model are one thing, the scanner. */
export function shownFacts({ vendor, model, ...facts }: CaseSummary['facts']): CaseSummary['facts'] {
  const scanner = [vendor, model].filter((part) => part !== undefined).join(' ');
  const all = scanner === '' ? facts : { ...facts, scanner };
  const place = (key: string): number => (FACT_ORDER.includes(key) ? FACT_ORDER.indexOf(key) : FACT_ORDER.length);
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => place(a) - place(b)));
}

const FACT_NAMES: Readonly<Record<string, string>> = {
  ageBand: 'Age',
  bodyMassBand: 'Body mass',
  sliceThicknessMm: 'Slice thickness',
  patientId: 'Patient',
};

/** Name and value of a clinical or acquisition field, for people: `sliceThicknessMm: 5` becomes "Slice thickness", "5 mm". */
export function factWords(key: string, value: string | number): { readonly name: string; readonly value: string } {
  const spaced = key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  const inMm = /\smm$/.test(spaced);
  const name = FACT_NAMES[key] ?? spaced.replace(/\smm$/, '').replace(/^./, (letter) => letter.toUpperCase());
  return { name, value: inMm ? `${value} mm` : String(value) };
}
