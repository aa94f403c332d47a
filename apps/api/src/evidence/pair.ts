import type { PairedCase } from '#ranking';
import { mean } from '#statistics';
import type { BoardTables } from './board-tables.js';

/** The metric of two runs on every case, penalties in place; over all regions a case counts with their mean. */
export function pairOf(
  { study, cases }: Pick<BoardTables, 'study' | 'cases'>,
  metric: string,
  region: string,
  first: string,
  second: string,
): (PairedCase & { readonly name: string; readonly patient: string })[] {
  const tables = study.tables.filter((one) => one.metric === metric && (region === 'all' || one.region === region));
  const valueOf = (runId: string, c: number): number => {
    const at = study.algorithms.indexOf(runId) * cases.length + c;
    return mean(tables.map(({ values, penalties }) => (Number.isNaN(values[at]) ? penalties[c] : values[at])));
  };
  return cases.map(({ id, name, patient }, c) => ({
    case: id,
    name,
    patient,
    first: valueOf(first, c),
    second: valueOf(second, c),
  }));
}
