import { SESSION_COOKIE } from '#contracts';

/** Absolute life of a session; the database ends it earlier when it was idle for 30 minutes. */
const MAX_AGE_SECONDS = 12 * 3600;

/** `Set-Cookie` that starts a session. Secure only where the public address is https, or the browser would drop it. */
export function sessionCookie(secret: string, publicUrl: string): string {
  return `${SESSION_COOKIE}=${secret}; Path=/; Max-Age=${MAX_AGE_SECONDS}; ${attributes(publicUrl)}`;
}

/** `Set-Cookie` that ends it. */
export function endedSessionCookie(publicUrl: string): string {
  return `${SESSION_COOKIE}=; Path=/; Max-Age=0; ${attributes(publicUrl)}`;
}

function attributes(publicUrl: string): string {
  return `HttpOnly; SameSite=Lax${publicUrl.startsWith('https:') ? '; Secure' : ''}`;
}

/** The session secret of a Cookie header; null when there is none, or it cannot be one of ours. */
export function sessionSecret(cookieHeader: string | undefined): string | null {
  for (const pair of (cookieHeader ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === SESSION_COOKIE && /^[A-Za-z0-9_-]{43}$/.test(value ?? '')) return value;
  }
  return null;
}
