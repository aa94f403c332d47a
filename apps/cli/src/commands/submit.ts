import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENDPOINTS, type SubmissionView } from '#contracts';
import { isTerminal } from '#domain';
import type { ApiClient } from '../api-client.js';
import { required, text, texts, type Command, type Terminal } from '../command.js';
import { connect } from '../credentials.js';
import { EXIT, usageError } from '../exit.js';
import { checkFile, unreadable } from '../files.js';
import { patiently } from '../patience.js';
import { findManifest, manifestInvalid, parseManifest } from '../sandbox/find-manifest.js';
import { digests, matchModels, withSiblings } from '../sandbox/match-models.js';

export const submit: Command = {
  name: ['submit'],
  summary: 'enter an algorithm version into a benchmark',
  usage:
    'MODEL.onnx… --benchmark SLUG [--manifest voxelmark.json] [--conformance IMAGE LABELS] [--algorithm SLUG] [--wait], or --preflight ID --benchmark SLUG',
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
    const client = await connect(text(invocation, 'url'), { anonymous: false });
    const submission = await upload(client, {
      benchmark,
      algorithm: text(invocation, 'algorithm'),
      ...bundle,
      conformance: image === undefined ? null : { images: [image, ...channels], labels },
    });
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

/** What is sent. */
export interface Entry {
  readonly benchmark: string;
  /** As text; null: the first model carries it. */
  readonly manifest: string | null;
  readonly algorithm: string | null;
  readonly models: readonly { readonly path: string; readonly file: string }[];
  /** Id of a preflight that has manifest and files. */
  readonly preflight?: string;
  /** Paths of the author's own case. */
  readonly conformance?: { readonly images: readonly string[]; readonly labels: string } | null;
}

/** Sends manifest and files; repeating it with the same files is the same submission. */
export async function upload(client: ApiClient, entry: Entry): Promise<SubmissionView & { existing: boolean }> {
  const form = new FormData();
  const digest = createHash('sha256').update(JSON.stringify([entry.benchmark, entry.manifest, entry.algorithm, entry.preflight]));
  const add = async (field: string, path: string, name: string, what: string): Promise<void> => {
    const file = await open(path, what);
    form.append(field, file, name);
    digest.update(JSON.stringify([field, name]));
    for await (const chunk of file.stream() as unknown as AsyncIterable<Uint8Array>) digest.update(chunk);
  };
  form.set('benchmark', entry.benchmark);
  if (entry.manifest !== null) form.set('manifest', entry.manifest);
  if (entry.algorithm) form.set('algorithm', entry.algorithm);
  if (entry.preflight !== undefined) form.set('preflight', entry.preflight);
  for (const image of entry.conformance?.images ?? []) await add('conformanceImage', image, basename(image), 'image');
  if (entry.conformance) {
    const { labels } = entry.conformance;
    await add('conformanceLabels', labels, basename(labels), 'label map');
  }
  for (const { path, file } of entry.models) await add('model', path, file, 'model');
  return client.call(ENDPOINTS.createSubmission, { form, headers: { 'idempotency-key': digest.digest('hex') } });
}

async function open(path: string, what: string): Promise<Blob> {
  await checkFile(path, what);
  try {
    return await openAsBlob(path);
  } catch (error) {
    throw unreadable(path, what, (error as NodeJS.ErrnoException).code ?? String(error), error);
  }
}

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
