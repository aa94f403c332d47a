import type { ReactNode } from 'react';

/** Line icons of the viewer, drawn on a 20 x 20 grid in the colour of the text beside them. */
const DRAWINGS = {
  crosshair: <path d="M10 2v5.5M10 12.5V18M2 10h5.5M12.5 10H18M10 10h.01" />,
  window: (
    <>
      <circle cx="10" cy="10" r="6.5" />
      <path d="M10 3.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" />
    </>
  ),
  pan: (
    <path d="M10 2.5v15M2.5 10h15M7.8 4.7 10 2.5l2.2 2.2M7.8 15.3l2.2 2.2 2.2-2.2M4.7 7.8 2.5 10l2.2 2.2M15.3 7.8l2.2 2.2-2.2 2.2" />
  ),
  zoom: (
    <>
      <circle cx="8.5" cy="8.5" r="5.5" />
      <path d="m12.7 12.7 4.8 4.8M8.5 6v5M6 8.5h5" />
    </>
  ),
  scroll: <path d="M10 2.5v15M6.8 5.7 10 2.5l3.2 3.2M6.8 14.3l3.2 3.2 3.2-3.2M4 10h3M13 10h3" />,
  length: <path d="M3.5 16.5l13-13M1.8 14.8l3.4 3.4M14.8 1.8l3.4 3.4M7.5 10.5l1.3 1.3M10.5 7.5l1.3 1.3" />,
  angle: (
    <>
      <path d="M16.5 3.5 3.5 16.5h14" />
      <path d="M9.2 10.8a8 8 0 0 1 2.3 5.7" />
    </>
  ),
  roi: <ellipse cx="10" cy="10" rx="7.5" ry="5" />,
  probe: <path d="M11.5 4.5l4 4M13 3l4 4-2 2-4-4zM12 7 4.5 14.5 3.5 17l2.5-1L13.5 8.5" />,
  play: <path d="M6 4v12l10-6z" />,
  pause: <path d="M6.5 4.5v11M13.5 4.5v11" />,
  camera: (
    <>
      <path d="M2.5 6.5h3.2L7 4.5h6l1.3 2h3.2v9.5h-15z" />
      <circle cx="10" cy="11" r="3" />
    </>
  ),
  remove: <path d="M4 5.5h12M8 5.5v-2h4v2M5.5 5.5l.8 11h7.4l.8-11M8.5 8.5v5M11.5 8.5v5" />,
  volume: <path d="M10 2.5 16.5 6v8L10 17.5 3.5 14V6zM3.5 6 10 9.5 16.5 6M10 9.5v8" />,
  grid: <path d="M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z" />,
  invert: (
    <>
      <rect x="3" y="3" width="14" height="14" rx="1.5" />
      <path d="M3 17 17 3v12.5a1.5 1.5 0 0 1-1.5 1.5z" fill="currentColor" />
    </>
  ),
  reset: <path d="M4.2 7.5A6.5 6.5 0 1 1 3.5 11M4 3.5v4h4" />,
  help: (
    <>
      <circle cx="10" cy="10" r="7.5" />
      <path d="M7.8 7.7a2.3 2.3 0 1 1 3.3 2.1c-.8.4-1.1.9-1.1 1.7M10 14.2h.01" />
    </>
  ),
  planes: (
    <>
      <rect x="2.5" y="3.5" width="9" height="13" rx="1" />
      <rect x="13.5" y="3.5" width="4" height="5.5" rx=".8" />
      <rect x="13.5" y="11" width="4" height="5.5" rx=".8" />
    </>
  ),
  enlarge: <path d="M12 3h5v5M8 17H3v-5M17 3l-5.5 5.5M3 17l5.5-5.5" />,
  shrink: <path d="M17 8.5h-5.5V3M3 11.5h5.5V17M11.5 8.5 17 3M8.5 11.5 3 17" />,
  shown: (
    <>
      <path d="M1.8 10S4.8 4.6 10 4.6 18.2 10 18.2 10 15.2 15.4 10 15.4 1.8 10 1.8 10z" />
      <circle cx="10" cy="10" r="2.4" />
    </>
  ),
  hidden: (
    <path d="M3 3l14 14M8.2 4.8A8 8 0 0 1 10 4.6c5.2 0 8.2 5.4 8.2 5.4a14 14 0 0 1-2.3 2.9M5 6.3A13.5 13.5 0 0 0 1.8 10S4.8 15.4 10 15.4a8 8 0 0 0 3.7-.9M8.3 8.3a2.4 2.4 0 0 0 3.4 3.4" />
  ),
  locate: (
    <>
      <circle cx="10" cy="10" r="5" />
      <path d="M10 2v3M10 15v3M2 10h3M15 10h3" />
      <circle cx="10" cy="10" r="1" fill="currentColor" />
    </>
  ),
  only: (
    <>
      <circle cx="10" cy="10" r="3" fill="currentColor" />
      <path d="M3.5 6.5v-3h3M13.5 3.5h3v3M16.5 13.5v3h-3M6.5 16.5h-3v-3" />
    </>
  ),
  previous: <path d="m12.5 4.5-5.5 5.5 5.5 5.5" />,
  next: <path d="m7.5 4.5 5.5 5.5-5.5 5.5" />,
  warning: <path d="M10 3 1.8 16.8h16.4zM10 8v4M10 14.4h.01" />,
  close: <path d="m5 5 10 10M15 5 5 15" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof DRAWINGS;

/** Decoration only: the button that holds it carries the name. */
export function Icon({ name }: { readonly name: IconName }): ReactNode {
  return (
    <svg className="vmv-icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false">
      {DRAWINGS[name]}
    </svg>
  );
}
