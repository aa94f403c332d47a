import { useEffect, useMemo, useState } from 'react';
import { CaseLoader } from './case-loader.js';
import type { ShownImage, ShownLabelMap } from './case-volumes.js';

/** A label map to load. */
export interface LayerSource {
  readonly id: string;
  readonly kind: 'reference' | 'prediction';
  readonly title: string;
  /** GET gives a NIfTI label map, gzipped or not, on the grid of the image. */
  readonly url: string;
}

export type LayerState =
  | { readonly status: 'loading' }
  | { readonly status: 'shown'; readonly map: ShownLabelMap }
  | { readonly status: 'refused'; readonly sentence: string };

/** How far the loading of a case has come. */
export interface CaseState {
  /** Number of the attempt; a new one brings new voxels. */
  readonly attempt: number;
  readonly image: ShownImage | null;
  readonly layers: Readonly<Record<string, LayerState>>;
  /** Everything that can be shown is here. */
  readonly loaded: boolean;
  /** Why there is no image. */
  readonly refused: string | null;
  readonly received: Readonly<Record<string, { readonly bytes: number; readonly total: number | null }>>;
  readonly loader: CaseLoader | null;
}

const nothing = (attempt: number, layers: readonly LayerSource[]): CaseState => ({
  attempt,
  image: null,
  layers: Object.fromEntries(layers.map(({ id }) => [id, { status: 'loading' } as const])),
  loaded: false,
  refused: null,
  received: {},
  loader: null,
});

/** Loads a case, again whenever what is to be loaded changes. Stops downloads when the component leaves. */
export function useCase(imageUrl: string, layers: readonly LayerSource[], labelValues: readonly number[]): { state: CaseState; retry: () => void } {
  const [attempt, setAttempt] = useState(1);
  // Callers build these arrays anew at each render; only their content matters.
  const wanted = JSON.stringify({ layers, labelValues });
  const { stableLayers, stableLabelValues } = useMemo(() => {
    const parsed = JSON.parse(wanted) as { layers: LayerSource[]; labelValues: number[] };
    return { stableLayers: parsed.layers, stableLabelValues: parsed.labelValues };
  }, [wanted]);
  const [state, setState] = useState<CaseState>(() => nothing(attempt, stableLayers));

  useEffect(() => {
    const put = (change: (old: CaseState) => Partial<CaseState>): void => setState((old) => ({ ...old, ...change(old) }));
    const putLayer = (id: string, layer: LayerState): void => put((old) => ({ layers: { ...old.layers, [id]: layer } }));
    const loader = new CaseLoader(
      { imageUrl, layers: stableLayers.map(({ id, url }) => ({ id, url })), labelValues: stableLabelValues },
      {
        onProgress: (source, bytes, total) => put((old) => ({ received: { ...old.received, [source]: { bytes, total } } })),
        onImage: (image) => put(() => ({ image })),
        onLayer: (id, map) => putLayer(id, { status: 'shown', map }),
        onRefused: (source, sentence) => (source === 'image' ? put(() => ({ refused: sentence })) : putLayer(source, { status: 'refused', sentence })),
        onLoaded: () => put(() => ({ loaded: true })),
      },
    );
    setState({ ...nothing(attempt, stableLayers), loader });
    return () => loader.close();
  }, [imageUrl, stableLayers, stableLabelValues, attempt]);

  return { state, retry: () => setAttempt((n) => n + 1) };
}
