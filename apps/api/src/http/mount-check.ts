import { PATH_METADATA } from '@nestjs/common/constants.js';
import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { API_PREFIX, ENDPOINTS, type Endpoint } from '#contracts';
import { ACTIONS } from '#domain';
import { ENDPOINT } from './mount.js';

/** A method of a controller that answers requests. */
export interface MountedHandler {
  readonly name: string;
  /** undefined: it was made a route without the contract. */
  readonly endpoint: Endpoint | undefined;
}

/** All handlers of the application, found as Nest finds them. */
export function mountedHandlers(discovery: DiscoveryService, scanner: MetadataScanner): MountedHandler[] {
  return discovery.getControllers().flatMap(({ metatype }) => {
    if (metatype === null || metatype === undefined) return [];
    const prototype = metatype.prototype as Record<string, object>;
    return scanner
      .getAllMethodNames(prototype)
      .filter((name) => Reflect.hasMetadata(PATH_METADATA, prototype[name]))
      .map((name) => ({
        name: `${metatype.name}.${name}`,
        endpoint: Reflect.getMetadata(ENDPOINT, prototype[name]) as Endpoint | undefined,
      }));
  });
}

/**
 * Start-up honesty: the contract and the handlers name the same routes, and each has an action the policy knows.
 *
 * @param routes every route the HTTP server has below the API prefix, as `METHOD /path`
 * @throws Error listing everything that does not fit
 */
export function checkMounts(
  handlers: readonly MountedHandler[],
  routes: readonly string[],
  endpoints: Readonly<Record<string, Endpoint>> = ENDPOINTS,
): void {
  const faults: string[] = [];
  const mounted = handlers.map(({ endpoint }) => endpoint).filter((endpoint) => endpoint !== undefined);
  for (const { name, endpoint } of handlers) {
    if (endpoint === undefined) faults.push(`handler ${name} has no endpoint in the contract, and so no policy`);
    else if (!Object.values(endpoints).includes(endpoint))
      faults.push(`handler ${name} serves ${routeOf(endpoint)}, which the contract does not list`);
  }
  for (const [id, endpoint] of Object.entries(endpoints)) {
    const count = mounted.filter((other) => other === endpoint).length;
    if (count !== 1) faults.push(`endpoint ${id} (${routeOf(endpoint)}) has ${count} handlers, expected 1`);
    if (!ACTIONS.includes(endpoint.action))
      faults.push(`endpoint ${id} names the action "${endpoint.action}", which the policy does not know`);
  }
  const known = new Set(Object.values(endpoints).map(routeOf));
  for (const route of routes) {
    if (!known.has(route)) faults.push(`route ${route} is served without the contract, and so without a policy`);
  }
  if (faults.length > 0) throw new Error(`The API does not start:\n- ${faults.join('\n- ')}`);
}

function routeOf(endpoint: Endpoint): string {
  return `${endpoint.method} ${API_PREFIX}${endpoint.path}`;
}
