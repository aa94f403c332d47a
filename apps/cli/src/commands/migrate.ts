import { createLog, migrateAll, readConfig } from '#platform';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';

export const migrateCommand: Command = {
  name: ['migrate'],
  summary: 'bring the database to the newest schema (a shared one; the embedded one migrates itself)',
  usage: '',
  options: {},
  words: [0, 0],
  async run({ terminal }) {
    const config = readConfig(process.env);
    const applied = await migrateAll(config, createLog('warn', 'migrate'));
    terminal.out({ applied }, applied.length === 0 ? 'nothing to do: the schema is the newest' : `applied ${applied.join(', ')}`);
    return EXIT.ok;
  },
};
