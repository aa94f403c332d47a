import { z } from 'zod';
import type { Endpoint } from '#contracts';
import { checkMounts } from './mount-check.js';

const endpoint = (path: string, action = 'public'): Endpoint => ({
  method: 'GET',
  path,
  action: action as Endpoint['action'],
  tag: 't',
  summary: 's',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: null,
  response: null,
  status: 204,
});
const known = endpoint('/known');
const endpoints = { known };
const fitting = [{ name: 'A.known', endpoint: known }];
const routes = ['GET /api/v1/known'];

describe('start-up check of routes', () => {
  it('passes when contract and handlers agree', () => {
    expect(() => checkMounts(fitting, routes, endpoints)).not.toThrow();
  });

  it.each<[string, Parameters<typeof checkMounts>, RegExp]>([
    [
      'an endpoint without a handler',
      [[], routes, endpoints],
      /endpoint known \(GET \/api\/v1\/known\) has 0 handlers/,
    ],
    ['an endpoint with two handlers', [[...fitting, ...fitting], routes, endpoints], /has 2 handlers/],
    [
      'a handler without an endpoint',
      [[...fitting, { name: 'A.planted', endpoint: undefined }], routes, endpoints],
      /handler A\.planted has no endpoint in the contract, and so no policy/,
    ],
    [
      'a handler of an endpoint that is not listed',
      [[...fitting, { name: 'A.other', endpoint: endpoint('/other') }], routes, endpoints],
      /A\.other serves GET \/api\/v1\/other, which the contract does not list/,
    ],
    [
      'an action that the policy does not know',
      [[{ name: 'A.x', endpoint: endpoint('/x', 'root') }], ['GET /api/v1/x'], { x: endpoint('/x', 'root') }],
      /names the action "root"/,
    ],
    [
      'a route that went past Nest',
      [fitting, [...routes, 'POST /api/v1/backdoor'], endpoints],
      /route POST \/api\/v1\/backdoor is served without the contract/,
    ],
  ])('refuses %s', (_, args, message) => {
    expect(() => checkMounts(...args)).toThrow(message);
  });

  it('names all faults together', () => {
    expect(() => checkMounts([{ name: 'A.planted', endpoint: undefined }], ['GET /api/v1/planted'], endpoints)).toThrow(
      /planted has no endpoint[\s\S]*has 0 handlers[\s\S]*planted is served without/,
    );
  });
});
