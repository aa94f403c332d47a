/** What a key press asks for. */
export type Command =
  | { readonly do: 'scroll'; readonly slices: number }
  | { readonly do: 'end'; readonly end: 'first' | 'last' }
  | { readonly do: 'nudge'; readonly right: number; readonly up: number }
  | { readonly do: 'zoom'; readonly factor: number }
  | { readonly do: 'toggle-label'; readonly nth: number }
  | {
      readonly do:
        | 'toggle-reference'
        | 'toggle-prediction'
        | 'toggle-errors'
        | 'toggle-crosshair'
        | 'next-error'
        | 'previous-error'
        | 'next-window'
        | 'invert'
        | 'layout'
        | 'reset'
        | 'help';
    };

/** The parts of a keyboard event that decide. */
export interface KeyPress {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

const PAGE_SLICES = 10;
const ZOOM_STEP = 1.25;

/** Keys that act on the plane that has the focus. */
const PLANE_KEYS: Readonly<Record<string, Command>> = {
  ArrowDown: { do: 'scroll', slices: 1 },
  ArrowRight: { do: 'scroll', slices: 1 },
  ArrowUp: { do: 'scroll', slices: -1 },
  ArrowLeft: { do: 'scroll', slices: -1 },
  PageDown: { do: 'scroll', slices: PAGE_SLICES },
  PageUp: { do: 'scroll', slices: -PAGE_SLICES },
  Home: { do: 'end', end: 'first' },
  End: { do: 'end', end: 'last' },
  '+': { do: 'zoom', factor: ZOOM_STEP },
  '=': { do: 'zoom', factor: ZOOM_STEP },
  '-': { do: 'zoom', factor: 1 / ZOOM_STEP },
};

const SHIFTED_PLANE_KEYS: Readonly<Record<string, Command>> = {
  ArrowRight: { do: 'nudge', right: 1, up: 0 },
  ArrowLeft: { do: 'nudge', right: -1, up: 0 },
  ArrowUp: { do: 'nudge', right: 0, up: 1 },
  ArrowDown: { do: 'nudge', right: 0, up: -1 },
  '+': { do: 'zoom', factor: ZOOM_STEP }, // on many keyboards + is a shifted key
};

/** Keys that act wherever the focus is inside the viewer. */
const VIEWER_KEYS: Readonly<Record<string, Command>> = {
  r: { do: 'toggle-reference' },
  p: { do: 'toggle-prediction' },
  e: { do: 'toggle-errors' },
  n: { do: 'next-error' },
  b: { do: 'previous-error' },
  w: { do: 'next-window' },
  i: { do: 'invert' },
  x: { do: 'toggle-crosshair' },
  l: { do: 'layout' },
  0: { do: 'reset' },
  '?': { do: 'help' },
};

/**
 * What a key press asks for, or null when it is not ours.
 *
 * Keys work only while the focus is inside the viewer, so that single letters do not surprise people who dictate or use
 * a screen reader (WCAG 2.2, 2.1.4). Combinations with Ctrl, Alt or Meta belong to the browser.
 *
 * @param onPlane whether a plane has the focus; otherwise arrows belong to whatever control has it
 */
export function commandFor({ key, shiftKey, ctrlKey, altKey, metaKey }: KeyPress, onPlane: boolean): Command | null {
  if (ctrlKey || altKey || metaKey) return null;
  if (onPlane) {
    const command = (shiftKey ? SHIFTED_PLANE_KEYS : PLANE_KEYS)[key];
    if (command) return command;
  }
  if (!shiftKey && /^[1-9]$/.test(key)) return { do: 'toggle-label', nth: Number(key) };
  const command = VIEWER_KEYS[key.length === 1 ? key.toLowerCase() : key];
  return command ?? null;
}

/** One line of the help sheet. Caps are drawn as keys, with a word between them if need be; each is tested to work. */
export interface KeyHelp {
  readonly caps: readonly string[];
  readonly between?: string;
  readonly does: string;
}

/** The keys in words. */
export const KEY_HELP: readonly { readonly title: string; readonly keys: readonly KeyHelp[] }[] = [
  {
    title: 'On a plane',
    keys: [
      { caps: ['↓', '↑'], does: 'Next, previous slice' },
      { caps: ['Page Down', 'Page Up'], does: `${PAGE_SLICES} slices on, back` },
      { caps: ['Home', 'End'], does: 'First, last slice' },
      { caps: ['Shift + arrows'], does: 'Move the crosshair by one voxel' },
      { caps: ['+', '-'], does: 'Zoom in, out' },
    ],
  },
  {
    title: 'Overlays',
    keys: [
      { caps: ['r'], does: 'Reference on or off' },
      { caps: ['p'], does: 'Prediction on or off' },
      { caps: ['1', '9'], between: 'to', does: 'Structure 1 to 9 on or off' },
      { caps: ['e'], does: 'Error map or overlays' },
      { caps: ['n', 'b'], does: 'Next smaller error, back to the larger' },
    ],
  },
  {
    title: 'View',
    keys: [
      { caps: ['w'], does: 'Next window preset' },
      { caps: ['i'], does: 'Invert grey values' },
      { caps: ['x'], does: 'Crosshair on or off' },
      { caps: ['l'], does: 'Three planes, or only the one in focus' },
      { caps: ['0'], does: 'Reset window, zoom and position' },
      { caps: ['?'], does: 'These keys' },
    ],
  },
];

/** What the mouse and fingers do, for the same sheet. */
export const POINTER_HELP: readonly { readonly gesture: string; readonly does: string }[] = [
  { gesture: 'Wheel', does: 'Scroll slices' },
  { gesture: 'Left drag', does: 'The chosen tool: crosshair, window, pan or zoom' },
  { gesture: 'Middle drag', does: 'Pan' },
  { gesture: 'Right drag', does: 'Window: sideways width, up and down brightness' },
  { gesture: 'Ctrl + wheel', does: 'Zoom at the pointer' },
  { gesture: 'Two fingers', does: 'Pan and zoom' },
  { gesture: 'Double click', does: 'Enlarge a plane, and back' },
];
