import type { Command } from '../command.js';

/** A command by its name; it is loaded when it is called, so that scoring two files does not wait for the platform. */
export interface CommandEntry {
  readonly name: readonly string[];
  load(): Promise<Command>;
}

const entry = (name: string, load: () => Promise<Command>): CommandEntry => ({ name: name.split(' '), load });

/** In the order in which `--help` lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  entry('start', async () => (await import('./start.js')).start),
  entry('demo', async () => (await import('./demo.js')).demo),
  entry('submit', async () => (await import('./submit.js')).submit),
  entry('run show', async () => (await import('./run-show.js')).runShow),
  entry('run manifest', async () => (await import('./run-manifest.js')).runManifestCommand),
  entry('run verify', async () => (await import('./run-verify.js')).runVerify),
  entry('leaderboard show', async () => (await import('./leaderboard-show.js')).leaderboardShow),
  entry('leaderboard export', async () => (await import('./leaderboard-export.js')).leaderboardExport),
  entry('score', async () => (await import('./score.js')).score),
  entry('rank', async () => (await import('./rank.js')).rank),
  entry('predict', async () => (await import('./predict.js')).predict),
  entry('inspect', async () => (await import('./inspect.js')).inspect),
  entry('model check', async () => (await import('./model-check.js')).modelCheck),
  entry('model embed', async () => (await import('./model-embed.js')).modelEmbed),
  entry('model import', async () => (await import('./model-import.js')).modelImport),
  entry('dataset check', async () => (await import('./dataset-check.js')).datasetCheck),
  entry('deidentify', async () => (await import('./deidentify.js')).deidentify),
  entry('dataset import', async () => (await import('./dataset-import.js')).datasetImport),
  entry('dataset withdraw', async () => (await import('./dataset-withdraw.js')).datasetWithdraw),
  entry('benchmark create', async () => (await import('./benchmark-create.js')).benchmarkCreate),
  entry('benchmark show', async () => (await import('./benchmark-show.js')).benchmarkShow),
  entry('benchmark dry-run', async () => (await import('./benchmark-dry-run.js')).benchmarkDryRun),
  entry('benchmark publish', async () => (await import('./benchmark-publish.js')).benchmarkPublish),
  entry('benchmark members', async () => (await import('./benchmark-members.js')).benchmarkMembers),
  entry('benchmark delete', async () => (await import('./benchmark-delete.js')).benchmarkDelete),
  entry('metrics propose', async () => (await import('./metrics-propose.js')).metricsPropose),
  entry('auth login', async () => (await import('./auth.js')).authLogin),
  entry('auth whoami', async () => (await import('./auth.js')).authWhoami),
  entry('auth logout', async () => (await import('./auth.js')).authLogout),
  entry('user create', async () => (await import('./user-create.js')).userCreate),
  entry('migrate', async () => (await import('./migrate.js')).migrateCommand),
];
