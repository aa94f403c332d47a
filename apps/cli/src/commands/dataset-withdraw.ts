import { ENDPOINTS } from '#contracts';
import type { Command } from '../command.js';
import { text } from '../command.js';
import { connect } from '../credentials.js';
import { CliError, EXIT, usageError } from '../exit.js';

export const datasetWithdraw: Command = {
  name: ['dataset', 'withdraw'],
  summary: 'takes cases out of a dataset of yours, or all of it: gone with their files before a version holds them, left out of the next one after',
  usage: 'DATASET CASE… | DATASET --whole [--yes]',
  options: {
    whole: { type: 'boolean', help: 'the whole dataset, which must have no version' },
    yes: { type: 'boolean', short: 'y', help: 'do it; without it, only what would happen is told' },
    url: { type: 'string', help: 'server' },
  },
  words: [1, 1000],
  async run(invocation) {
    const { terminal, options } = invocation;
    const [slug, ...names] = invocation.words;
    const whole = options.whole === true;
    if (whole === names.length > 0) throw usageError(whole ? '--whole goes without names of cases' : 'name the cases, or give --whole');
    const client = await connect(text(invocation, 'url'), { anonymous: false });
    const dataset = await client.call(ENDPOINTS.getDataset, { params: { slug } });
    const unknown = names.filter((name) => !dataset.cases.some((one) => one.name === name));
    if (unknown.length > 0) throw new CliError('case-not-found', `"${slug}" has no case ${unknown.map((name) => `"${name}"`).join(', ')}; nothing was done`, EXIT.notFound);
    if (options.yes !== true) {
      const what = whole ? `the dataset "${slug}" and its ${dataset.caseCount} case(s)` : `${names.length} case(s) of "${slug}": ${names.join(', ')}`;
      const how = dataset.versions.length === 0 ? 'would be gone with their files' : `it has ${dataset.versions.length} version(s): cases in them would be left out of the next one, others be gone with their files`;
      terminal.out({ ok: true, dryRun: true, dataset: slug, whole, cases: names, versions: dataset.versions.length }, `${what}; ${how}. Nothing was done; add --yes`);
      return EXIT.ok;
    }
    if (whole) {
      await client.call(ENDPOINTS.deleteDataset, { params: { slug } });
      terminal.out({ ok: true, dryRun: false, dataset: slug, whole, removed: dataset.cases.map(({ name }) => name), withdrawn: [] }, `the dataset "${slug}" is gone`);
      return EXIT.ok;
    }
    const [removed, withdrawn]: string[][] = [[], []];
    for (const name of names) {
      const { outcome } = await client.call(ENDPOINTS.withdrawDatasetCase, { params: { slug, name } });
      (outcome === 'removed' ? removed : withdrawn).push(name);
    }
    terminal.out(
      { ok: true, dryRun: false, dataset: slug, whole, removed, withdrawn },
      [
        ...(removed.length > 0 ? [`gone with their files: ${removed.join(', ')}`] : []),
        ...(withdrawn.length > 0 ? [`left out of new versions: ${withdrawn.join(', ')}; versions that exist, and benchmarks made of them, keep them. Freeze a new version with \`dataset import\``] : []),
      ].join('\n'),
    );
    return EXIT.ok;
  },
};
