import { isLoopback } from '#platform';
import type { ApiSettings } from '../settings.js';

/**
 * Whether a browser page of this origin may change things here: only our own pages. Those have the configured public
 * address. By the name that the browser itself used we are also known on this machine (a loopback name cannot be pointed
 * elsewhere by a foreign name server), and everywhere when a server on an open address was not told its own.
 *
 * @param origin the Origin header, for instance `http://localhost:8080`; "null" is never allowed
 * @param host   the Host header
 */
export function originAllowed(
  origin: string,
  host: string | undefined,
  settings: Pick<ApiSettings, 'publicUrl' | 'publicUrlGiven' | 'host'>,
): boolean {
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  if (from.origin === 'null') return false;
  if (from.origin === new URL(settings.publicUrl).origin) return true;
  if (from.host !== host) return false;
  return isLoopback(from.hostname) || (!settings.publicUrlGiven && !isLoopback(settings.host));
}
