import { useState } from 'react';

const KEY = 'voxelmark-hidden-columns';
/** Left out until somebody asks for them. */
export const HIDDEN_AT_FIRST: readonly string[] = ['memory'];

/** Ids of hidden columns as they were kept; the usual ones when nothing, or nothing readable, was. */
export function parseHidden(stored: string | null): ReadonlySet<string> {
  if (stored === null) return new Set(HIDDEN_AT_FIRST);
  return new Set(stored.split(' ').filter((id) => id !== ''));
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is switched off: the choice lasts as long as the page
  }
}

/** Columns that are not shown, remembered in this browser. */
export function useHiddenColumns(): readonly [ReadonlySet<string>, (id: string) => void] {
  const [hidden, setHidden] = useState(() => parseHidden(stored()));
  const toggle = (id: string): void => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    setHidden(next);
    try {
      localStorage.setItem(KEY, [...next].join(' '));
    } catch (error) {
      console.warn('the choice of columns cannot be kept: this browser allows no local storage', error);
    }
  };
  return [hidden, toggle];
}
