import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { DescriptionSettings } from '#metrics';
import { required, text, type Command, type Terminal } from '../command.js';
import { CliError, EXIT, type ExitCode } from '../exit.js';
import { checkWritable, writeOutput } from '../output-file.js';
import { findPairs, type FilePair, type FoundPairs } from '../score/find-pairs.js';
import { inThreads } from '../score/in-threads.js';
import { nnunetSummary } from '../score/nnunet-summary.js';
import type { PairAnswer, PairFault, PairTask } from '../score/pair-thread.js';
import { readRecipe } from '../score/recipe.js';
import { readSettings, readThreads } from '../score/settings.js';
import {
  AGGREGATION,
  AGGREGATION_SIGNATURE,
  describeNothing,
  labelsOf,
  summarise,
  type ComparedCase,
} from '../score/summarise.js';
import { folderTable, pairTable } from '../score/tables.js';

/** Sentences about single cases; the output has them all. */
const MOST_SAID = 20;

export const score: Command = {
  name: ['score'],
  summary: 'compares predictions with reference segmentations; needs no server',
  usage: '--reference F|DIR --prediction F|DIR [--labels 1,2] [--regions NAME=1+2] [--recipe FILE]',
  options: {
    reference: { type: 'string', help: 'a NIfTI label map, or a folder of them' },
    prediction: { type: 'string', help: 'the same; in folders files belong together by name' },
    labels: { type: 'string', help: 'labels to score, for instance 1,2; by default all that occur' },
    regions: {
      type: 'string',
      multiple: true,
      help: 'labels scored as one: NAME=1+2; may be repeated, or a list with commas',
    },
    'ignore-label': { type: 'string', help: 'label of the reference whose voxels count in neither map' },
    'tolerance-mm': { type: 'string', help: 'tolerances of surface Dice; by default 0.5,1,2,3' },
    'boundary-mm': { type: 'string', help: 'depths of the band of boundary IoU; by default 2' },
    'min-lesion-mm3': { type: 'string', help: 'smallest lesion that detection counts; by default 0, all' },
    recipe: { type: 'string', help: 'JSON file with these settings; options on the command line come first' },
    resample: {
      type: 'string',
      help: 'nearest: bring predictions on another grid onto that of their reference; by default they are refused',
    },
    nnunet: { type: 'string', help: "also write a file in the shape of nnU-Net's summary.json" },
    threads: { type: 'string', help: 'pairs compared at a time; by default the number of cores' },
  },
  words: [0, 0],
  async run(invocation) {
    const { terminal } = invocation;
    const paths = [required(invocation, 'reference'), required(invocation, 'prediction')] as const;
    const recipePath = text(invocation, 'recipe');
    const recipe = recipePath === null ? {} : readRecipe(await readText(recipePath), recipePath);
    const settings = readSettings(invocation, recipe);
    const threads = readThreads(invocation, availableParallelism());
    const nnunet = text(invocation, 'nnunet');
    const found = await findPairs(...paths);
    if (nnunet !== null) await checkWritable(nnunet);
    const answers = await compareAll(found, settings, threads, nnunet !== null, terminal);
    const cases = found.pairs.map((pair, n): ComparedCase => ({ name: pair.name, answer: answers[n] }));
    const { fault } = answers[0];
    if (found.single && fault) {
      throw new CliError(fault.code, fault.message, fault.code === 'no-such-file' ? EXIT.notFound : EXIT.invalidInput);
    }
    const labels = settings.labels ? [...settings.labels].sort((a, b) => a - b) : labelsOf(cases);
    if (nnunet !== null) {
      const counted = found.pairs.flatMap((pair, n) => {
        const { counts } = answers[n];
        return counts ? [{ pair, counts }] : [];
      });
      await writeOutput(nnunet, nnunetSummary(counted, labels, settings.regions ?? []));
      const absent = found.pairs.length - counted.length;
      if (absent > 0) terminal.say(`voxelmark: ${nnunet} leaves out ${absent} case(s) without a usable prediction`);
    }
    return found.single ? tellPair(answers[0], terminal) : tellFolder(found, cases, settings, labels, terminal);
  },
};

/** @throws CliError `no-such-file` */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError('no-such-file', `the recipe ${path} cannot be read (${code})`, EXIT.notFound, { cause: error });
  }
}

async function compareAll(
  { pairs }: FoundPairs,
  settings: DescriptionSettings,
  threads: number,
  counts: boolean,
  terminal: Terminal,
): Promise<PairAnswer[]> {
  const answers = pairs.map(ambiguousAnswer);
  const open = pairs.flatMap((_, n) => (answers[n] ? [] : [n]));
  let done = 0;
  const began = performance.now();
  terminal.progress(progressBar(0, open.length, 0));
  await inThreads<PairTask, PairAnswer>({
    script: new URL('../score/pair-thread.js', import.meta.url),
    threads,
    count: open.length,
    task: (n) => {
      const { reference, prediction } = pairs[open[n]];
      return { reference, prediction, settings, counts };
    },
    answered: (n, answer) => {
      answers[open[n]] = answer;
      terminal.progress(progressBar(++done, open.length, performance.now() - began));
    },
  });
  return answers.map((answer, n) => {
    if (!answer) throw new Error(`case "${pairs[n].name}" was not compared`);
    return answer;
  });
}

/** A case with two files of one name: which of them counts is not ours to guess. */
function ambiguousAnswer({ ambiguous }: FilePair): PairAnswer | null {
  if (ambiguous === null) return null;
  const fault: PairFault = { side: 'reference', code: 'case-twice', message: ambiguous };
  return { status: 'invalid', fault, description: null, emptyHanded: null, counts: null, diagonalMm: null };
}

function progressBar(done: number, total: number, elapsedMs: number): string {
  const filled = Math.round((20 * done) / Math.max(1, total));
  const left = done === 0 ? '' : `, ${Math.ceil((elapsedMs * (total - done)) / done / 1000)} s left`;
  return `${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${done} of ${total} compared${left}`;
}

function tellPair({ description }: PairAnswer, terminal: Terminal): ExitCode {
  if (!description) throw new Error('a pair without a fault has no description');
  if (description.resampled) terminal.say('voxelmark: the prediction lay on another grid and was resampled (nearest)');
  terminal.out(description, pairTable(description));
  return EXIT.ok;
}

function tellFolder(
  { extra }: FoundPairs,
  cases: readonly ComparedCase[],
  settings: DescriptionSettings,
  labels: readonly number[],
  terminal: Terminal,
): ExitCode {
  const told = cases.map(({ name, answer: { status, fault, description } }): [string, unknown] => [
    name,
    {
      status,
      labels: description?.labels ?? {},
      regions: description?.regions ?? {},
      ...(description?.resampled !== undefined && { resampled: description.resampled }),
      ...(fault && { error: { code: fault.code, message: fault.message } }),
    },
  ]);
  const aggregate = summarise(cases, settings, labels);
  const signature = `${describeNothing(settings).signature}|${AGGREGATION_SIGNATURE}`;
  const ofStatus = (wanted: PairAnswer['status']) => cases.filter(({ answer }) => answer.status === wanted);
  const counts = {
    cases: cases.length,
    ok: ofStatus('ok').length,
    noPrediction: ofStatus('no-prediction').length,
    invalid: ofStatus('invalid').length,
  };
  const unscored = cases.filter(({ answer }) => answer.status !== 'ok');
  for (const { name, answer } of unscored.slice(0, MOST_SAID)) {
    terminal.say(`voxelmark: ${name}: ${answer.fault?.message ?? 'no prediction of this name'}`);
  }
  if (unscored.length > MOST_SAID) terminal.say(`voxelmark: and ${unscored.length - MOST_SAID} more`);
  const resampled = cases.filter(({ answer }) => answer.description?.resampled).length;
  if (resampled > 0)
    terminal.say(`voxelmark: ${resampled} prediction(s) lay on another grid and were resampled (nearest)`);
  if (extra.length > 0) {
    const shown = extra.slice(0, 5).join(', ');
    terminal.say(
      `voxelmark: ${extra.length} prediction(s) without a reference are not used: ${shown}${extra.length > 5 ? ', …' : ''}`,
    );
  }
  terminal.out(
    {
      cases: Object.fromEntries(told),
      aggregate,
      counts,
      extraPredictions: extra,
      aggregation: AGGREGATION,
      signature,
    },
    `${folderTable(aggregate, signature)}\n\n${counts.ok} of ${counts.cases} cases compared; ${counts.noPrediction} without a prediction, ${counts.invalid} invalid.\n${Object.values(AGGREGATION).join('\n')}`,
  );
  return counts.invalid > 0 ? EXIT.invalidInput : EXIT.ok;
}
