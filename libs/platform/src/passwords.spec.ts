import { hashPassword, verifyPassword } from './passwords.js';

describe('passwords', () => {
  it('verifies what it hashed, in any Unicode form, and nothing else', async () => {
    const hash = await hashPassword('Zu\u0308rich-2026'); // u with a combining diaeresis
    expect(hash).toMatch(/^\$argon2id\$/);
    expect(await verifyPassword(hash, 'Z\u00fcrich-2026')).toBe(true);
    expect(await verifyPassword(hash, 'Zurich-2026')).toBe(false);
  });

  it('never gives one hash twice, and takes no other text for a hash', async () => {
    expect(await hashPassword('same words')).not.toBe(await hashPassword('same words'));
    expect(await verifyPassword('plain', 'plain')).toBe(false);
  });
});
