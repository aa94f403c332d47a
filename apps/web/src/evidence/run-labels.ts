import type { EvidenceView } from '#contracts';

export type BoardRun = EvidenceView['runs'][number];

/** Name of each run for plots and tables: the algorithm, with the version where the name alone is not enough. */
export function runLabels(runs: readonly Pick<BoardRun, 'runId' | 'algorithm' | 'version'>[]): Map<string, string> {
  const often = new Map<string, number>();
  for (const { algorithm } of runs) often.set(algorithm.name, (often.get(algorithm.name) ?? 0) + 1);
  return new Map(
    runs.map(({ runId, algorithm, version }) => [
      runId,
      (often.get(algorithm.name) ?? 0) > 1 ? `${algorithm.name} ${version}` : algorithm.name,
    ]),
  );
}

const WORDS: Readonly<Record<string, string>> = {
  sliceThickness: 'slice thickness (mm)',
  sliceThicknessMm: 'slice thickness (mm)',
  ageBand: 'age band',
};

/** A field by which cases are grouped, as a person reads it: `fieldStrength` as "field strength". */
export function attributeWords(key: string): string {
  return (
    WORDS[key] ??
    key
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .replaceAll(/[_-]/g, ' ')
      .toLowerCase()
  );
}
