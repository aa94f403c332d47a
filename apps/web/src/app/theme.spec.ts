import { nextTheme, parseTheme } from './theme.js';

it('reads a stored choice and follows the system otherwise', () => {
  expect(parseTheme('dark')).toBe('dark');
  expect(parseTheme('purple')).toBe('system');
  expect(parseTheme(null)).toBe('system');
});

it('comes round to where it began after three presses', () => {
  expect(nextTheme(nextTheme(nextTheme('system')))).toBe('system');
  expect(new Set(['system', nextTheme('system'), nextTheme('light')]).size).toBe(3);
});
