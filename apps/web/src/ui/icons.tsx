import type { ReactNode } from 'react';

const PATHS = {
  check: <path d="M4 10.5l4 4 8-9" />,
  cross: <path d="M5 5l10 10M15 5L5 15" />,
  alert: <path d="M10 3.2l7.6 13.3H2.4zM10 8v4M10 14.2v.3" />,
  info: <path d="M10 2.8a7.2 7.2 0 100 14.4 7.2 7.2 0 000-14.4zM10 9v5M10 6.2v.3" />,
  clock: <path d="M10 2.8a7.2 7.2 0 100 14.4 7.2 7.2 0 000-14.4zM10 6v4.3l2.8 1.7" />,
  pause: <path d="M7 4.5v11M13 4.5v11" />,
  up: <path d="M10 16V4.5M5.5 9L10 4.5 14.5 9" />,
  down: <path d="M10 4v11.5M5.5 11L10 15.5 14.5 11" />,
  sort: <path d="M6.5 8L10 4.5 13.5 8M6.5 12l3.5 3.5 3.5-3.5" />,
  right: <path d="M7.5 4.5L13 10l-5.5 5.5" />,
  left: <path d="M12.5 4.5L7 10l5.5 5.5" />,
  chevron: <path d="M5 7.5l5 5 5-5" />,
  arrow: <path d="M3.5 10h13M11.5 5l5 5-5 5" />,
  upload: <path d="M10 13V3.5M6 7l4-3.5L14 7M3.5 12.5v4h13v-4" />,
  download: <path d="M10 3.5V13M6 9.5l4 3.5 4-3.5M3.5 13v3.5h13V13" />,
  copy: <path d="M7 7V3.5h9.5V13H13M3.5 7H13v9.5H3.5z" />,
  lock: <path d="M4.5 9h11v8h-11zM7 9V6.2a3 3 0 016 0V9" />,
  eye: (
    <path d="M1.8 10S4.8 4.5 10 4.5 18.2 10 18.2 10 15.2 15.5 10 15.5 1.8 10 1.8 10zM10 7.6a2.4 2.4 0 100 4.8 2.4 2.4 0 000-4.8z" />
  ),
  sun: (
    <path d="M10 6.4a3.6 3.6 0 100 7.2 3.6 3.6 0 000-7.2zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6L16 16M16 4l-1.4 1.4M5.4 14.6L4 16" />
  ),
  moon: <path d="M16.5 12.2A7 7 0 017.8 3.5a7 7 0 108.7 8.7z" />,
  screen: <path d="M2.5 4h15v9.5h-15zM7 17h6M10 13.5V17" />,
  person: <path d="M10 3a3.4 3.4 0 100 6.8A3.4 3.4 0 0010 3zM3.5 17c.6-3.4 3-5.2 6.5-5.2s5.9 1.8 6.5 5.2" />,
  menu: <path d="M3 5.5h14M3 10h14M3 14.5h14" />,
  external: <path d="M8 4H4v12h12v-4M11 3.5h5.5V9M16.5 3.5L9 11" />,
  retry: <path d="M16 10a6 6 0 11-1.8-4.3M16 3v3.5h-3.5" />,
  file: <path d="M5 2.5h7l3.5 3.5v11.5H5zM12 2.5V6h3.5" />,
  layers: <path d="M10 3l7.5 4L10 11 2.5 7zM2.5 10.5L10 14.5l7.5-4M2.5 13.8L10 17.8l7.5-4" />,
  minus: <path d="M4 10h12" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof PATHS;

/** A line drawing of 20 × 20 units in the colour of the text. Decoration only: the words beside it carry the meaning. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {PATHS[name]}
    </svg>
  );
}

/** The mark: a voxel whose inner edges are a check mark. */
export function Logo({ size = 28 }: { readonly size?: number }): ReactNode {
  return (
    <svg className="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path className="logo-top" d="M16 2l12 7-12 7L4 9z" />
      <path className="logo-left" d="M4 9l12 7v14L4 23z" />
      <path className="logo-right" d="M28 9v14l-12 7V16z" />
      <path className="logo-check" d="M8.5 15.8l5.7 5.8L24.2 9.8" />
    </svg>
  );
}
