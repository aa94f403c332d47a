import { ENDPOINTS, id as uuid, type RunView } from '#contracts';
import { text, type Command } from '../command.js';
import { connect } from '../credentials.js';
import { EXIT, usageError } from '../exit.js';

export const runShow: Command = {
  name: ['run', 'show'],
  summary: 'state and result of a run',
  usage: 'RUN-ID [--url URL]',
  options: { url: { type: 'string', help: 'server' } },
  words: [1, 1],
  async run(invocation) {
    const [id] = invocation.words;
    if (!uuid.safeParse(id).success) throw usageError(`"${id}" is no run id; it is the last part of the run page's address`);
    const client = await connect(text(invocation, 'url'), { anonymous: true });
    const run = await client.call(ENDPOINTS.getRun, { params: { id } });
    invocation.terminal.out(run, describeRun(run));
    return run.state === 'failed' || run.state === 'expired' ? EXIT.runFailed : EXIT.ok;
  },
};

export function describeRun(run: RunView): string {
  const { algorithm, version, benchmark } = run.submission;
  return [
    `${algorithm.slug}@${version} on ${benchmark.slug}, ${run.phase}: ${run.state}`,
    ...(run.queuePosition ? [`${run.queuePosition} run(s) ahead in the queue`] : []),
    ...(run.progress ? [`${run.progress.done} of ${run.progress.total} cases, ${run.progress.failed} failed`] : []),
    ...(run.failure ? [`${run.failure.code}: ${run.failure.advice}`, ...(run.failure.detail ? [run.failure.detail] : [])] : []),
    ...(run.result ? [`rank ${run.result.rank}`, ...Object.entries(run.result.metrics).map(([metric, value]) => `${metric} ${value.toFixed(4)}`)] : []),
  ].join('\n');
}
