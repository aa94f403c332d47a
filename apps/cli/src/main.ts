import 'reflect-metadata';
import { COMMANDS } from './commands/index.js';
import { runCommandLine } from './run-command-line.js';

await runCommandLine(COMMANDS);
