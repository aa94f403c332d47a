import { ENDPOINTS } from '#contracts';
import { describeCheck, describeMaking } from '../benchmark/describe.js';
import { untilPrepared } from '../benchmark/prepared.js';
import { DESCRIPTION_OPTIONS, readDescription } from '../benchmark/read-description.js';
import { text, type Command } from '../command.js';
import { connect } from '../credentials.js';
import { EXIT } from '../exit.js';

export const benchmarkCreate: Command = {
  name: ['benchmark', 'create'],
  summary: 'makes a draft of a benchmark from a frozen version of a dataset',
  usage: '[FILE.json] --dataset NAME@VERSION --title TITLE [--test-share 0.7] [--metric dice]… [--check|--replace SLUG]',
  options: {
    ...DESCRIPTION_OPTIONS,
    check: { type: 'boolean', help: 'only say what it would become' },
    replace: { type: 'string', help: 'put it in the place of this draft' },
    'no-wait': { type: 'boolean', help: 'do not wait until a worker has measured the references' },
    url: { type: 'string', help: 'server' },
  },
  words: [0, 1],
  async run(invocation) {
    const { terminal } = invocation;
    const body = await readDescription(invocation);
    const client = await connect(text(invocation, 'url'), { anonymous: false });
    if (invocation.options.check === true) {
      const checked = await client.call(ENDPOINTS.checkBenchmark, { body });
      terminal.out(checked, describeCheck(checked));
      return checked.definition === null || checked.findings.some(({ severity }) => severity === 'error') ? EXIT.invalidInput : EXIT.ok;
    }
    const slug = text(invocation, 'replace');
    const made =
      slug === null
        ? await client.call(ENDPOINTS.createBenchmark, { body })
        : await client.call(ENDPOINTS.replaceBenchmark, { params: { slug }, body });
    const draft = invocation.options['no-wait'] === true ? made : await untilPrepared(client, made, terminal);
    const next = `try it with \`voxelmark benchmark dry-run ${draft.benchmark.slug}\`, then \`voxelmark benchmark publish ${draft.benchmark.slug}\``;
    terminal.out(draft, `${describeMaking(draft)}\n${next}`);
    return draft.preparation.state === 'failed' ? EXIT.runFailed : EXIT.ok;
  },
};
