import { isLoopback } from '#platform';
import { originAllowed } from './origin.js';

const local = { publicUrl: 'http://127.0.0.1:4200', publicUrlGiven: false, host: '127.0.0.1' };
const hospital = { publicUrl: 'https://bench.hospital.example', publicUrlGiven: true, host: '0.0.0.0' };
const lan = { publicUrl: 'http://127.0.0.1:4200', publicUrlGiven: false, host: '0.0.0.0' };

it.each<[boolean, string, string | undefined, typeof local]>([
  [true, 'http://127.0.0.1:4200', '127.0.0.1:4200', local],
  [true, 'http://localhost:4200', 'localhost:4200', local],
  [true, 'http://localhost:9999', 'localhost:9999', local], // through a tunnel
  [false, 'http://localhost:9999', 'localhost:4200', local], // another program on this machine
  [false, 'http://evil.example', 'evil.example', local], // a name that was pointed at this machine
  [false, 'http://evil.example', '127.0.0.1:4200', local],
  [false, 'https://127.0.0.1:4200.evil.example', '127.0.0.1:4200', local],
  [false, 'null', '127.0.0.1:4200', local],
  [false, '', '127.0.0.1:4200', local],
  [false, 'file://', undefined, local],
  [true, 'https://bench.hospital.example', 'bench.hospital.example', hospital],
  [true, 'https://bench.hospital.example', 'internal-name:8080', hospital], // a proxy that writes its own Host
  [false, 'http://bench.hospital.example', 'bench.hospital.example', hospital],
  [false, 'https://evil.example', 'evil.example', hospital],
  [true, 'http://10.0.0.5:4200', '10.0.0.5:4200', lan],
  [false, 'http://evil.example', '10.0.0.5:4200', lan],
])('%s: a page of %s that reached us as %s', (allowed, origin, host, settings) => {
  expect(originAllowed(origin, host, settings)).toBe(allowed);
});

it.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['::1', true],
  ['[::1]', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.0.0.1.evil.example', false],
  ['localhost.evil.example', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
