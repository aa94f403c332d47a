import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { readConfig, SETTINGS_SCHEMA } from './config.js';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly networks?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly deploy?: { readonly replicas: number };
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly network_mode?: string;
  readonly profiles?: readonly string[];
}

const root = resolve(import.meta.dirname, '../../..');
const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
};
const services = Object.entries(compose.services);
const OURS = ['migrate', 'api', 'worker', 'sealed-worker'] as const;
const EVERYWHERE = ['api', 'migrate', 'postgres', 'redis', 'store', 'worker'];

/** The environment of a service as its process gets it: `${NAME:?…}` and `${NAME:-default}` filled in from `.env`. */
function environmentOf(service: Service, dotEnv: Readonly<Record<string, string>> = {}): Record<string, string> {
  const fill = (text: string): string =>
    text.replace(
      /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
      (_, name: string, kind: string | undefined, rest: string) =>
        dotEnv[name] ?? (kind === '-' ? rest : `filled-${name.toLowerCase().replaceAll('_', '-')}`),
    );
  return Object.fromEntries(
    Object.entries(service.environment ?? {}).map(([key, value]) => [key, fill(String(value))]),
  );
}

describe('docker-compose.yml', () => {
  it('has the engines, the API and the workers; those of level 3 when asked for', () => {
    expect(services.filter(([, { profiles }]) => !profiles).map(([name]) => name).sort()).toEqual(EVERYWHERE);
    expect(services.filter(([, { profiles }]) => profiles?.includes('sealed')).map(([name]) => name)).toEqual([
      'sealed-worker',
      'runner',
    ]);
    expect(compose.services.worker.deploy?.replicas).toBeGreaterThan(1);
  });

  it.each(OURS)('gives %s only settings that exist, and they choose the shared engines', (name) => {
    const environment = environmentOf(compose.services[name]);
    expect(Object.keys(environment).filter((key) => !(key in SETTINGS_SCHEMA.shape))).toEqual([]);
    const config = readConfig(environment);
    expect(config.databaseUrl).not.toBeNull();
    expect(config.redisUrl).not.toBeNull();
    expect(config.s3).not.toBeNull();
    const hosts = [config.databaseUrl!, config.redisUrl!, config.s3!.endpoint].map((url) => new URL(url).hostname);
    expect(hosts).toEqual(['postgres', 'redis', 'store']);
    const own = compose.services[name].networks;
    for (const host of hosts) expect(compose.services[host].networks).toEqual(expect.arrayContaining(['engines']));
    expect(own).toContain('engines');
  });

  it('gives the engines the same names and passwords as those who use them', () => {
    const { databaseUrl, s3 } = readConfig(environmentOf(compose.services.api));
    const { username, password, pathname } = new URL(databaseUrl!);
    const postgres = environmentOf(compose.services.postgres);
    expect([username, password, pathname]).toEqual([
      postgres.POSTGRES_USER,
      postgres.POSTGRES_PASSWORD,
      `/${postgres.POSTGRES_USER}`,
    ]);
    const store = environmentOf(compose.services.store);
    expect([s3!.accessKeyId, s3!.secretAccessKey]).toEqual([store.MINIO_ROOT_USER, store.MINIO_ROOT_PASSWORD]);
  });

  it('offers no demo accounts beyond loopback, and publishes nothing but the API, to this machine only', () => {
    expect(readConfig(environmentOf(compose.services.api)).demo).toBe(false);
    const published = services.filter(([, service]) => service.ports !== undefined);
    expect(published.map(([name]) => name)).toEqual(['api']);
    const { port } = readConfig(environmentOf(compose.services.api));
    expect(compose.services.api.ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(compose.networks.engines?.internal).toBe(true);
    expect(compose.services.worker.networks).toEqual(['engines']);
  });

  it('can stand behind a proxy: its address and that it is believed come from .env, and nothing is believed by default', () => {
    const { api } = compose.services;
    expect(readConfig(environmentOf(api)).trustProxy).toBe(false);
    const dotEnv = { VOXELMARK_TRUST_PROXY: 'true', VOXELMARK_PUBLIC_URL: 'https://bench.example.org' };
    expect(readConfig(environmentOf(api, dotEnv))).toMatchObject({
      trustProxy: true,
      publicUrl: 'https://bench.example.org',
    });
    const comment = readFileSync(join(root, 'docker-compose.yml'), 'utf8').split('name: voxelmark')[0];
    for (const name of Object.keys(dotEnv)) expect(comment).toContain(name);
  });

  it('pins every image to a version', () => {
    for (const [name, { image, build }] of services) {
      expect([name, image]).toEqual([name, expect.stringMatching(/:[\w.]*\d+[.-]\d+/)]);
      if ((OURS as readonly string[]).includes(name) || name === 'runner') expect(build).toBe('.');
    }
    const { version, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      version: string;
      engines: { node: string };
    };
    expect(compose.services.api.image).toBe(`voxelmark:${version}`);
    const bases = [...readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(/^FROM node:(\d+)\.(\d+)\.\d+-/gm)];
    expect(bases).toHaveLength(2);
    const [major, minor] = engines.node.replace('>=', '').split('.').map(Number);
    for (const base of bases)
      expect(Number(base[1]) * 1000 + Number(base[2])).toBeGreaterThanOrEqual(major * 1000 + minor);
  });

  it('refers only to services, volumes and networks that it declares, and waits for what it needs', () => {
    for (const [name, service] of services) {
      for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
        const other = compose.services[needed];
        expect([name, needed, other !== undefined]).toEqual([name, needed, true]);
        if (condition === 'service_healthy') expect([needed, other.healthcheck !== undefined]).toEqual([needed, true]);
      }
      for (const network of service.networks ?? []) expect(Object.keys(compose.networks)).toContain(network);
      for (const volume of service.volumes ?? []) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
    }
    for (const name of ['api', 'worker', 'sealed-worker'])
      expect(Object.keys(compose.services[name].depends_on ?? {}).sort()).toEqual(
        ['migrate', 'redis', 'store', ...(name === 'sealed-worker' ? ['runner'] : [])].sort(),
      );
  });

  it('starts programs that the build makes', () => {
    for (const name of OURS) {
      const [program] = compose.services[name].command ?? [];
      const source = program.startsWith('dist/') ? program.slice('dist/'.length).replace(/\.js$/, '.ts') : program;
      expect([name, existsSync(join(root, source))]).toEqual([name, true]);
    }
  });

  it('lets our containers write nowhere but into their data folder and /tmp, without privileges', () => {
    for (const name of OURS) {
      const service = compose.services[name];
      expect([name, service.read_only, service.cap_drop]).toEqual([name, true, ['ALL']]);
      const { VOXELMARK_DATA_DIR: dataDir } = environmentOf(service);
      const writable = [...(service.tmpfs ?? []), ...(service.volumes ?? []).map((volume) => volume.split(':')[1])].map(
        (path) => path.split(':')[0],
      );
      expect(writable.sort()).toEqual([dataDir, '/tmp', ...(name === 'sealed-worker' ? ['/runner'] : [])].sort());
    }
  });

  it('runs models at level 3 without network, credentials or privileges, on the one volume of its worker', () => {
    const { runner } = compose.services;
    expect(runner).toMatchObject({ network_mode: 'none', read_only: true, cap_drop: ['ALL'], volumes: ['runner:/runner'] });
    expect(runner.security_opt).toContain('no-new-privileges:true');
    expect([runner.networks, runner.ports, runner.depends_on]).toEqual([undefined, undefined, undefined]);
    const [own, workers] = [readConfig(environmentOf(runner)), readConfig(environmentOf(compose.services['sealed-worker']))];
    expect(own).toMatchObject({ databaseUrl: null, redisUrl: null, s3: null });
    expect([own.runnerSocket, own.scratchDir]).toEqual([workers.runnerSocket, workers.scratchDir]);
    expect(own.runnerSocket).toMatch(/^\/runner\//);
    expect(workers.workerConcurrency).toBe(1); // the runner has one session at a time
    expect(existsSync(join(root, 'apps/worker/src/runner.ts'))).toBe(true);
  });
});
