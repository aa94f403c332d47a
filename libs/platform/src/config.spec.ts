import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigurationError, describeProfile, maskUrl, readConfig, settingsTable } from './config.js';

describe('readConfig', () => {
  it('chooses the embedded engines when nothing is set', () => {
    const config = readConfig({ PATH: '/usr/bin', HOME: '/nowhere' });
    expect(config).toMatchObject({ databaseUrl: null, redisUrl: null, s3: null, host: '127.0.0.1', demo: true, registration: 'open' });
    expect(config.dataDir).toBe(resolve('.voxelmark'));
    expect(config.workers).toBeGreaterThanOrEqual(1);
    expect(describeProfile(config)).toMatchObject({ database: 'embedded PostgreSQL', queue: 'in the database' });
  });

  it('switches engines by their addresses, and masks passwords', () => {
    const config = readConfig({
      DATABASE_URL: 'postgres://vm:secret@db/voxelmark',
      REDIS_URL: 'redis://:hush@queue:6379/0',
      S3_ENDPOINT: 'http://store:9000',
      S3_ACCESS_KEY_ID: 'key',
      S3_SECRET_ACCESS_KEY: 'lock',
    });
    expect(config.s3).toMatchObject({ bucket: 'voxelmark', region: 'us-east-1' });
    const words = JSON.stringify(describeProfile(config));
    expect(words).toContain('db/voxelmark');
    expect(words).not.toMatch(/secret|hush|lock/);
  });

  it('takes a blank variable for an absent one', () => {
    expect(readConfig({ DATABASE_URL: '', VOXELMARK_PORT: '', VOXELMARK_DEMO: '' })).toMatchObject({ databaseUrl: null, port: 4200, demo: true });
  });

  it('reports all problems at once, each with its variable', () => {
    let problems: readonly string[] = [];
    try {
      readConfig({ VOXELMARK_PORT: 'eighty', DATABASE_URL: 'mysql://x', VOXELMARK_PROT: '1' });
    } catch (error) {
      problems = (error as ConfigurationError).problems;
    }
    expect(problems.map((problem) => problem.split(/[: ]/)[0]).sort()).toEqual(['DATABASE_URL', 'VOXELMARK_PORT', 'VOXELMARK_PROT']);
  });

  it('refuses half of the S3 settings', () => {
    expect(() => readConfig({ S3_ENDPOINT: 'http://store:9000' })).toThrow(/S3_ACCESS_KEY_ID/);
  });

  it('masks the password of a URL and nothing else', () => {
    expect(maskUrl('postgres://a:b@c/d')).toBe('postgres://a:***@c/d');
    expect(maskUrl('http://store:9000/')).toBe('http://store:9000/');
    const inQuery = 'postgres:///voxelmark?host=/run&password=hush&sslmode=require&sslpassword=hush';
    expect(maskUrl(inQuery)).toBe(inQuery.replaceAll('hush', '***').replace('/run', '%2Frun'));
    expect(maskUrl('postgres://a@c/d?host=/run')).toBe('postgres://a@c/d?host=/run');
  });
});

it('docs/configuration.md holds the table of settings', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8');
  expect(page).toContain(settingsTable());
});
