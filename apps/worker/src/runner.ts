import { createLog, readConfig } from '#platform';
import { startRunnerHost } from '#inference';

/**
 * Runs models for a worker, in a container of its own: without network, read-only, and with nothing but a volume that holds
 * a Unix socket (VOXELMARK_RUNNER_SOCKET) and the session at hand (VOXELMARK_SCRATCH_DIR). Until SIGTERM or SIGINT.
 */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel, 'runner');
  if (config.runnerSocket === null) throw new Error('VOXELMARK_RUNNER_SOCKET is not set: where should it listen?');
  const host = await startRunnerHost({ socketPath: config.runnerSocket, scratchDir: config.scratchDir, log });
  const close = (signal: NodeJS.Signals) => {
    log.info('runner.signal', { signal });
    host.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}

main().catch((error: unknown) => {
  createLog('info', 'runner').error('runner.start-failed', error);
  process.exit(1);
});
