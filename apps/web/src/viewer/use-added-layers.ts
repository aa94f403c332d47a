import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { CaseState, LayerSource } from './use-case.js';

export interface AddedLayers {
  /** The layers of the page, then those that a person added. */
  readonly all: readonly LayerSource[];
  /** Those that could still be added. */
  readonly offered: readonly LayerSource[];
  /** Every layer that was added has arrived, or was refused. */
  readonly complete: boolean;
  /** Loads a layer that is not among those of the page, once; not before the page's own have arrived. */
  readonly load: (source: Pick<LayerSource, 'id' | 'url'>) => void;
}

/** Layers beyond those that a case is opened with: other readers, other predictions. */
export function useAddedLayers(
  sources: readonly LayerSource[],
  more: readonly LayerSource[],
  addedIds: readonly string[],
  { loader, loaded, layers }: Pick<CaseState, 'loader' | 'loaded' | 'layers'>,
): AddedLayers {
  const { added, offered } = useMemo(() => {
    const others = more.filter(({ url }) => !sources.some((source) => source.url === url));
    return {
      added: addedIds.flatMap((id) => others.find((source) => source.id === id) ?? []),
      offered: others.filter(({ id }) => !addedIds.includes(id)),
    };
  }, [sources, more, addedIds]);
  const asked = useRef(new Set<string>());
  const load = useCallback<AddedLayers['load']>(
    ({ id, url }) => {
      if (!loader || !loaded || asked.current.has(id)) return;
      asked.current.add(id);
      loader.add(id, url);
    },
    [loader, loaded],
  );
  useEffect(() => {
    for (const source of added) load(source);
  }, [added, load]);
  return {
    all: useMemo(() => [...sources, ...added], [sources, added]),
    offered,
    complete: added.every(({ id }) => layers[id] !== undefined && layers[id].status !== 'loading'),
    load,
  };
}
