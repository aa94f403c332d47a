import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { NestFactory } from '@nestjs/core';
import { createLog, nestLogger, openPlatform, readConfig, watchParent } from '#platform';
import { JobConsumer, WorkerModule } from './worker.module.js';

/**
 * A worker process: takes jobs until SIGTERM or SIGINT, then finishes its current cases within 30 s or gives them back;
 * a second signal gives them back at once. With VOXELMARK_PARENT_PID it also ends when that process is gone.
 */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel, 'worker');
  const parentPid = Number(process.env.VOXELMARK_PARENT_PID);
  // gone without asking: nobody waits for us, and the processes that run models end with us
  if (parentPid > 0) watchParent(parentPid, () => process.exit(1));

  const platform = await openPlatform(config, 'worker', log);
  const owner = `${hostname()}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const { records, blobs, queue, clock } = platform;
  const options = {
    records,
    blobs,
    queue,
    clock,
    log,
    owner,
    concurrency: config.workerConcurrency,
    scratchDir: config.scratchDir,
    runnerSocket: config.runnerSocket,
  };
  const app = await NestFactory.createApplicationContext(WorkerModule.over(options), {
    logger: nestLogger(log),
    abortOnError: false,
  });

  let closing: Promise<void> | null = null;
  const close = (signal: NodeJS.Signals) => {
    log.info('worker.signal', { signal });
    if (closing) return app.get(JobConsumer).letGo();
    closing = app.close().then(() => platform.close());
    closing.then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('worker.close-failed', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}

main().catch((error: unknown) => {
  createLog('info', 'worker').error('worker.start-failed', error);
  process.exit(1);
});
