import { useEffect, useState } from 'react';
import type { CaseLoader } from './case-loader.js';
import type { Comparison } from './case-volumes.js';

/** Two layers that are both on the page, and which of their segments count as background. */
export interface ComparedPair {
  readonly referenceId: string;
  readonly predictionId: string;
  readonly hiddenSegments: readonly number[];
}

export interface ComparisonState {
  /** The last comparison that arrived; while a newer one is under way, still the old one. */
  readonly comparison: Comparison | null;
  /** Whether `comparison` is that of the pair asked for. */
  readonly current: boolean;
}

/** Compares in the loading worker whenever the pair changes; answers that were overtaken are dropped. */
export function useComparison(loader: CaseLoader | null, pair: ComparedPair | null): ComparisonState {
  const [answer, setAnswer] = useState<{ key: string; loader: CaseLoader; comparison: Comparison } | null>(null);
  const key = pair && JSON.stringify(pair);
  useEffect(() => {
    if (!loader || !key) return;
    let overtaken = false;
    const { referenceId, predictionId, hiddenSegments } = JSON.parse(key) as ComparedPair;
    loader.compare(referenceId, predictionId, hiddenSegments).then((comparison) => {
      if (!overtaken) setAnswer({ key, loader, comparison });
    }, reportError);
    return () => {
      overtaken = true;
    };
  }, [loader, key]);
  const usable = answer !== null && answer.loader === loader && key !== null;
  return { comparison: usable ? answer.comparison : null, current: usable && answer.key === key };
}
