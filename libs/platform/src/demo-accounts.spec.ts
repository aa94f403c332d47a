import { demoAllowed, isLoopback } from './demo-accounts.js';

const own = { demo: true, host: '127.0.0.1', publicUrl: null, trustProxy: false };

it.each([
  ['on this machine alone', {}, true],
  ['by its name', { host: 'localhost' }, true],
  ['by IPv6', { host: '::1' }, true],
  ['with a public address that is this machine', { publicUrl: 'http://localhost:8080' }, true],
  ['with one by IPv6', { publicUrl: 'http://[::1]:4200' }, true],
  ['with the demo off', { demo: false }, false],
  ['on every address', { host: '0.0.0.0' }, false],
  ['on the network', { host: '10.0.0.4' }, false],
  ['behind a proxy, by its public address', { publicUrl: 'https://bench.example' }, false],
  ['behind a proxy, because one is trusted', { trustProxy: true }, false],
  ['with an address that only begins like this machine', { publicUrl: 'https://localhost.example' }, false],
] as const)('demo accounts %s', (_, change, allowed) => {
  expect(demoAllowed({ ...own, ...change })).toBe(allowed);
});

it.each([
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['LOCALHOST', true],
  ['127.0.0.1.example', false],
  ['1127.0.0.1', false],
  ['0.0.0.0', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
