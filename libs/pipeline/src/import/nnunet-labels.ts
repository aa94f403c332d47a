import type { ManifestLabel, RegionRule } from '../manifest.js';
import type { ImportLedger, JsonObject } from './imported.js';
import { distinctLabels, isNumbers, isObject, shortLine, word } from './imported.js';

interface NamedLabel {
  readonly name: string;
  /** A label, or the labels of a region. */
  readonly value: number | readonly number[];
}

/** Regions there are where one has several labels; without one, `regions_class_order` is not looked at, as in nnU-Net. */
export function labelsOf(
  dataset: JsonObject,
  ledger: ImportLedger,
): { readonly labels: ManifestLabel[]; readonly regions: RegionRule[] | null } {
  const background = { value: 0, name: 'background' };
  const given = isObject(dataset.labels) ? Object.entries(dataset.labels).filter(([name]) => name !== 'ignore') : [];
  const odd = given.filter(([, value]) => typeof value !== 'number' && !isNumbers(value));
  if (odd.length > 0) {
    const found = odd.map(([name, value]) => `${name}: ${word(value)}`).join(', ');
    ledger.refuse('labels', `has ${found}; expected names with a label each, or the labels of a region`);
    return { labels: [background], regions: null };
  }
  const named = given.map(([name, value]): NamedLabel => {
    const one = isNumbers(value) && new Set(value).size === 1 ? value[0] : (value as number | readonly number[]);
    return { name: shortLine(name, 64) ?? 'label', value: one };
  });
  if (named.some(({ value }) => typeof value !== 'number')) return regionsOf(dataset, named, ledger);
  if ((dataset.regions_class_order ?? null) !== null)
    ledger.note('regions_class_order is not used, as in nnU-Net: no region has more than one label');
  const labels = (named as readonly { name: string; value: number }[]).toSorted((a, b) => a.value - b.value);
  if (labels.some(({ value }, n) => value !== n) || labels.length < 2) {
    ledger.refuse('labels', `values are ${labels.map(({ value }) => value).join(', ')}; expected 0, 1, 2 and so on`);
  }
  return { labels: distinctLabels(labels), regions: null };
}

function regionsOf(
  dataset: JsonObject,
  named: readonly NamedLabel[],
  ledger: ImportLedger,
): { readonly labels: ManifestLabel[]; readonly regions: RegionRule[] | null } {
  const background = { value: 0, name: 'background' };
  const order = dataset.regions_class_order ?? null;
  const painted = named.filter(({ value }) => value !== 0);
  const whole = isNumbers(order) && order.every((label) => Number.isInteger(label) && label > 0 && label <= 65535);
  if (!whole || order.length !== painted.length) {
    const found = order === null ? 'is missing' : `is ${JSON.stringify(order)}`;
    ledger.refuse('regions_class_order', `${found} for ${painted.length} regions; expected one label each`);
    return { labels: [background], regions: null };
  }
  // JSON objects in JavaScript put such keys first, whatever their order in the file; channels have that order
  const numbers = painted.filter(({ name }) => /^(?:0|[1-9]\d*)$/.test(name));
  if (numbers.length > 0 && painted.length > 1)
    ledger.refuse(
      'labels',
      `${numbers.map(({ name }) => name).join(', ')}: a region named by a number loses its place; expected words`,
    );
  const single = (label: number): string | undefined => painted.find(({ value }) => value === label)?.name;
  const labels = [...new Set(order)]
    .sort((a, b) => a - b)
    .map((label) => ({ value: label, name: single(label) ?? painted[order.indexOf(label)].name }));
  return {
    labels: distinctLabels([background, ...labels]),
    regions: order.map((label, channel) => ({ channel, threshold: 0.5, label })),
  };
}
