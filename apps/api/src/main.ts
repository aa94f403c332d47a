import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createLog,
  DEMO_ACCOUNTS,
  DEMO_PASSWORD,
  hashPassword,
  isLoopback,
  nestLogger,
  openPlatform,
  readConfig,
  startCoordinator,
  verifyPassword,
  watchParent,
  type Config,
} from '#platform';
import { createApi } from './create-api.js';
import { createCaseThread } from './datasets/case-engine.js';
import { createEvidencePool } from './evidence/evidence-pool.js';
import type { ApiSettings } from './settings.js';

/** From dist/apps/api/src; the pages are built into dist/web. */
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** Open answers get this long to end after SIGTERM. */
const CLOSE_MS = 10_000;

/** Settings of the API from the configuration of the platform. The public address may follow the port, once that is known. */
function settingsOf(config: Config): ApiSettings & { publicUrl: string } {
  const { host, port, trustProxy, maxModelBytes, registration, smtpUrl, mailFrom } = config;
  return {
    host,
    port,
    trustProxy,
    maxModelBytes,
    registration,
    smtpUrl,
    mailFrom,
    version: (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version,
    publicUrl: config.publicUrl ?? reachableAt(host, port),
    publicUrlGiven: config.publicUrl !== null,
    spoolDir: join(config.dataDir, 'uploads'),
    demoSignIns: config.demo ? DEMO_ACCOUNTS.map(({ email, role }) => ({ email, role, password: DEMO_PASSWORD })) : [],
    webDir: join(ROOT, 'dist', 'web'),
    starterKitDir: join(ROOT, 'datasets', 'starter-kit'),
    demoModelsDir: join(ROOT, 'datasets', 'phantoms', 'models'),
    strictAnswers: process.env.NODE_ENV === 'development' || process.env.NODE_ENV === 'test',
  };
}

/** An address by which this machine reaches a server that listens on `host`. */
function reachableAt(host: string, port: number): string {
  const name = isLoopback(host) ? host : '127.0.0.1';
  return `http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}`;
}

/**
 * The API process: serves API and pages until SIGTERM or SIGINT. Says `{ ready: true, url }` to the process that started it
 * when there is a channel to it, otherwise one line of JSON on stdout. With VOXELMARK_PARENT_PID it also ends when that
 * process is gone.
 */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel, 'api');
  const parentPid = Number(process.env.VOXELMARK_PARENT_PID);
  if (parentPid > 0) watchParent(parentPid, () => process.exit(1));

  const platform = await openPlatform(config, 'api', log);
  const settings = settingsOf(config);
  const app = await createApi(
    { ...platform, passwords: { hash: hashPassword, verify: verifyPassword }, evidence: createEvidencePool(), cases: createCaseThread(), log },
    settings,
    { logger: nestLogger(log) },
  );
  const coordinator = startCoordinator({ records: platform.records, queue: platform.queue, blobs: platform.blobs, log });
  await app.listen({ port: config.port, host: config.host });
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = reachableAt(config.host, port);
  if (!settings.publicUrlGiven) settings.publicUrl = url;
  log.info('api.ready', { url, publicUrl: settings.publicUrl });
  if (process.send) process.send({ ready: true, url });
  else process.stdout.write(`${JSON.stringify({ event: 'api.ready', url })}\n`);

  const close = async (): Promise<void> => {
    await app.close();
    await coordinator.stop();
    await platform.close();
  };
  let closing = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    log.info('api.signal', { signal });
    if (closing) process.exit(1);
    closing = true;
    setTimeout(() => process.exit(1), CLOSE_MS).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('api.close-failed', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

main().catch((error: unknown) => {
  createLog('info', 'api').error('api.start-failed', error);
  process.exit(1);
});
