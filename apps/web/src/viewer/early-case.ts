import { CaseLoader } from './case-loader.js';
import type { OpenRequest } from './case-loader.js';

// The viewer is a large script. What it will ask for is known before it has come: so the loading begins at once, and the
// viewer takes it over.

/** Once the viewer has asked for a case it is there, and asks for the next one itself. */
let viewerIsHere = false;
let early: { readonly what: string; readonly loader: CaseLoader } | null = null;

const key = ({ imageUrl, layers, labelValues }: OpenRequest): string =>
  JSON.stringify([imageUrl, layers.map(({ id, url }) => [id, url]), labelValues]);

/**
 * Begins to load a case, unless the viewer is there to do it. The function that comes back stops it, unless the viewer has
 * taken it over meanwhile.
 */
export function beginCase(request: OpenRequest): () => void {
  if (viewerIsHere) return () => undefined;
  early?.loader.close(); // nobody wanted it
  const begun = { what: key(request), loader: new CaseLoader(request) };
  early = begun;
  return () => {
    if (early !== begun) return;
    early = null;
    begun.loader.close();
  };
}

/** The loader of a case, which may have begun already. */
export function takeCase(request: OpenRequest): CaseLoader {
  viewerIsHere = true;
  if (early?.what !== key(request)) return new CaseLoader(request);
  const { loader } = early;
  early = null;
  return loader;
}
