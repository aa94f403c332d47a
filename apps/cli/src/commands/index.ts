import type { Command } from '../command.js';
import { authLogin, authLogout, authWhoami } from './auth.js';
import { demo } from './demo.js';
import { leaderboardShow } from './leaderboard-show.js';
import { migrateCommand } from './migrate.js';
import { runShow } from './run-show.js';
import { start } from './start.js';
import { submit } from './submit.js';
import { userCreate } from './user-create.js';

export const COMMANDS: readonly Command[] = [start, demo, submit, runShow, leaderboardShow, authLogin, authWhoami, authLogout, userCreate, migrateCommand];
