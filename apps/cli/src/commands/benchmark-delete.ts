import { ENDPOINTS } from '#contracts';
import { text, type Command } from '../command.js';
import { connect } from '../credentials.js';
import { EXIT, usageError } from '../exit.js';

export const benchmarkDelete: Command = {
  name: ['benchmark', 'delete'],
  summary: 'deletes a draft; its dataset stays, and a published benchmark is never deleted',
  usage: 'BENCHMARK --yes',
  options: { yes: { type: 'boolean', short: 'y', help: 'needed' }, url: { type: 'string', help: 'server' } },
  words: [1, 1],
  async run(invocation) {
    const [slug] = invocation.words;
    if (invocation.options.yes !== true) throw usageError(`nothing was deleted; add --yes to delete the draft "${slug}"`);
    const client = await connect(text(invocation, 'url'), { anonymous: false });
    await client.call(ENDPOINTS.deleteBenchmark, { params: { slug } });
    invocation.terminal.out({ deleted: slug }, `deleted the draft "${slug}"`);
    return EXIT.ok;
  },
};
