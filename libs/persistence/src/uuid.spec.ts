import { isUuid, uuidv7 } from './uuid.js';

test('layout of RFC 9562: milliseconds, version 7, variant 10', () => {
  const id = uuidv7(0x017f22e279b0);
  expect(id).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(isUuid(id)).toBe(true);
});

test('later ids sort after earlier ones, and no two are alike', () => {
  const ids = Array.from({ length: 1000 }, (_, n) => uuidv7(1_700_000_000_000 + n));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(Array.from({ length: 1000 }, () => uuidv7(1))).size).toBe(1000);
});

test.each([
  '',
  'x',
  '017f22e2-79b0-7000-8000',
  '017f22e279b070008000000000000000',
  "017f22e2-79b0-7000-8000-00000000000'",
])('%j is no id', (text) => {
  expect(isUuid(text)).toBe(false);
});
