/** What can be asked for by one key, wherever the focus is in the viewer. Its key can be changed. */
export const ACTIONS = {
  'toggle-reference': { key: 'r', does: 'Reference on or off', group: 'Overlays' },
  'toggle-prediction': { key: 'p', does: 'Prediction on or off', group: 'Overlays' },
  'toggle-fill': { key: 'f', does: 'Prediction filled or as a line', group: 'Overlays' },
  'toggle-errors': { key: 'e', does: 'Error map or overlays', group: 'Overlays' },
  'next-error': { key: 'n', does: 'Next error', group: 'Overlays' },
  'previous-error': { key: 'b', does: 'Previous error', group: 'Overlays' },
  'worst-slice': { key: 'v', does: 'Slice with most errors', group: 'Overlays' },
  'next-window': { key: 'w', does: 'Next window preset', group: 'View' },
  invert: { key: 'i', does: 'Invert grey values', group: 'View' },
  'toggle-crosshair': { key: 'x', does: 'Crosshair lines on or off', group: 'View' },
  layout: { key: 'l', does: 'Next layout', group: 'View' },
  cine: { key: 'y', does: 'Play the slices, stop', group: 'View' },
  screenshot: { key: 'k', does: 'Save a picture (PNG)', group: 'View' },
  reset: { key: '0', does: 'Reset window, zoom and position', group: 'View' },
  help: { key: '?', does: 'These keys', group: 'View' },
  'tool-crosshair': { key: 'c', does: 'Crosshair', group: 'Tools' },
  'tool-scroll': { key: 's', does: 'Scroll', group: 'Tools' },
  'tool-window': { key: 't', does: 'Window', group: 'Tools' },
  'tool-pan': { key: 'm', does: 'Pan', group: 'Tools' },
  'tool-zoom': { key: 'z', does: 'Zoom', group: 'Tools' },
  'tool-length': { key: 'd', does: 'Length', group: 'Tools' },
  'tool-angle': { key: 'a', does: 'Angle', group: 'Tools' },
  'tool-roi': { key: 'o', does: 'Ellipse', group: 'Tools' },
  'tool-probe': { key: 'h', does: 'Probe', group: 'Tools' },
} as const;

export type Action = keyof typeof ACTIONS;
export const ACTION_NAMES = Object.keys(ACTIONS) as Action[];

/** What a key press asks for. */
export type Command =
  | { readonly do: 'scroll'; readonly slices: number }
  | { readonly do: 'end'; readonly end: 'first' | 'last' }
  | { readonly do: 'nudge'; readonly right: number; readonly up: number }
  | { readonly do: 'zoom'; readonly factor: number }
  | { readonly do: 'toggle-label'; readonly nth: number }
  | { readonly do: 'place' | 'cancel' }
  | { readonly do: Action };

/** The key of each action: one character, lower case. */
export type KeyMap = Readonly<Record<Action, string>>;

export const DEFAULT_KEYS: KeyMap = Object.fromEntries(ACTION_NAMES.map((name) => [name, ACTIONS[name].key])) as Record<
  Action,
  string
>;

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
  Enter: { do: 'place' },
  Escape: { do: 'cancel' },
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

/** Characters that mean something else. */
const TAKEN = /^[1-9+=-]$/;

/**
 * What a key press asks for, or null when it is not ours.
 *
 * Keys work only while the focus is inside the viewer, so that single letters do not surprise people who dictate or use
 * a screen reader (WCAG 2.2, 2.1.4). Combinations with Ctrl, Alt or Meta belong to the browser.
 *
 * @param onPlane whether a plane has the focus; otherwise arrows belong to whatever control has it
 */
export function commandFor(
  { key, shiftKey, ctrlKey, altKey, metaKey }: KeyPress,
  onPlane: boolean,
  keys: KeyMap = DEFAULT_KEYS,
): Command | null {
  if (ctrlKey || altKey || metaKey) return null;
  if (onPlane) {
    const command = (shiftKey ? SHIFTED_PLANE_KEYS : PLANE_KEYS)[key];
    if (command) return command;
  }
  if (!shiftKey && /^[1-9]$/.test(key)) return { do: 'toggle-label', nth: Number(key) };
  const pressed = key.length === 1 ? key.toLowerCase() : key;
  const action = ACTION_NAMES.find((name) => keys[name] === pressed);
  return action ? { do: action } : null;
}

/**
 * The keys after one was changed, or why it cannot be that key. A key that has another meaning is never taken over
 * silently.
 */
export function changeKey(keys: KeyMap, action: Action, pressed: string): KeyMap | { readonly problem: string } {
  const key = pressed.toLowerCase();
  if ([...key].length !== 1 || key.trim() === '')
    return { problem: `${pressed === ' ' ? 'Space' : pressed} cannot be used; choose a letter or a sign.` };
  if (TAKEN.test(key)) return { problem: `${key} already switches a structure or zooms.` };
  const owner = ACTION_NAMES.find((name) => name !== action && keys[name] === key);
  if (owner) return { problem: `${key} already means “${ACTIONS[owner].does}”.` };
  return { ...keys, [action]: key };
}

/** Keys as they are kept: only those that differ from the defaults. */
export function keysToKeep(keys: KeyMap): string {
  return JSON.stringify(
    Object.fromEntries(ACTION_NAMES.flatMap((name) => (keys[name] === ACTIONS[name].key ? [] : [[name, keys[name]]]))),
  );
}

/** Keys from what was kept; whatever cannot be read or would collide is left at its default. */
export function keysFromKept(text: string | null): KeyMap {
  let kept: unknown;
  try {
    kept = JSON.parse(text ?? '{}');
  } catch {
    return DEFAULT_KEYS; // somebody else's text under our name: nothing of ours is lost
  }
  if (typeof kept !== 'object' || kept === null) return DEFAULT_KEYS;
  const wanted = { ...DEFAULT_KEYS };
  for (const name of ACTION_NAMES) {
    const key = (kept as Record<string, unknown>)[name];
    if (typeof key === 'string' && [...key].length === 1 && key.trim() !== '' && !TAKEN.test(key)) wanted[name] = key;
  }
  return new Set(Object.values(wanted)).size === ACTION_NAMES.length ? wanted : DEFAULT_KEYS;
}

/** One line of the help sheet. Caps are drawn as keys, with a word between them if need be; each is tested to work. */
export interface KeyHelp {
  readonly caps: readonly string[];
  readonly between?: string;
  readonly does: string;
  /** The key can be changed. */
  readonly action?: Action;
}

/** The keys in words. */
export function keyHelp(keys: KeyMap): readonly { readonly title: string; readonly keys: readonly KeyHelp[] }[] {
  const group = (title: string): KeyHelp[] =>
    ACTION_NAMES.filter((name) => ACTIONS[name].group === title).map((name) => ({
      caps: [keys[name]],
      does: ACTIONS[name].does,
      action: name,
    }));
  return [
    {
      title: 'On a plane',
      keys: [
        { caps: ['↓', '↑'], does: 'Next, previous slice' },
        { caps: ['Page Down', 'Page Up'], does: `${PAGE_SLICES} slices on, back` },
        { caps: ['Home', 'End'], does: 'First, last slice' },
        { caps: ['Shift + arrows'], does: 'Move the crosshair by one voxel' },
        { caps: ['+', '-'], does: 'Zoom in, out' },
        { caps: ['Enter'], does: 'Measuring: a point at the crosshair' },
        { caps: ['Escape'], does: 'Give a measurement up' },
      ],
    },
    {
      title: 'Overlays',
      keys: [{ caps: ['1', '9'], between: 'to', does: 'Structure 1 to 9 on or off' }, ...group('Overlays')],
    },
    { title: 'View', keys: group('View') },
    { title: 'What dragging does', keys: group('Tools') },
  ];
}

/** What the mouse and fingers do, for the same sheet. */
export const POINTER_HELP: readonly { readonly gesture: string; readonly does: string }[] = [
  { gesture: 'Wheel', does: 'Scroll slices' },
  { gesture: 'Left drag, one finger', does: 'The chosen tool' },
  { gesture: 'Middle drag', does: 'Pan' },
  { gesture: 'Right drag', does: 'Window: sideways width, up and down brightness' },
  { gesture: 'Ctrl + wheel', does: 'Zoom at the pointer' },
  { gesture: 'Two fingers', does: 'Pan and zoom' },
  { gesture: 'Double click', does: 'Enlarge a plane, and back' },
];
