import { commandFor, KEY_HELP } from './keyboard.js';
import type { KeyPress } from './keyboard.js';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...more,
});
const KEY_OF_CAP: Readonly<Record<string, KeyPress[]>> = {
  '↓': [press('ArrowDown')],
  '↑': [press('ArrowUp')],
  'Page Down': [press('PageDown')],
  'Page Up': [press('PageUp')],
  'Shift + arrows': ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'].map((key) => press(key, { shiftKey: true })),
  '?': [press('?', { shiftKey: true })],
  '+': [press('+'), press('+', { shiftKey: true }), press('=')],
};

describe('keyboard', () => {
  it.each(KEY_HELP.flatMap(({ keys }) => keys.flatMap(({ caps }) => caps)))(
    'the help sheet tells the truth about %s',
    (cap) => {
      for (const key of KEY_OF_CAP[cap] ?? [press(cap)]) expect(commandFor(key, true)).not.toBeNull();
    },
  );
  it('scrolls with arrows and pages, and only on a plane', () => {
    expect(commandFor(press('ArrowDown'), true)).toEqual({ do: 'scroll', slices: 1 });
    expect(commandFor(press('PageUp'), true)).toEqual({ do: 'scroll', slices: -10 });
    expect(commandFor(press('ArrowDown'), false)).toBeNull();
    expect(commandFor(press('Home'), false)).toBeNull();
  });
  it('moves the crosshair with Shift', () => {
    expect(commandFor(press('ArrowUp', { shiftKey: true }), true)).toEqual({ do: 'nudge', right: 0, up: 1 });
  });
  it('toggles structures by number, layers and modes by letter, wherever the focus is in the viewer', () => {
    expect(commandFor(press('4'), false)).toEqual({ do: 'toggle-label', nth: 4 });
    expect(commandFor(press('0'), false)).toEqual({ do: 'reset' });
    expect(commandFor(press('r'), false)).toEqual({ do: 'toggle-reference' });
    expect(commandFor(press('E'), false)).toEqual({ do: 'toggle-errors' }); // caps lock
  });
  it.each(['ctrlKey', 'altKey', 'metaKey'] as const)('leaves combinations with %s to the browser', (modifier) => {
    expect(commandFor(press('r', { [modifier]: true }), true)).toBeNull();
    expect(commandFor(press('ArrowDown', { [modifier]: true }), true)).toBeNull();
  });
  it.each(['q', 'Tab', 'Enter', ' ', 'Escape'])('does not take %j', (key) =>
    expect(commandFor(press(key), true)).toBeNull(),
  );
});
