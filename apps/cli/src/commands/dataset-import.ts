import { ENDPOINTS, type DatasetView } from '#contracts';
import { checkDataset, Findings, type DatasetFiles, type DatasetReport, type PlannedDataset } from '#evaluation';
import type { ApiClient } from '../api-client.js';
import { text, type Command, type Invocation, type Terminal } from '../command.js';
import { connect } from '../credentials.js';
import { openDataset } from '../dataset/open-dataset.js';
import { prepareCase, pseudonyms, sendCase } from '../dataset/send-case.js';
import { EXIT, usageError, type ExitCode } from '../exit.js';
import { patiently } from '../patience.js';
import { DATASET_OPTIONS, describeFinding, loadCodecs, progressLine, readLayout } from './dataset-check.js';

export const datasetImport: Command = {
  name: ['dataset', 'import'],
  summary: 'checks a dataset and, with --yes, brings its cases to the server; again, it goes on where it was',
  usage: 'PATH… [--name NAME] [--licence L] [--layout …] [--table CSV] [--yes]',
  options: {
    ...DATASET_OPTIONS,
    name: { type: 'string', help: 'what it is called; by default as its description says, or its folder' },
    slug: { type: 'string', help: 'name in addresses; by default made from the name' },
    licence: { type: 'string', help: 'SPDX id of the licence; by default as its description says' },
    description: { type: 'string', help: 'a sentence or more about it' },
    synthetic: { type: 'boolean', help: 'made by a program, of no person' },
    yes: { type: 'boolean', short: 'y', help: 'import; without it, only what would happen is told' },
    url: { type: 'string', help: 'server' },
  },
  words: [1, 1000],
  async run(invocation) {
    const { terminal, words } = invocation;
    const findings = new Findings();
    const layout = readLayout(invocation);
    const { planned, files, close } = await openDataset({ paths: words, layout, table: text(invocation, 'table') }, findings);
    try {
      const report = planned && (await checkDataset({ files, codecs: loadCodecs }, planned, findings, (name, done, of) => terminal.progress(progressLine(name, done, of))));
      if (!planned || !report?.ok) return refuse(findings, layout ?? planned?.layout ?? null, report, terminal);
      const wanted = describe(invocation, planned, report);
      const cases = planned.cases.filter(({ references }) => references.length > 0);
      const skipped = planned.cases.length - cases.length;
      if (invocation.options.yes !== true) {
        const facts = [...new Set(cases.flatMap((one) => Object.keys(one.facts)))].sort();
        terminal.out(
          { ok: true, dryRun: true, layout: planned.layout, dataset: wanted.slug, cases: cases.length, withoutReference: skipped, names: cases.map(({ name }) => name), facts, findings: findings.list },
          [
            ...findings.list.map(describeFinding),
            `would import ${cases.length} case(s) as dataset "${wanted.slug}" (${wanted.name}), licence ${wanted.licence || 'not stated: --licence is needed'}`,
            ...(skipped > 0 ? [`${skipped} case(s) without reference segmentation stay behind`] : []),
            `names of cases that would be sent: ${cases.map(({ name }) => name).slice(0, 20).join(', ')}${cases.length > 20 ? ', …' : ''}`,
            `facts of the table that would be sent: ${facts.join(', ') || 'none'}; look whether names or facts say who somebody is`,
            'nothing was sent; add --yes to import',
          ].join('\n'),
        );
        return EXIT.ok;
      }
      if (wanted.licence === '') throw usageError('--licence is needed: the dataset does not state one');
      const client = await connect(text(invocation, 'url'), { anonymous: false });
      return await bring(client, wanted, { ...planned, cases }, files, findings, terminal);
    } finally {
      await close();
    }
  },
};

type Wanted = Pick<DatasetView, 'slug' | 'name' | 'licence' | 'description' | 'synthetic' | 'labels' | 'channels'>;

/** What the dataset is to be, from the command line first and its own description second. */
function describe(invocation: Pick<Invocation, 'options'>, planned: PlannedDataset, { labels }: DatasetReport): Wanted {
  const name = (text(invocation, 'name') ?? planned.name).trim();
  const slug =
    text(invocation, 'slug') ??
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 64);
  if (slug.length < 2) throw usageError(`"${name}" makes no name for addresses; give one with --slug`);
  if (labels.length === 0) throw usageError('no reference segmentation has a label, and none is declared; expected at least one');
  const ignore = planned.labels?.ignore ?? null;
  return {
    slug,
    name,
    licence: (text(invocation, 'licence') ?? planned.licence).trim(),
    description: text(invocation, 'description') ?? planned.description,
    synthetic: invocation.options.synthetic === true,
    labels: [...labels, ...(ignore === null ? [] : [{ value: ignore, name: 'ignore' }])],
    channels: (planned.channels.length > 0 ? planned.channels : ['image']).map((channel) => ({ name: channel })),
  };
}

/** Brings what is not there yet, case by case, and freezes the whole. */
async function bring(client: ApiClient, wanted: Wanted, planned: PlannedDataset, files: DatasetFiles, findings: Findings, terminal: Terminal): Promise<ExitCode> {
  const onSilence = () => terminal.progress('the server does not answer, trying again …');
  const dataset = await patiently(() => client.call(ENDPOINTS.createDataset, { body: wanted }), onSilence);
  const there = new Map(dataset.cases.map(({ name, digest }) => [name, digest]));
  const patients = pseudonyms(planned.cases);
  let [imported, existing] = [0, 0];
  for (const [n, one] of planned.cases.entries()) {
    terminal.progress(progressLine(one.name, n, planned.cases.length).replace('checked', 'imported'));
    const prepared = await prepareCase({ files, codecs: loadCodecs, labels: planned.labels }, one, patients.get(one)!, planned.channels);
    const known = there.get(one.name) === prepared.digest || (await sendCase(client, wanted.slug, prepared, onSilence)).existing;
    if (known) existing++;
    else imported++;
  }
  const { version, digest, caseCount } = await patiently(() => client.call(ENDPOINTS.freezeDataset, { params: { slug: wanted.slug } }), onSilence);
  terminal.out(
    { ok: true, dryRun: false, layout: planned.layout, dataset: wanted.slug, version, digest, cases: caseCount, imported, existing, findings: findings.list },
    `dataset "${wanted.slug}", version ${version} of ${caseCount} case(s): ${imported} imported, ${existing} there already\n${digest}`,
  );
  return EXIT.ok;
}

function refuse(findings: Findings, layout: string | null, report: DatasetReport | null, terminal: Terminal): ExitCode {
  terminal.out(
    { ok: false, dryRun: true, layout, cases: report?.cases ?? 0, findings: findings.list },
    [...findings.list.map(describeFinding), `cannot be imported yet: ${findings.errors} error(s); nothing was sent`].join('\n'),
  );
  return EXIT.invalidInput;
}
