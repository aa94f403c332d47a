import { ENDPOINTS } from '#contracts';
import { text, type Command } from '../command.js';
import { connect } from '../credentials.js';
import { CliError, EXIT } from '../exit.js';

export const benchmarkPublish: Command = {
  name: ['benchmark', 'publish'],
  summary: 'publishes a draft: from then on its rules and cases do not change',
  usage: 'BENCHMARK [--accept-warnings] [--expected SHA256]',
  options: {
    'accept-warnings': { type: 'boolean', help: 'publish it although there are warnings' },
    expected: { type: 'string', help: 'digest of the draft as you have seen it; refused when it is another one by now' },
    url: { type: 'string', help: 'server' },
  },
  words: [1, 1],
  async run(invocation) {
    const client = await connect(text(invocation, 'url'), { anonymous: false });
    const expected = text(invocation, 'expected');
    const making = await client
      .call(ENDPOINTS.publishBenchmark, {
        params: { slug: invocation.words[0] },
        body: { acceptWarnings: invocation.options['accept-warnings'] === true, ...(expected === null ? {} : { expected }) },
      })
      .catch((error: unknown) => {
        if (!(error instanceof CliError) || error.code !== 'benchmark-warnings') throw error;
        const [said] = error.message.split('\n');
        const next = `\`voxelmark benchmark show ${invocation.words[0]}\` lists them; add --accept-warnings to publish it nevertheless`;
        throw new CliError(error.code, `${said}\n${next}`, error.exit, { cause: error });
      });
    const { slug, title } = making.benchmark;
    invocation.terminal.out(making, `published "${slug}": ${title}\n${client.url}/benchmarks/${slug}`);
    return EXIT.ok;
  },
};
