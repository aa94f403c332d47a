import { createHmac } from 'node:crypto';
import { forgetKey, keepKey, keyedDigest, keyFileText, newKey, parseKey, storedKey } from './dataset-key.js';

describe('the key of a dataset', () => {
  it('comes back from its file, and another is another', () => {
    const key = { ...newKey(), names: { 'Doe Jane': 'case-0001' } };
    expect(key.key).toMatch(/^[0-9a-f]{64}$/);
    expect(newKey().key).not.toBe(key.key);
    expect(parseKey(keyFileText(key))).toEqual(key);
  });

  it('refuses what is none, without quoting it', () => {
    for (const text of ['', '{}', '{"key":"abc","names":{}}', `{"key":"${'0'.repeat(64)}","names":{"a":1}}`, 'null']) {
      expect(() => parseKey(text)).toThrow('this is no key of a dataset');
    }
    expect(() => parseKey('{"key":"secret","names":{}}')).not.toThrow('secret');
  });

  it('is kept by the browser until it is told to forget it', () => {
    const kept = new Map<string, string>();
    (globalThis as { localStorage?: unknown }).localStorage = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, text: string) => void kept.set(name, text),
      removeItem: (name: string) => void kept.delete(name),
    };
    try {
      const key = newKey();
      expect([keepKey('livers', key), storedKey('livers'), storedKey('kidneys')]).toEqual([true, key, null]);
      forgetKey('livers');
      expect([storedKey('livers'), kept.size]).toEqual([null, 0]);
    } finally {
      delete (globalThis as { localStorage?: unknown }).localStorage;
    }
    expect([storedKey('livers'), keepKey('livers', newKey())]).toEqual([null, false]); // storage switched off
  });

  it('digests as the command line does', async () => {
    const key = newKey();
    const message = new TextEncoder().encode('patient\0\0P1');
    const expected = createHmac('sha256', Buffer.from(key.key, 'hex')).update(message).digest();
    expect(Buffer.from(await (await keyedDigest(key))(message))).toEqual(expected);
  });
});
