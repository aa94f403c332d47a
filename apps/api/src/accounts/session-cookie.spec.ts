import { newSecret } from './secrets.js';
import { endedSessionCookie, sessionCookie, sessionSecret } from './session-cookie.js';

const secret = newSecret();

describe('the session cookie', () => {
  it('is found among others, and only in its own form', () => {
    expect(sessionSecret(`a=b; voxelmark_session=${secret}; c=d`)).toBe(secret);
    for (const header of [
      undefined,
      '',
      'a=b',
      'voxelmark_session=',
      'voxelmark_session=short',
      `voxelmark_session=${secret}x`,
      `xvoxelmark_session=${secret}`,
      `voxelmark_session="${secret}"`,
    ]) {
      expect(sessionSecret(header)).toBeNull();
    }
  });

  it('of two, takes the first that can be one', () => {
    const other = newSecret();
    expect(sessionSecret(`voxelmark_session=nonsense; voxelmark_session=${secret}; voxelmark_session=${other}`)).toBe(
      secret,
    );
  });

  it('is out of reach of scripts and other sites, and of plain http where there is https', () => {
    expect(sessionCookie(secret, 'http://localhost:4200')).toBe(
      `voxelmark_session=${secret}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax`,
    );
    expect(sessionCookie(secret, 'https://bench.example')).toMatch(/; HttpOnly; SameSite=Lax; Secure$/);
    expect(endedSessionCookie('https://bench.example')).toBe(
      'voxelmark_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure',
    );
  });

  it('secrets are 256 random bits', () => {
    const many = new Set(Array.from({ length: 1000 }, newSecret));
    expect(many.size).toBe(1000);
    for (const one of many) expect(Buffer.from(one, 'base64url')).toHaveLength(32);
  });
});
