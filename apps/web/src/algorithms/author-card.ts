import type { BodyIn, ENDPOINTS, VersionCardView } from '#contracts';

export type CardKey = keyof VersionCardView;
/** What stands in the form; null: no word. */
export type CardDraft = Record<CardKey, string | null>;

/** The author's statements in the order of the card, with the limits of the contract. */
export const CARD_FIELDS: readonly {
  readonly key: CardKey;
  readonly label: string;
  readonly hint: string;
  readonly long: boolean;
  /** Characters. */
  readonly most: number;
}[] = [
  {
    key: 'intendedUse',
    label: 'Intended use',
    hint: 'For which images and which question it was made.',
    long: true,
    most: 2000,
  },
  {
    key: 'trainingData',
    label: 'Training data',
    hint: 'Data sets, sites, scanners, how many patients; whether any case of a benchmark was among them.',
    long: true,
    most: 2000,
  },
  { key: 'limits', label: 'Limits', hint: 'Where it is known to fail.', long: true, most: 2000 },
  { key: 'licence', label: 'Licence', hint: 'For instance Apache-2.0 or CC-BY-NC-4.0.', long: false, most: 64 },
  { key: 'paper', label: 'Paper', hint: 'A DOI, an address, or a reference.', long: false, most: 300 },
];

/** Only what changed; an emptied field is null. */
export function cardChange(before: VersionCardView, draft: CardDraft): BodyIn<typeof ENDPOINTS.editCard> {
  const words = (text: string | null): string | null => (text === null || text.trim() === '' ? null : text.trim());
  return Object.fromEntries(
    CARD_FIELDS.flatMap(({ key }) => (words(draft[key]) === before[key] ? [] : [[key, words(draft[key])]])),
  );
}

/** Sentences of a refusal by the field that they speak of. */
export function fieldFaults(
  problems: readonly { readonly path: string; readonly message: string }[],
): Partial<Record<CardKey, string>> {
  return Object.fromEntries(
    CARD_FIELDS.flatMap(({ key }) => {
      const own = problems.filter(({ path }) => path === key || path === `body.${key}`);
      return own.length === 0 ? [] : [[key, own.map(({ message }) => message).join('; ')]];
    }),
  );
}
