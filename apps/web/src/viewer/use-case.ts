import { useEffect, useState } from 'react';
import { stage } from './stage.js';
import type { ArrivingImage, CaseLoader, OpenRequest } from './case-loader.js';
import type { ShownImage, ShownLabelMap } from './case-volumes.js';
import { takeCase } from './early-case.js';

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
  /** The part of the image that is there, until all of it is. */
  readonly arriving: ArrivingImage | null;
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

/** Until a picture is on the screen: one in which the page learns of it, one in which it is drawn, and the next one begun. */
const FRAMES = 3;

function afterFrames(count: number, then: () => void): void {
  requestAnimationFrame(() => (count > 1 ? afterFrames(count - 1, then) : then()));
}

const nothing = (layers: readonly LayerSource[]): CaseState => ({
  arriving: null,
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
export function useCase(request: OpenRequest & { readonly layers: readonly LayerSource[] }): CaseState {
  const [wanted] = useState(request);
  const [state, setState] = useState<CaseState>(() => nothing(request.layers));

  useEffect(() => {
    const put = (change: (old: CaseState) => Partial<CaseState>): void =>
      setState((old) => {
        const changed = change(old);
        return Object.keys(changed).length === 0 ? old : { ...old, ...changed };
      });
    const putLayer = (id: string, layer: LayerState): void =>
      put((old) => ({ layers: { ...old.layers, [id]: layer } }));
    const request = { ...wanted, layers: wanted.layers.map(({ id, url }) => ({ id, url })) };
    const loader = takeCase(request);
    loader.listen({
      // Of interest as long as there is nothing to look at: each rendering takes time from what is being loaded.
      onProgress: (source, bytes, total) =>
        put((old) => (old.arriving || old.image ? {} : { received: { ...old.received, [source]: { bytes, total } } })),
      onArriving: (arriving) => {
        stage('first-slices');
        put(() => ({ arriving }));
        afterFrames(FRAMES, () => loader.goOn());
      },
      onImage: (image) => {
        stage('image');
        put(() => ({ image, arriving: null, loader }));
      },
      onLayer: (id, map) => {
        stage('label-map');
        putLayer(id, { status: 'shown', map });
      },
      onRefused: (source, sentence) =>
        source === 'image' ? put(() => ({ refused: sentence })) : putLayer(source, { status: 'refused', sentence }),
      onLoaded: () => put(() => ({ loaded: true })),
    });
    return () => loader.close();
  }, [wanted]);

  return state;
}
