import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { summary } from './figures.mjs';
import { Connection } from './http.mjs';
import { newDataDir, root, say, startPlatform } from './platform.mjs';
import { BENCHMARK, makeBenchmark, makeResearchers, PASSWORD, withParts } from './small-benchmark.mjs';
import { later } from './undo.mjs';

const CONNECTIONS = 4;
const ROUNDS = 5;
const A_ROUND = 40;
const WARM_UP = 8;
const MODEL = 'threshold-smooth';

/** Submissions that the API accepts (201: model inspected and stored, rows and outbox committed) over HTTP. */
export async function measure() {
  const dataDir = await newDataDir('submit');
  say(`submissionsPerSecond: ${ROUNDS} rounds of ${A_ROUND} over ${CONNECTIONS} connections …`);
  const { url, stop } = await startPlatform(dataDir, { args: ['--no-demo', '--workers', '0'] });
  const emails = await withParts(dataDir, async (parts) => {
    await makeBenchmark(parts);
    return makeResearchers(parts, CONNECTIONS);
  });
  const connections = [];
  for (const email of emails) {
    const connection = new Connection(url);
    later(() => connection.close());
    await connection.signIn(email, PASSWORD);
    connections.push(connection);
  }
  const form = await formOf(MODEL);
  await round(connections, form, 0, WARM_UP);
  const rates = [];
  const latencies = [];
  for (let n = 0; n < ROUNDS; n++) {
    const { elapsedMs, each } = await round(connections, form, WARM_UP + n * A_ROUND, A_ROUND);
    rates.push(A_ROUND / (elapsedMs / 1000));
    latencies.push(...each);
  }
  await stop();
  return [
    {
      name: 'submissionsPerSecond',
      input: `${ROUNDS} rounds of ${A_ROUND} submissions after ${WARM_UP} to warm up; ${CONNECTIONS} connections, one researcher and algorithm each; model ${MODEL} (${form.modelBytes} bytes), every upload another file and version; no workers`,
      unit: '1/s',
      ...summary(rates),
      parts: { submissionMs: summary(latencies) },
    },
  ];
}

/** Forms are made before the clock starts. */
async function round(connections, form, from, count) {
  const queues = connections.map(() => []);
  for (let n = from; n < from + count; n++)
    queues[n % connections.length].push(await form.make(n % connections.length, n));
  const each = [];
  const began = performance.now();
  await Promise.all(
    connections.map(async (connection, c) => {
      for (const { body, type } of queues[c]) {
        const answer = await connection.ask('POST', '/submissions', { body, type, expect: 201 });
        if (JSON.parse(answer.body.toString()).existing !== false)
          throw new Error('a submission was taken for an earlier one');
        each.push(answer.elapsedMs);
      }
    }),
  );
  return { elapsedMs: performance.now() - began, each };
}

async function formOf(slug) {
  const folder = join(root, 'datasets/phantoms/models', slug);
  const model = await readFile(join(folder, 'model.onnx'));
  const manifest = JSON.parse(await readFile(join(folder, 'voxelmark.json'), 'utf8'));
  return {
    modelBytes: model.length,
    make: async (connection, n) => {
      const form = new FormData();
      form.set('benchmark', BENCHMARK);
      form.set('manifest', JSON.stringify({ ...manifest, version: `1.0.${n}` }));
      form.set('algorithm', `bench-${connection + 1}`);
      form.set('model', new Blob([model, docString(`submission ${n}`)]), 'model.onnx');
      const encoded = new Response(form);
      return { type: encoded.headers.get('content-type'), body: Buffer.from(await encoded.arrayBuffer()) };
    },
  };
}

/** Field 6 of ONNX's ModelProto, `doc_string`, as bytes to append: the same network in another file, as after a retraining. */
function docString(text) {
  const bytes = Buffer.from(text);
  if (bytes.length > 127) throw new RangeError(`a doc string of ${bytes.length} bytes; expected at most 127`);
  return Buffer.concat([Buffer.from([(6 << 3) | 2, bytes.length]), bytes]);
}
