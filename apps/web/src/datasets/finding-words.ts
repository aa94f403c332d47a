import type { DatasetFinding, Severity } from '#datasets';

export const SEVERITY_WORDS: Readonly<
  Record<Severity, { readonly one: string; readonly many: string; readonly sentence: string }>
> = {
  error: { one: 'error', many: 'errors', sentence: 'Each has to be mended before the dataset can be imported.' },
  warning: { one: 'warning', many: 'warnings', sentence: 'It can be imported so; somebody should look.' },
  note: { one: 'note', many: 'notes', sentence: 'What was done or passed over.' },
};

export interface FindingGroup {
  readonly code: DatasetFinding['code'];
  readonly severity: Severity;
  readonly findings: readonly DatasetFinding[];
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

/** Findings of one code together, errors first; otherwise in the order found. */
export function groupFindings(findings: readonly DatasetFinding[]): FindingGroup[] {
  const groups = new Map<string, DatasetFinding[]>();
  for (const one of findings) {
    const group = groups.get(one.code);
    if (group) group.push(one);
    else groups.set(one.code, [one]);
  }
  return [...groups.values()]
    .map((group) => ({ code: group[0].code, severity: group[0].severity, findings: group }))
    .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** A code as words: `label-undeclared` as "Label undeclared". */
export function codeWords(code: string): string {
  const words = code.replaceAll('-', ' ');
  return words[0].toUpperCase() + words.slice(1);
}

/** Names are others' to choose: what would move the cursor or turn the line is shown as a question mark. */
export const plain = (words: string): string => words.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
