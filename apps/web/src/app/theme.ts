import { useSyncExternalStore } from 'react';

/** `system` follows the operating system; the others are a choice that is kept. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'voxelmark-theme';
const listeners = new Set<() => void>();

export function parseTheme(stored: string | null): Theme {
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export const nextTheme = (theme: Theme): Theme =>
  (({ system: 'light', light: 'dark', dark: 'system' }) as const)[theme];

function storedTheme(): Theme {
  try {
    return parseTheme(localStorage.getItem(KEY));
  } catch {
    return 'system'; // storage is switched off: the choice lasts as long as the page
  }
}

let current: Theme = 'system';

/** Puts the stored choice in force; before the first render, so that nothing flashes. */
export function initTheme(): void {
  current = storedTheme();
  apply();
  window.addEventListener('storage', (event) => {
    if (event.key !== KEY) return;
    current = parseTheme(event.newValue);
    apply();
  });
}

export function setTheme(theme: Theme): void {
  current = theme;
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch (error) {
    console.warn('the theme cannot be kept: this browser allows no local storage', error);
  }
  apply();
}

function apply(): void {
  if (current === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = current;
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
    () => 'system' as const,
  );
}
