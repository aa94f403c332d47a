import { setTimeout as sleep } from 'node:timers/promises';
import { ENDPOINTS } from '#contracts';
import { describeDryRun } from '../benchmark/describe.js';
import { text, texts, type Command } from '../command.js';
import { connect } from '../credentials.js';
import { EXIT } from '../exit.js';
import { patiently } from '../patience.js';

export const benchmarkDryRun: Command = {
  name: ['benchmark', 'dry-run'],
  summary: 'runs networks on practice cases of a draft by its rules, and shows scores, failures and times',
  usage: 'BENCHMARK [--network NAME]…',
  options: {
    network: { type: 'string', multiple: true, help: 'a demo network, or ALGORITHM@VERSION of yours; by default one that works and one that fails' },
    url: { type: 'string', help: 'server' },
  },
  words: [1, 1],
  async run(invocation) {
    const { terminal } = invocation;
    const [slug] = invocation.words;
    const networks = texts(invocation, 'network');
    const client = await connect(text(invocation, 'url'), { anonymous: false });
    let dryRun = await client.call(ENDPOINTS.createDryRun, { params: { slug }, body: networks.length === 0 ? {} : { networks: [...networks] } });
    const { id } = dryRun;
    while (dryRun.state === 'queued' || dryRun.state === 'running') {
      const all = dryRun.networks.flatMap(({ cases }) => cases);
      terminal.progress(`dry run ${dryRun.state}: ${all.filter(({ state }) => state !== 'waiting').length} of ${all.length} cases`);
      await sleep(1000);
      dryRun = await patiently(
        () => client.call(ENDPOINTS.getDryRun, { params: { slug, id } }),
        ({ message }) => terminal.progress(`${message} trying again`),
      );
    }
    terminal.out(dryRun, describeDryRun(dryRun));
    return dryRun.state === 'done' ? EXIT.ok : EXIT.runFailed;
  },
};
