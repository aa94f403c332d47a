import { API_PREFIX, ENDPOINTS, type Endpoint } from '#contracts';

const all: readonly Endpoint[] = Object.values(ENDPOINTS);

/** Methods that some endpoint has at this address; empty for an address of none. */
export function allowedMethods(url: string): string[] {
  const path = url.split('?', 1)[0];
  const methods = all.filter((endpoint) => matches(endpoint.path, path)).map((endpoint) => endpoint.method);
  if (methods.includes('GET')) methods.push('HEAD' as never);
  return [...new Set<string>(methods)].sort();
}

function matches(pattern: string, path: string): boolean {
  const expected = `${API_PREFIX}${pattern}`.split('/');
  const got = path.split('/');
  return (
    expected.length === got.length &&
    expected.every((part, n) => (part.startsWith(':') ? got[n] !== '' : part === got[n]))
  );
}
