import { useEffect, useState } from 'react';
import type { Geometry } from '#imaging';
import type { ComparedParts } from './case-volumes.js';
import { measureSurfaces } from './measure-surfaces.js';
import type { StructureSurfaces } from './surface-error.js';

/** What is to be measured; null where there are not two label maps, or nobody asks. */
export interface MeasuredPair {
  readonly geometry: Geometry;
  readonly reference: Uint8Array;
  readonly prediction: Uint8Array;
  readonly parts: ComparedParts;
}

export type SurfaceErrorsState =
  | { readonly status: 'idle' }
  | { readonly status: 'measuring' }
  | { readonly status: 'measured'; readonly structures: readonly StructureSurfaces[]; readonly parts: ComparedParts }
  | { readonly status: 'failed'; readonly sentence: string };

/** Measures the surfaces of a pair of label maps as long as somebody asks. The pair is to be memoised. */
export function useSurfaceErrors(pair: MeasuredPair | null): SurfaceErrorsState {
  const [answer, setAnswer] = useState<{ pair: MeasuredPair; state: SurfaceErrorsState } | null>(null);
  useEffect(() => {
    if (!pair) return;
    const { geometry, ...rest } = pair;
    const leaving = new AbortController();
    measureSurfaces({ sizeXyz: geometry.sizeXyz, spacingMm: geometry.spacingMm, ...rest }, leaving.signal).then(
      (structures) => setAnswer({ pair, state: { status: 'measured', structures, parts: pair.parts } }),
      (error: Error) => setAnswer({ pair, state: { status: 'failed', sentence: error.message } }),
    );
    return () => leaving.abort();
  }, [pair]);
  if (!pair) return { status: 'idle' };
  return answer?.pair === pair ? answer.state : { status: 'measuring' };
}
