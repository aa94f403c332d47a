import { useCallback, useMemo, useState } from 'react';
import type { SidePrediction } from './case-viewer.js';

/** More pictures at once would be too small to read. */
export const MOST_TILES = 8;

export interface Tiles {
  /** Those that are shown now. */
  readonly tiled: readonly SidePrediction[];
  /** Counted from 0. */
  readonly page: number;
  readonly onPage: (page: number) => void;
  /** Whether readers are shown instead of predictions. */
  readonly ofReaders: boolean;
  readonly onReaders: (shown: boolean) => void;
}

/** Which predictions, or readers, are laid side by side. Where there are no predictions, the readers are. */
export function useTiles(predictions: readonly SidePrediction[], readers: readonly SidePrediction[]): Tiles {
  const [wanted, setWanted] = useState(false);
  const [page, setPage] = useState(0);
  const ofReaders = readers.length > 1 && (wanted || predictions.length === 0);
  const shown = ofReaders ? readers : predictions;
  const last = Math.max(0, Math.ceil(shown.length / MOST_TILES) - 1);
  const at = Math.min(page, last);
  return {
    tiled: useMemo(() => shown.slice(at * MOST_TILES, (at + 1) * MOST_TILES), [shown, at]),
    page: at,
    onPage: setPage,
    ofReaders,
    onReaders: useCallback((next: boolean) => {
      setWanted(next);
      setPage(0);
    }, []),
  };
}
