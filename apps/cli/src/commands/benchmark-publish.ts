import { ENDPOINTS } from '#contracts';
import { describeMaking } from '../benchmark/describe.js';
import { text, type Command } from '../command.js';
import { connect } from '../credentials.js';
import { CliError, EXIT } from '../exit.js';

export const benchmarkPublish: Command = {
  name: ['benchmark', 'publish'],
  summary: 'publishes a draft: from then on its rules and cases do not change',
  usage: 'BENCHMARK [--accept-warnings]',
  options: {
    'accept-warnings': { type: 'boolean', help: 'publish it although there are warnings' },
    url: { type: 'string', help: 'server' },
  },
  words: [1, 1],
  async run(invocation) {
    const client = await connect(text(invocation, 'url'), { anonymous: false });
    const making = await client
      .call(ENDPOINTS.publishBenchmark, {
        params: { slug: invocation.words[0] },
        body: { acceptWarnings: invocation.options['accept-warnings'] === true },
      })
      .catch((error: unknown) => {
        if (!(error instanceof CliError) || error.code !== 'benchmark-warnings') throw error;
        throw new CliError(error.code, `${error.message}\nadd --accept-warnings to publish it nevertheless`, error.exit, { cause: error });
      });
    invocation.terminal.out(making, `${describeMaking(making)}\n${client.url}/benchmarks/${making.benchmark.slug}`);
    return EXIT.ok;
  },
};
