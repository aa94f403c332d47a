/**
 * Every stored object carries one of these labels. They form a chain: PUBLIC < PARTICIPANT < SEALED.
 * A derived object's label is the highest of its inputs; lowering one ("release") is a separate, recorded act.
 */
export const SECRECY_LABELS = ['PUBLIC', 'PARTICIPANT', 'SEALED'] as const;
export type SecrecyLabel = (typeof SECRECY_LABELS)[number];

/** The label of an object computed from objects with these labels. */
export function highestLabel(first: SecrecyLabel, ...others: readonly SecrecyLabel[]): SecrecyLabel {
  return [first, ...others].reduce((high, label) =>
    SECRECY_LABELS.indexOf(label) > SECRECY_LABELS.indexOf(high) ? label : high,
  );
}
