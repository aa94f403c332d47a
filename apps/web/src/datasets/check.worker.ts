import '../zod-settings.js';
import { MOST_VOLUME_BYTES } from '#contracts';
import {
  checkDataset,
  CONSENSUS_READER,
  DatasetChanged,
  Findings,
  patientKey,
  patientPseudonyms,
  prepareCase,
  renameCases,
  type AcceptableCode,
  type DatasetFiles,
  type DatasetReport,
  type PlannedCase,
  type PlannedDataset,
  type ReferenceRules,
} from '#datasets';
import { browserCodecs } from './browser-codecs.js';
import type { CheckedDataset, CheckMessage, CheckRequest } from './check-messages.js';
import { keyedDigest } from './dataset-key.js';
import { openChosen, type CheckQuestion } from './open-chosen.js';
import { sha256 } from './sha256.js';

// The check of `voxelmark dataset check`, by the same code: here, so that the page keeps answering while volumes are read.

interface WorkerScope {
  postMessage(message: CheckMessage, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<CheckRequest>) => void): void;
}
const scope = self as unknown as WorkerScope;
const codecs = browserCodecs();

/** What the check was about: cases are prepared from it afterwards. */
interface Opened {
  readonly files: DatasetFiles;
  readonly planned: PlannedDataset;
  readonly accepted: ReadonlySet<AcceptableCode>;
  readonly rules: ReferenceRules;
}
let opened: Opened | null = null;
/** By patient, under the key that is sent with it. */
let pseudonyms: { readonly key: string; readonly of: ReadonlyMap<PlannedCase, string> } | null = null;

scope.addEventListener('message', ({ data: request }) => {
  const ticket = request.kind === 'prepare' ? request.ticket : null;
  const work = request.kind === 'check' ? check(request.question) : prepare(request);
  work.catch((error: unknown) => {
    if (!(error instanceof DatasetChanged)) console.error('the check of a dataset stopped', error);
    const sentence = error instanceof Error ? error.message : String(error);
    scope.postMessage({ kind: 'failed', ticket, changed: error instanceof DatasetChanged, sentence });
  });
});

async function check(question: CheckQuestion): Promise<void> {
  const accepted = new Set(question.accepted);
  const findings = new Findings(accepted);
  const { files, planned: found } = await openChosen(question, findings);
  opened = pseudonyms = null;
  if (found === null) {
    const report: DatasetReport = {
      ok: false,
      cases: 0,
      findings: findings.list,
      labels: [],
      channels: [],
      describedChannels: [],
      splits: {},
      facts: [],
    };
    return scope.postMessage({ kind: 'checked', report, dataset: null });
  }
  const renamed = question.rename
    ? renameCases(found.cases, question.names)
    : { cases: found.cases, names: question.names };
  const planned = { ...found, cases: renamed.cases };
  const ports = {
    files,
    codecs: () => Promise.resolve(codecs),
    sha256,
    rules: question.rules,
    maxBytes: MOST_VOLUME_BYTES,
  };
  const report = await checkDataset(ports, planned, findings, (name, done, of) =>
    scope.postMessage({ kind: 'progress', name, done, of }),
  );
  const cases = planned.cases.filter(({ references }) => references.length > 0);
  opened = { files, planned: { ...planned, cases }, accepted, rules: question.rules };
  const dataset = describe(opened.planned, report, planned.cases.length, renamed.names);
  scope.postMessage({ kind: 'checked', report, dataset });
}

function describe(
  planned: PlannedDataset,
  { labels, describedChannels }: DatasetReport,
  all: number,
  names: CheckedDataset['names'],
): CheckedDataset {
  const first = new Map<string, string>();
  const byName = [...planned.cases].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const one of byName) {
    const patient = patientKey(one);
    if (patient !== null && !first.has(patient)) first.set(patient, one.name);
  }
  const sameAs = (one: PlannedCase): string | null => {
    const patient = patientKey(one);
    const other = patient === null ? undefined : first.get(patient);
    return other === undefined || other === one.name ? null : other;
  };
  const undecided = planned.cases.filter(
    ({ references }) =>
      references.length > 1 && references.every(({ reader }) => reader?.toLowerCase() !== CONSENSUS_READER),
  );
  return {
    layout: planned.layout,
    name: planned.name,
    description: planned.description,
    licence: planned.licence,
    ignoreLabel: planned.labels?.ignore ?? null,
    regions: planned.labels?.regions ?? [],
    labels,
    channels: describedChannels,
    cases: planned.cases.map((one) => ({
      name: one.name,
      sameAs: sameAs(one),
      split: one.split,
      readers: one.references.map(({ reader }) => reader ?? 'reference'),
    })),
    withoutReference: all - planned.cases.length,
    undecided: undecided.length,
    names,
  };
}

async function prepare({ ticket, index, how }: Extract<CheckRequest, { kind: 'prepare' }>): Promise<void> {
  if (opened === null) throw new TypeError('a case was asked for before a dataset was checked');
  const { files, planned, accepted, rules } = opened;
  if (pseudonyms?.key !== how.key.key) {
    pseudonyms = { key: how.key.key, of: await patientPseudonyms(planned.cases, await keyedDigest(how.key)) };
  }
  const one = planned.cases[index];
  const reading = {
    files,
    codecs: () => Promise.resolve(codecs),
    labels: planned.labels,
    sha256,
    facts: how.facts,
    rules,
    accepted,
    maxBytes: MOST_VOLUME_BYTES,
    ...(how.consensus === null ? {} : { consensus: how.consensus }),
  };
  const prepared = await prepareCase(reading, one, pseudonyms.of.get(one)!, planned.channels);
  const buffers = [...prepared.images, ...prepared.references].map(({ buffer }) => buffer as ArrayBuffer);
  scope.postMessage({ kind: 'prepared', ticket, prepared }, [...new Set(buffers)]);
}
