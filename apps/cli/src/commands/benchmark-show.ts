import { ENDPOINTS } from '#contracts';
import { describeMaking } from '../benchmark/describe.js';
import { text, type Command } from '../command.js';
import { connect } from '../credentials.js';
import { EXIT } from '../exit.js';

export const benchmarkShow: Command = {
  name: ['benchmark', 'show'],
  summary: 'how a benchmark of yours is made, and what stands in the way of its publication',
  usage: 'BENCHMARK',
  options: { url: { type: 'string', help: 'server' } },
  words: [1, 1],
  async run(invocation) {
    const client = await connect(text(invocation, 'url'), { anonymous: false });
    const making = await client.call(ENDPOINTS.getBenchmarkMaking, { params: { slug: invocation.words[0] } });
    invocation.terminal.out(making, describeMaking(making));
    return EXIT.ok;
  },
};
