import { basename } from 'node:path';
import { ENDPOINTS, MOST_VOLUME_BYTES } from '#contracts';
import { checkDataset, checkDictionary, Findings, patientPseudonyms, renameCases, STEWARD_CODES, type DatasetFiles, type DatasetReport, type PlannedDataset, type ReferenceRules } from '#datasets';
import { CONSENSUS_METHODS, type ConsensusMethod } from '#domain';
import type { ApiClient } from '../api-client.js';
import { text, type Command, type Invocation, type Terminal } from '../command.js';
import { connect } from '../credentials.js';
import { datasetKeyPath, readDatasetKey, saveDatasetKey, type DatasetKey } from '../dataset/dataset-key.js';
import { acceptedBy, DATASET_OPTIONS, readColumns, readLayout, readRules } from '../dataset/dataset-options.js';
import { openDataset } from '../dataset/open-dataset.js';
import { prepareCase, sendCase, sha256, type Preparation } from '../dataset/send-case.js';
import { checkSendable, chooseFacts, describeDataset, dictionaryAt, NO_LICENCE, slugOf, type ChosenFacts, type WantedDataset } from '../dataset/wanted-dataset.js';
import { CliError, EXIT, usageError, type ExitCode } from '../exit.js';
import { patiently } from '../patience.js';
import { describeFinding, loadCodecs, progressLine } from './dataset-check.js';

export const datasetImport: Command = {
  name: ['dataset', 'import'],
  summary: 'checks a dataset and, with --yes, brings its cases to the server; again, it goes on where it was',
  usage: 'PATH… [--name NAME] [--licence L] [--layout …] [--table CSV] [--facts a,b,c] [--yes]',
  options: {
    ...DATASET_OPTIONS,
    name: { type: 'string', help: 'what it is called; by default as its description says, or its folder' },
    slug: { type: 'string', help: 'name in addresses; by default made from the name' },
    licence: { type: 'string', help: 'SPDX id of the licence; by default as its description says' },
    description: { type: 'string', help: 'a sentence or more about it' },
    modality: { type: 'string', multiple: true, help: 'CT, MR, PT, … of the images, or NAME=CT of one channel of several, again for others; by default as headers or names say' },
    synthetic: { type: 'boolean', help: 'made by a program, of no person' },
    facts: { type: 'string', help: 'columns of the table that are sent, with commas between them, or none' },
    rename: { type: 'boolean', help: 'call the cases case-0001 and so on' },
    consensus: { type: 'string', help: 'derive one of several readers: majority or staple' },
    'key-file': { type: 'string', help: 'what pseudonyms of patients are made with; made when it is not there. Keep it' },
    'steward-has-looked': { type: 'boolean', help: 'somebody has looked at the images that show faces, and agrees' },
    yes: { type: 'boolean', short: 'y', help: 'import; without it, only what would happen is told' },
    url: { type: 'string', help: 'server' },
  },
  words: [1, 1000],
  async run(invocation) {
    const { terminal, words } = invocation;
    const findings = new Findings(acceptedBy(invocation));
    const layout = readLayout(invocation);
    const consensus = readConsensus(invocation);
    const rules = readRules(invocation);
    const dictionaryPath = text(invocation, 'dictionary');
    const dictionary = await dictionaryAt(dictionaryPath);
    const { planned: found, files, close } = await openDataset({ paths: words, layout, table: text(invocation, 'table'), columns: await readColumns(invocation) }, findings);
    try {
      if (!found) return refuse(findings, layout, null, terminal);
      if (dictionaryPath !== null) checkDictionary(dictionary, basename(dictionaryPath), found.cases, findings);
      const keyFile = text(invocation, 'key-file') ?? datasetKeyPath(slugOf(invocation, found));
      const key = await readDatasetKey(keyFile);
      const renamed = invocation.options.rename === true ? renameCases(found.cases, key.names) : { cases: found.cases, names: key.names };
      const planned = { ...found, cases: renamed.cases };
      const report = await checkDataset({ files, codecs: loadCodecs, sha256, rules, maxBytes: MOST_VOLUME_BYTES }, planned, findings, (name, done, of) => terminal.progress(progressLine(name, done, of)));
      if (!report.ok) return refuse(findings, planned.layout, report, terminal);
      const wanted = describeDataset(invocation, planned, report, dictionary);
      const cases = planned.cases.filter(({ references }) => references.length > 0);
      const facts = chooseFacts(cases, text(invocation, 'facts'), dictionary);
      checkSendable(wanted, cases, facts.allowed, findings);
      if (findings.errors > 0) return refuse(findings, planned.layout, report, terminal);
      const bringing: Bringing = { wanted, planned: { ...planned, cases }, files, findings, facts, rules, consensus, key: { ...key, names: renamed.names }, keyFile };
      if (invocation.options.yes !== true) return rehearse(bringing, report, planned.cases.length - cases.length, terminal);
      checkSteward(invocation, findings);
      const client = await connect(text(invocation, 'url'), { anonymous: false });
      return await bring(client, bringing, terminal);
    } finally {
      await close();
    }
  },
};

interface Bringing {
  readonly wanted: WantedDataset;
  /** With the cases that are to be sent. */
  readonly planned: PlannedDataset;
  readonly files: DatasetFiles;
  readonly findings: Findings;
  readonly facts: ChosenFacts;
  readonly rules: ReferenceRules;
  readonly consensus: ConsensusMethod | null;
  readonly key: DatasetKey;
  readonly keyFile: string;
}

function readConsensus(invocation: Pick<Invocation, 'options'>): ConsensusMethod | null {
  const asked = text(invocation, 'consensus');
  const method = CONSENSUS_METHODS.find((one) => one === asked);
  if (asked !== null && !method) throw usageError(`--consensus is "${asked}"; expected ${CONSENSUS_METHODS.join(' or ')}`);
  return method ?? null;
}

function checkSteward(invocation: Pick<Invocation, 'options'>, findings: Findings): void {
  const held = findings.list.filter(({ code }) => STEWARD_CODES.includes(code));
  if (held.length === 0 || invocation.options['steward-has-looked'] === true) return;
  const names = [...new Set(held.map(({ case: name }) => name))];
  throw new CliError(
    'steward-needed',
    `${names.length} case(s) show faces: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}; remove the faces, or give --steward-has-looked when somebody has looked and agrees`,
    EXIT.invalidInput,
  );
}

const channelInWords = ({ name, modality, unit }: NonNullable<WantedDataset['channels']>[number]): string =>
  `${name} (${modality === undefined ? 'modality not known: say it with --modality' : `${modality}${unit === undefined ? '' : `, ${unit}`}`})`;

/** Tells what would happen. */
function rehearse({ wanted, planned, findings, facts, consensus }: Bringing, report: DatasetReport, withoutReference: number, terminal: Terminal): ExitCode {
  const { cases, layout } = planned;
  const names = cases.map(({ name }) => name);
  const left = facts.columns.filter((name) => !facts.chosen.includes(name));
  const ofHeaders = report.facts.filter((name) => facts.allowed.includes(name) && !facts.columns.includes(name));
  const examples = (column: string): string => {
    const values = [...new Set(cases.flatMap(({ facts: own }) => (column in own ? [String(own[column])] : [])))];
    return `${column} (${values.slice(0, 3).map((value) => value.slice(0, 40)).join(', ')}${values.length > 3 ? ', …' : ''})`;
  };
  const several = cases.filter(({ references }) => references.length > 1).length;
  terminal.out(
    { ok: true, dryRun: true, layout, dataset: wanted.slug, cases: cases.length, withoutReference, names, channels: wanted.channels, facts: facts.chosen, factsLeftOut: left, factsOfHeaders: ofHeaders, consensus, findings: findings.list },
    [
      ...findings.list.map(describeFinding),
      `would import ${cases.length} case(s) as dataset "${wanted.slug}" (${wanted.name}), licence ${wanted.licence}${wanted.licence === NO_LICENCE ? ': say it with --licence' : ''}`,
      ...(withoutReference > 0 ? [`${withoutReference} case(s) without reference segmentation stay behind`] : []),
      ...(consensus !== null && several > 0 ? [`a consensus (${consensus}) would be derived for ${several} case(s) of several readers that have none`] : []),
      `images of a case: ${(wanted.channels ?? []).map(channelInWords).join(', ')}`,
      `names of cases that would be sent: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`,
      `facts of headers that would be sent: ${ofHeaders.join(', ') || 'none'}`,
      `facts of the table that would be sent: ${facts.chosen.map(examples).join('; ') || 'none'}`,
      ...(left.length > 0 ? [`facts of the table that stay behind unless --facts names them: ${left.map(examples).join('; ')}`] : []),
      ...(planned.labels === null ? ['labels are those that occur; if cases with others are to come later, write a labels.json first'] : []),
      'look whether names or facts say who somebody is; nothing was sent; add --yes to import',
    ].join('\n'),
  );
  return EXIT.ok;
}

/** Brings what is not there yet, case by case, and freezes the whole. */
async function bring(client: ApiClient, { wanted, planned, files, findings, facts, rules, consensus, key, keyFile }: Bringing, terminal: Terminal): Promise<ExitCode> {
  const { keyed, made } = await saveDatasetKey(keyFile, key);
  if (made) terminal.say(`voxelmark: made the key ${keyFile}; keep it, and keep it to yourself: it tells patients of later imports apart`);
  const patients = await patientPseudonyms(planned.cases, keyed);
  const onSilence = () => terminal.progress('the server does not answer, trying again …');
  const left = facts.columns.filter((name) => !facts.chosen.includes(name));
  if (left.length > 0) terminal.say(`voxelmark: columns that stay behind, as --facts does not name them: ${left.join(', ')}`);
  if (wanted.licence === NO_LICENCE) terminal.say('voxelmark: the dataset does not state its licence; say it with --licence');
  const dataset = await patiently(() => client.call(ENDPOINTS.createDataset, { body: wanted }), onSilence);
  if (dataset.changed.length > 0) terminal.say(`voxelmark: ${dataset.changed.join(', ')} of the dataset are now as given`);
  if (dataset.kept.length > 0) terminal.say(`voxelmark: ${dataset.kept.join(', ')} of the dataset stay as they were, since a version has them`);
  const there = new Map(dataset.cases.map((one) => [one.name, one]));
  const preparation: Preparation = { files, codecs: loadCodecs, labels: planned.labels, rules, facts: facts.allowed, accepted: findings.accepted, maxBytes: MOST_VOLUME_BYTES, ...(consensus === null ? {} : { consensus }) };
  const withdrawn: string[] = [];
  let [imported, existing] = [0, 0];
  for (const [n, one] of planned.cases.entries()) {
    terminal.progress(progressLine(one.name, n, planned.cases.length).replace('checked', 'imported'));
    const known = there.get(one.name);
    if (known && known.withdrawnAt !== null) {
      withdrawn.push(one.name);
      continue;
    }
    const prepared = await prepareCase(preparation, one, patients.get(one)!, planned.channels);
    if (known?.digest === prepared.digest || (await sendCase(client, wanted.slug, prepared, onSilence)).existing) existing++;
    else imported++;
  }
  if (withdrawn.length > 0) terminal.say(`voxelmark: ${withdrawn.length} case(s) were withdrawn before and stay behind: ${withdrawn.slice(0, 10).join(', ')}${withdrawn.length > 10 ? ', …' : ''}`);
  const { version, digest, caseCount } = await patiently(() => client.call(ENDPOINTS.freezeDataset, { params: { slug: wanted.slug } }), onSilence);
  const { changed, kept } = dataset;
  terminal.out(
    { ok: true, dryRun: false, layout: planned.layout, dataset: wanted.slug, version, digest, cases: caseCount, imported, existing, withdrawn: withdrawn.length, changed, kept, findings: findings.list },
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
