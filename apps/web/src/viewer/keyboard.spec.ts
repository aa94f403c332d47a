import { changeKey, commandFor, DEFAULT_KEYS, keyHelp, keysFromKept, keysToKeep } from './keyboard.js';
import type { KeyMap, KeyPress } from './keyboard.js';

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
  it.each(
    keyHelp(DEFAULT_KEYS).flatMap(({ keys }) =>
      keys.flatMap(({ caps, action }) => caps.map((cap) => [cap, action] as const)),
    ),
  )('the help sheet tells the truth about %s', (cap, action) => {
    for (const key of KEY_OF_CAP[cap] ?? [press(cap)]) {
      const command = commandFor(key, true);
      if (action) expect(command).toEqual({ do: action });
      else expect(command).not.toBeNull();
    }
  });
  it('no two actions share a key', () => {
    expect(new Set(Object.values(DEFAULT_KEYS)).size).toBe(Object.keys(DEFAULT_KEYS).length);
  });
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
  it.each(['q', 'Tab', ' '])('does not take %j', (key) => expect(commandFor(press(key), true)).toBeNull());
  it.each(['Enter', 'Escape'])('leaves %s to buttons and dialogs', (key) =>
    expect(commandFor(press(key), false)).toBeNull(),
  );
});

describe('changed keys', () => {
  const changed = (key: string): KeyMap => changeKey(DEFAULT_KEYS, 'next-error', key) as KeyMap;
  it('work instead of the old ones', () => {
    expect(commandFor(press('q'), false, changed('Q'))).toEqual({ do: 'next-error' });
    expect(commandFor(press('n'), false, changed('q'))).toBeNull();
  });
  it.each([
    ['r', 'r already means “Reference on or off”.'],
    ['4', '4 already switches a structure or zooms.'],
    ['-', '- already switches a structure or zooms.'],
    ['F5', 'F5 cannot be used; choose a letter or a sign.'],
    [' ', 'Space cannot be used; choose a letter or a sign.'],
  ])('are not %j', (key, problem) => expect(changeKey(DEFAULT_KEYS, 'next-error', key)).toEqual({ problem }));
  it('can be the key that the action has', () => expect(changed('n')).toEqual(DEFAULT_KEYS));
  it('are kept and come back', () => {
    expect(keysToKeep(changed('q'))).toBe('{"next-error":"q"}');
    expect(keysFromKept(keysToKeep(changed('q')))).toEqual(changed('q'));
  });
  it.each([null, '', 'no json', 'null', '[]', '{"next-error":7}', '{"next-error":"r"}', '{"next-error":"4"}'])(
    'fall back to the defaults from %j',
    (text) => expect(keysFromKept(text)).toEqual(DEFAULT_KEYS),
  );
});
