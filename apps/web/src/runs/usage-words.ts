import type { CaseResultView } from '#contracts';
import { count, formatDuration, percent } from '../format/numbers.js';

type Used = Pick<CaseResultView, 'usage' | 'receipt'>;

const STAGES = { read: 'reading', prepare: 'preparing', network: 'the network', restore: 'back to the image' } as const;

/** What the cases of a run cost together, a sentence each: time, where it went, and how the network was shut in. */
export function usageWords(items: readonly Used[]): string[] {
  const used = items.flatMap(({ usage }) => (usage === null ? [] : [usage]));
  if (used.length === 0) return [];
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const words = [
    `${count(used.length, 'case')} took ${formatDuration(sum(used.map(({ elapsedMs }) => elapsedMs)))} together`,
  ];
  const stages = used.flatMap(({ stagesMs }) => (stagesMs === null ? [] : [stagesMs]));
  const whole = sum(stages.flatMap((stage) => Object.values(stage)));
  if (whole > 0) {
    const shares = (Object.keys(STAGES) as (keyof typeof STAGES)[]).map(
      (stage) => `${percent(sum(stages.map((one) => one[stage])), whole)} % ${STAGES[stage]}`,
    );
    words.push(shares.join(', '));
  }
  const receipts = items.flatMap(({ receipt }) => (receipt === null ? [] : [receipt]));
  const levels = [...new Set(receipts.map(({ isolation }) => isolation))].sort();
  const runtimes = [...new Set(receipts.map(({ runtime }) => runtime))].sort();
  if (levels.length > 0) words.push(`isolation ${levels.join(', ')}`);
  if (runtimes.length > 0) words.push(runtimes.join('; '));
  return words;
}
