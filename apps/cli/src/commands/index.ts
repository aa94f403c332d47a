import type { Command } from '../command.js';
import { authLogin, authLogout, authWhoami } from './auth.js';
import { demo } from './demo.js';
import { leaderboardExport } from './leaderboard-export.js';
import { leaderboardShow } from './leaderboard-show.js';
import { metricsPropose } from './metrics-propose.js';
import { migrateCommand } from './migrate.js';
import { rank } from './rank.js';
import { runManifestCommand } from './run-manifest.js';
import { runShow } from './run-show.js';
import { runVerify } from './run-verify.js';
import { score } from './score.js';
import { start } from './start.js';
import { submit } from './submit.js';
import { userCreate } from './user-create.js';

export const COMMANDS: readonly Command[] = [start, demo, submit, runShow, runManifestCommand, runVerify, leaderboardShow, leaderboardExport, score, rank, metricsPropose, authLogin, authWhoami, authLogout, userCreate, migrateCommand];
