import { setTimeout as sleep } from 'node:timers/promises';
import { ENDPOINTS, type PreflightView, type SubmissionView } from '#contracts';
import type { PreflightCheck } from '#evaluation';
import { isTerminal } from '#domain';
import type { ApiClient } from '../api-client.js';
import { required, text, texts, type Command, type Terminal } from '../command.js';
import { connect } from '../credentials.js';
import { CliError, EXIT, usageError } from '../exit.js';
import { checkFile } from '../files.js';
import { describeCheck } from '../model-check/describe.js';
import { patiently } from '../patience.js';
import { findManifest, manifestInvalid, parseManifest } from '../sandbox/find-manifest.js';
import { digests, matchModels, withSiblings } from '../sandbox/match-models.js';
import { askPreflight, upload, type Entry } from '../submit/upload.js';
import { exitOf } from './model-check.js';

export const submit: Command = {
  name: ['submit'],
  summary: 'enter an algorithm version into a benchmark',
  usage:
    'MODEL.onnx… --benchmark SLUG [--manifest voxelmark.json] [--conformance IMAGE LABELS] [--algorithm SLUG] [--check] [--wait], or --preflight ID --benchmark SLUG',
  options: {
    benchmark: { type: 'string', short: 'b', help: 'the benchmark' },
    manifest: { type: 'string', help: 'by default voxelmark.json beside the model, else the one embedded in it' },
    conformance: {
      type: 'string',
      takes: ['IMAGE', 'LABELS'],
      help: 'an image, and the label map that your own framework made of it',
    },
    channel: {
      type: 'string',
      multiple: true,
      help: 'image of a further channel of the conformance case; may be repeated',
    },
    preflight: {
      type: 'string',
      help: 'id of a preflight of yours that passed within the last hour: its files and manifest are submitted, none are sent',
    },
    algorithm: { type: 'string', help: 'name in addresses; by default made from the manifest’s name' },
    check: {
      type: 'boolean',
      help: 'have the server try it first, with a forecast of time and memory; submitted only if nothing failed',
    },
    wait: { type: 'boolean', help: 'wait until every run ended or is on hold; exit 8 unless all completed' },
    url: { type: 'string', help: 'server' },
  },
  words: [0, 16],
  async run(invocation) {
    const benchmark = required(invocation, 'benchmark');
    const [image, labels] = texts(invocation, 'conformance');
    const channels = texts(invocation, 'channel');
    if (channels.length > 0 && image === undefined)
      throw usageError('--channel is of use together with --conformance only');
    const preflight = text(invocation, 'preflight');
    const files = invocation.words.length + (text(invocation, 'manifest') === null ? 0 : 1) + (image === undefined ? 0 : 1);
    if (preflight !== null && files > 0)
      throw usageError('--preflight submits the files of that preflight; expected neither models nor --manifest nor --conformance');
    if (preflight === null && invocation.words.length === 0)
      throw usageError('no model given; expected MODEL.onnx, or --preflight ID');
    const bundle =
      preflight === null
        ? await readBundle(invocation.words, text(invocation, 'manifest'))
        : { manifest: null, models: [], preflight };
    const check = invocation.options.check === true;
    if (check && preflight !== null) throw usageError('--check makes a preflight of its own; expected no --preflight');
    const client = await connect(text(invocation, 'url'), { anonymous: false });
    const entry: Entry = {
      benchmark,
      algorithm: text(invocation, 'algorithm'),
      ...bundle,
      conformance: image === undefined ? null : { images: [image, ...channels], labels },
    };
    const tried = check ? await tryFirst(client, entry, invocation.terminal) : null;
    if (tried !== null && tried.passed !== true) {
      const checks = tried.checks as readonly PreflightCheck[];
      invocation.terminal.out(tried, `${checks.map(describeCheck).join('\n')}\nnot submitted`);
      return exitOf(checks);
    }
    tried?.checks.forEach((one) => invocation.terminal.say(describeCheck(one as PreflightCheck)));
    const kept = tried !== null && tried.submittableUntil !== null;
    const submission = await upload(
      client,
      kept ? { ...entry, manifest: null, models: [], conformance: null, preflight: tried.id } : entry,
    );
    const page = `${client.url}/submissions/${submission.id}`;
    if (invocation.options.wait !== true) {
      invocation.terminal.out(submission, `${submission.existing ? 'this submission exists already' : 'submitted'}: ${page}`);
      return EXIT.ok;
    }
    invocation.terminal.say(page);
    const ended = await waitForEnd(client, submission.id, invocation.terminal);
    invocation.terminal.out(ended, ended.runs.map(({ phase, state, failure }) => `${phase}: ${state}${failure ? ` (${failure.code}: ${failure.advice})` : ''}`).join('\n'));
    return ended.runs.every(({ state }) => state === 'completed') ? EXIT.ok : EXIT.runFailed;
  },
};

/**
 * The files and the manifest that goes with them. One of an ensemble stands for all that lie beside it.
 *
 * @throws CliError when a file is not there, there is no manifest, or it does not fit the files
 */
async function readBundle(words: readonly string[], named: string | null): Promise<Pick<Entry, 'manifest' | 'models'>> {
  for (const path of words) await checkFile(path, 'model');
  const found = await findManifest(words[0], named);
  if (found === null) {
    throw manifestInvalid(
      `there is no manifest: no voxelmark.json lies beside ${words[0]}, and the model carries none in its metadata`,
    );
  }
  const manifest = parseManifest(found);
  const matched = matchModels(manifest, withSiblings(manifest, words));
  await digests(matched);
  const files = matched.manifest.models;
  const asWritten = matched.manifest === manifest;
  return {
    manifest: found.source === 'embedded' && asWritten ? null : asWritten ? found.text : JSON.stringify(matched.manifest),
    models: matched.paths.map((path, n) => ({ path, file: files[n].file })),
  };
}

/** @throws CliError when it could not be carried out, which says nothing of the model */
async function tryFirst(client: ApiClient, entry: Entry, terminal: Terminal): Promise<PreflightView> {
  let preflight = await askPreflight(client, entry);
  while (preflight.state === 'queued' || preflight.state === 'running') {
    const done = preflight.checks.filter(({ status }) => status !== 'waiting');
    terminal.progress(preflight.state === 'queued' ? 'the checks wait for a worker' : done.map(({ name, status }) => `${name} ${status}`).join(', '));
    await sleep(1000);
    const { id } = preflight;
    preflight = await patiently(
      () => client.call(ENDPOINTS.getPreflight, { params: { id } }),
      ({ message }) => terminal.progress(`${message} trying again`),
    );
  }
  const { failure } = preflight;
  if (failure !== null) throw new CliError(failure.code, `the checks could not be carried out: ${failure.message}`, EXIT.runFailed);
  return preflight;
}

async function waitForEnd(client: ApiClient, id: string, terminal: Terminal): Promise<SubmissionView> {
  for (;;) {
    const submission = await patiently(
      () => client.call(ENDPOINTS.getSubmission, { params: { id } }),
      ({ message }) => terminal.progress(`${message} trying again`),
    );
    // a run on hold may wait for its organiser for weeks, and later runs wait behind it
    if (submission.runs.every(({ state }) => isTerminal(state)) || submission.runs.some(({ state }) => state === 'quarantined')) return submission;
    terminal.progress(submission.runs.map(({ phase, state, progress }) => `${phase} ${state}${progress ? ` ${progress.done}/${progress.total}` : ''}`).join(', '));
    await sleep(1000);
  }
}
