import { availableParallelism } from 'node:os';
import { ENDPOINTS, id as uuid } from '#contracts';
import { text, type Command } from '../command.js';
import { connect } from '../credentials.js';
import { EXIT, type ExitCode } from '../exit.js';
import { readThreads } from '../score/settings.js';
import { checkChain } from '../verify/check-chain.js';
import { checkMeans, checkRecord } from '../verify/check-record.js';
import { Findings, type Difference } from '../verify/findings.js';
import { masksOfFolder, masksOfServer } from '../verify/mask-source.js';
import { checkedRules, readManifestFile, type ReadManifest } from '../verify/read-manifest.js';
import { recompute } from '../verify/recompute.js';

const MOST_SHOWN = 20;

export const runVerify: Command = {
  name: ['run', 'verify'],
  summary: 'recomputes every figure of a run from its stored masks',
  usage: 'RUN-ID|MANIFEST.json [--masks DIR] [--url URL]',
  options: {
    masks: { type: 'string', help: 'folder with masks as SHA256.nii.gz; by default they are asked from the server' },
    threads: { type: 'string', help: 'cases scored at a time; by default the number of cores' },
    url: { type: 'string', help: 'server' },
  },
  words: [1, 1],
  async run(invocation) {
    const { terminal } = invocation;
    const [word] = invocation.words;
    const threads = readThreads(invocation, availableParallelism());
    const masks = text(invocation, 'masks');
    const isRun = uuid.safeParse(word).success;
    const file = isRun ? null : await readManifestFile(word);
    const client = file && masks !== null ? null : await connect(text(invocation, 'url'), { anonymous: true });
    const read =
      file ??
      checkedRules(
        await client!.call(ENDPOINTS.getRunManifest, { params: { id: word } }),
        `the manifest of run ${word}`,
      );

    const findings = new Findings();
    checkRecord(read, findings);
    if (client) await checkChain(read, client, findings);
    else findings.notChecked.push("the address of the board's state: no server was asked");
    findings.notChecked.push('the rank: it depends on the other runs of the board');
    if (read.manifest.cases === null) checkMeans(read, findings);
    else {
      const source = masks === null ? masksOfServer(client!) : masksOfFolder(masks);
      await recompute(read, source, threads, findings, (done, of) =>
        terminal.progress(`recomputed ${done} of ${of} cases`),
      );
    }
    return tell(read, findings, (data, words) => terminal.out(data, words));
  },
};

function tell(
  { manifest }: ReadManifest,
  { checked, differences, skipped, notChecked }: Findings,
  out: (data: unknown, words: string) => void,
): ExitCode {
  const names = new Set(skipped.map((one) => one.case));
  const complete = manifest.cases !== null && names.size === 0;
  const equal = complete && differences.length === 0;
  const why =
    manifest.cases === null
      ? 'the figures of single cases are not shown to you, so nothing could be recomputed from masks'
      : `the masks of ${names.size} of ${manifest.cases.length} cases could not be had`;
  const verdict = equal
    ? `equal: all ${checked} figures and digests, recomputed from ${manifest.cases?.length} cases`
    : differences.length > 0
      ? `different: ${differences.length} of ${checked} figures and digests`
      : `not recomputed: ${why}; the ${checked} figures and digests that could be checked are equal`;
  const incomplete = !complete && differences.length === 0;
  const lines = [
    `run ${manifest.run.id}, ${manifest.algorithm.slug}@${manifest.algorithm.version} on ${manifest.benchmark.slug}, ${manifest.benchmark.phase}`,
    verdict,
    ...differences.slice(0, MOST_SHOWN).map(sentenceOf),
    ...(differences.length > MOST_SHOWN ? [`  and ${differences.length - MOST_SHOWN} more`] : []),
    ...skipped.slice(0, MOST_SHOWN).map((one) => `  not recomputed: ${one.case}: ${one.why}`),
    ...(skipped.length > MOST_SHOWN ? [`  and ${skipped.length - MOST_SHOWN} more`] : []),
    ...notChecked.map((sentence) => `  not checked: ${sentence}`),
  ];
  out(
    {
      ...(incomplete && { error: { code: 'not-recomputed', message: verdict } }),
      equal,
      checked,
      differences,
      skipped: names.size,
      skippedCases: skipped,
      notChecked,
      run: manifest.run.id,
    },
    lines.join('\n'),
  );
  if (differences.length > 0) return EXIT.belowThreshold;
  return complete ? EXIT.ok : EXIT.forbidden;
}

function sentenceOf({ case: name, region, metric, field, stored, recomputed, rounding }: Difference): string {
  const place = [name, region, field ?? metric].filter((part) => part !== null).join(', ');
  return `  ${place}: stored ${JSON.stringify(stored)}, recomputed ${JSON.stringify(recomputed)}${rounding ? ' (rounding: within 1e-12)' : ''}`;
}
