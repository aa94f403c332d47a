import { useState } from 'react';
import { DEFAULT_KEYS, keysFromKept, keysToKeep } from './keyboard.js';
import type { KeyMap } from './keyboard.js';

const KEPT_AS = 'voxelmark.viewer.keys';

/** The keys of this browser; they are kept in it and nowhere else. */
export function useKeys(): {
  readonly keys: KeyMap;
  readonly setKeys: (keys: KeyMap) => void;
  readonly reset: () => void;
} {
  const [keys, put] = useState(() => keysFromKept(read()));
  const setKeys = (next: KeyMap): void => {
    put(next);
    try {
      localStorage.setItem(KEPT_AS, keysToKeep(next));
    } catch {
      // a browser that keeps nothing for this site: the keys hold until the page is left
    }
  };
  return { keys, setKeys, reset: () => setKeys(DEFAULT_KEYS) };
}

function read(): string | null {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null; // as above
  }
}
