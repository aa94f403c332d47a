import { accountEndpoints, email, password } from './accounts.js';

describe('accounts', () => {
  it('one address has one spelling', () => {
    expect(email.parse('Ada.Admin@Example.ORG')).toBe('ada.admin@example.org');
    for (const value of [
      '',
      'a',
      'a@',
      '@b.org',
      'a@b',
      'a b@c.org',
      'a@b.org\r\nBcc: c@d.org',
      `${'a'.repeat(250)}@b.org`,
    ])
      expect(email.safeParse(value).success).toBe(false);
  });

  it('passwords are at least ten characters, of any kind, and not books', () => {
    expect(password.safeParse('十文字以上の合言葉です!').success).toBe(true);
    for (const value of ['', 'ninechars', 'x'.repeat(201)]) expect(password.safeParse(value).success).toBe(false);
  });

  it('nobody gives himself a role', () => {
    const body = { email: 'a@example.org', name: 'A', password: 'long enough 1' };
    expect(accountEndpoints.register.body.safeParse(body).success).toBe(true);
    for (const extra of [{ role: 'admin' }, { demo: true }, { disabled: false }, { id: 'x' }]) {
      expect(accountEndpoints.register.body.safeParse({ ...body, ...extra }).success).toBe(false);
    }
    expect(accountEndpoints.createUser.body.safeParse({ email: 'a@example.org', role: 'visitor' }).success).toBe(false);
  });

  it('what is shown of an account has no secret', () => {
    const shown = accountEndpoints.updateUser.response.parse({
      id: '0192f0c4-7777-7777-8777-777777777777',
      email: 'a@example.org',
      name: 'A',
      role: 'researcher',
      demo: false,
      disabled: false,
      createdAt: '2026-01-01T00:00:00.000Z',
      passwordHash: '$argon2id$…',
    });
    expect(Object.keys(shown)).not.toContain('passwordHash');
  });
});
