import { useEffect, useState } from 'react';
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
  readonly image: ShownImage | null;
  readonly layers: Readonly<Record<string, LayerState>>;
  /** Everything that can be shown is here. */
  readonly loaded: boolean;
  /** Why there is no image. */
  readonly refused: string | null;
  readonly received: Readonly<Record<string, { readonly bytes: number; readonly total: number | null }>>;
  /** Compares layers; there once there is an image. */
  readonly loader: CaseLoader | null;
}

const nothing = (layers: readonly LayerSource[]): CaseState => ({
  image: null,
  layers: Object.fromEntries(layers.map(({ id }) => [id, { status: 'loading' } as const])),
  loaded: false,
  refused: null,
  received: {},
  loader: null,
});

/**
 * Loads a case while the component is mounted; downloads stop when it leaves. What to load must not change during the
 * life of the component: give it a key.
 */
export function useCase(imageUrl: string, layers: readonly LayerSource[], labelValues: readonly number[]): CaseState {
  const [wanted] = useState({ imageUrl, layers, labelValues });
  const [state, setState] = useState<CaseState>(() => nothing(layers));

  useEffect(() => {
    const put = (change: (old: CaseState) => Partial<CaseState>): void =>
      setState((old) => ({ ...old, ...change(old) }));
    const putLayer = (id: string, layer: LayerState): void =>
      put((old) => ({ layers: { ...old.layers, [id]: layer } }));
    const request = { ...wanted, layers: wanted.layers.map(({ id, url }) => ({ id, url })) };
    const loader: CaseLoader = new CaseLoader(request, {
      onProgress: (source, bytes, total) =>
        put((old) => ({ received: { ...old.received, [source]: { bytes, total } } })),
      onImage: (image) => put(() => ({ image, loader })),
      onLayer: (id, map) => putLayer(id, { status: 'shown', map }),
      onRefused: (source, sentence) =>
        source === 'image' ? put(() => ({ refused: sentence })) : putLayer(source, { status: 'refused', sentence }),
      onLoaded: () => put(() => ({ loaded: true })),
    });
    return () => loader.close();
  }, [wanted]);

  return state;
}
