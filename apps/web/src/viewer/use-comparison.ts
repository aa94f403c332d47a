import { useEffect, useState } from 'react';
import type { CaseLoader } from './case-loader.js';
import type { ComparedParts, Comparison } from './case-volumes.js';
import type { ErrorList } from './error-list.js';
import { stage } from './stage.js';

/** Two layers that are both on the page, and what of them is compared. */
export interface ComparedPair extends ComparedParts {
  readonly referenceId: string;
  readonly predictionId: string;
}

export interface ComparisonState {
  /** The last comparison that arrived; while a newer one is under way, still the old one. */
  readonly comparison: Comparison | null;
  /** The errors of `comparison`, once they are listed. */
  readonly list: ErrorList | null;
  /** Whether `comparison` is that of the pair asked for. */
  readonly current: boolean;
}

interface Answer {
  readonly key: string;
  readonly loader: CaseLoader;
  readonly comparison: Comparison;
  readonly list: ErrorList | null;
}

/** Compares in the loading worker whenever the pair changes; answers that were overtaken are dropped. */
export function useComparison(loader: CaseLoader | null, pair: ComparedPair | null): ComparisonState {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const key = pair && JSON.stringify(pair);
  useEffect(() => {
    if (!loader || !key) return;
    const { referenceId, predictionId, ...parts } = JSON.parse(key) as ComparedPair;
    return loader.compare(referenceId, predictionId, parts, {
      onCompared: (comparison) => {
        stage('error-map');
        setAnswer({ key, loader, comparison, list: null });
      },
      onListed: (list) => setAnswer((old) => (old?.key === key && old.loader === loader ? { ...old, list } : old)),
    });
  }, [loader, key]);
  const usable = answer !== null && answer.loader === loader && key !== null;
  return {
    comparison: usable ? answer.comparison : null,
    list: usable ? answer.list : null,
    current: usable && answer.key === key,
  };
}
