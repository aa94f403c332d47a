import { join } from 'node:path';
import './patience.js';
import type { ApiParts, ApiSettings } from '../settings.js';

/** A port that nobody may use: whatever is called says its name. For tests of what happens before any port is asked. */
export function untouched<T extends object>(name: string, but: Partial<T> = {}): T {
  return new Proxy(but as T, {
    get(target, key) {
      if (key in target || typeof key === 'symbol' || key === 'then') return Reflect.get(target, key) as unknown;
      // what Nest asks every provider for
      if (/^(on[A-Z]|before[A-Z])/.test(key) || key === 'constructor') return undefined;
      return () => Promise.reject(new Error(`${name}.${key} was not expected to be called`));
    },
  });
}

export function noParts(): ApiParts {
  return {
    records: untouched<ApiParts['records']>('records', { onRunEvent: async () => async () => undefined }),
    accounts: untouched('accounts'),
    accessLog: untouched('accessLog'),
    blobs: untouched('blobs'),
    queue: untouched('queue'),
    inspector: untouched('inspector'),
    evidence: untouched<ApiParts['evidence']>('evidence', { close: async () => undefined }),
    cases: untouched<ApiParts['cases']>('cases', { close: async () => undefined }),
    passwords: untouched<ApiParts['passwords']>('passwords', { hash: async () => 'decoy' }),
    clock: { now: () => new Date('2026-01-01T00:00:00Z'), monotonicMs: () => 0 },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
}

export function testSettings(change: Partial<ApiSettings> = {}): ApiSettings {
  return {
    version: '0.0.0-test',
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'http://localhost:4200',
    publicUrlGiven: false,
    trustProxy: false,
    maxModelBytes: 1024 * 1024,
    spoolDir: '',
    registration: 'open',
    smtpUrl: null,
    mailFrom: 'Voxelmark <voxelmark@localhost>',
    demoSignIns: [],
    webDir: null,
    starterKitDir: join(import.meta.dirname, '../../../../datasets/starter-kit'),
    demoModelsDir: join(import.meta.dirname, '../../../../datasets/phantoms/models'),
    strictAnswers: true,
    ...change,
  };
}
