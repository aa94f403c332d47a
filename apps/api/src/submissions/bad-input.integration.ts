import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { problem } from '#contracts';
import { RequestRefused } from '#domain';
import type { Benchmark } from '#evaluation';
import { writeNifti } from '#imaging';
import * as onnx from '../../../../libs/inference/src/test-support/onnx.js';
import { form, rawHttp, type FormPart } from '../test-support/raw-http.js';
import { field, goodForm, MODEL, modelPart } from '../test-support/submission-forms.js';
import { testManifest } from '../test-support/test-manifest.js';
import { ORIGIN, World, type Sent } from '../test-support/world.js';
import { UploadSpool } from './upload-spool.js';

const MIB = 1024 * 1024;
let world: World;
let benchmark: Benchmark;
let port: number;

beforeAll(async () => {
  world = await World.open({ maxModelBytes: MIB });
  benchmark = await world.benchmark('bench');
  await world.benchmark('draft', { published: false, members: false });
  await world.app.listen(0, '127.0.0.1');
  port = (world.app.getHttpServer().address() as AddressInfo).port;
}, 120_000);
afterAll(() => world?.close());

describe('bad input: a 4xx with a code and a sentence, and nothing left behind', () => {
  const id = '0192f0c4-7777-7777-8777-777777777777';
  const json = (path: string, body: unknown, method = 'POST'): [string, string, Sent] => [method, path, { body }];
  const get = (path: string, headers: Record<string, string> = {}): [string, string, Sent] => [
    'GET',
    path,
    { headers },
  ];
  const text = (path: string, payload: string, type = 'application/json'): [string, string, Sent] => [
    'POST',
    path,
    { payload, headers: { 'content-type': type } },
  ];
  const upload = (parts: readonly FormPart[], headers: Record<string, string> = {}): [string, string, Sent] => {
    const { payload, headers: ours } = form(parts);
    return ['POST', '/submissions', { payload, headers: { ...ours, ...headers } }];
  };
  /** One part, its headers and all, as given. */
  const raw = (part: string): [string, string, Sent] => [
    'POST',
    '/submissions',
    {
      payload: `--b\r\n${part}\r\n--b--\r\n`,
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    },
  ];
  const bounded = (boundary: string): [string, string, Sent] => [
    'POST',
    '/submissions',
    form(goodForm('bad'), boundary),
  ];
  const manifest = (change: object): FormPart =>
    field('manifest', JSON.stringify({ ...testManifest('bad'), ...change }));
  const withManifest = (part: FormPart): FormPart[] => [field('benchmark', 'bench'), part, modelPart(MODEL)];
  const withModel = (content: Buffer, filename?: string): FormPart[] => [
    ...goodForm('bad').slice(0, 2),
    modelPart(content, filename),
  ];
  const rank4 = Buffer.from(
    onnx.model(
      onnx.graph({
        nodes: [onnx.node('Identity', ['image'], ['logits'])],
        inputs: [onnx.value('image', onnx.FLOAT, [1, 1, 'x', 'y'])],
        outputs: [onnx.LOGITS],
      }),
    ),
  );
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;

  const table: Record<string, [request: [string, string, Sent], status: number, code: string]> = {
    // JSON
    'wrong type': [json('/auth/login', { email: 1, password: 'x' }), 400, 'request-invalid'],
    'a list for an object': [json('/auth/login', [1, 2]), 400, 'request-invalid'],
    'a missing field': [json('/auth/login', { email: 'a@example.org' }), 400, 'request-invalid'],
    'an unknown field': [
      json('/auth/login', { email: 'a@example.org', password: 'x', role: 'admin' }),
      400,
      'request-invalid',
    ],
    'mass assignment at registration': [
      json('/auth/register', { email: 'a@example.org', name: 'A', password: 'long enough 1', demo: true }),
      400,
      'request-invalid',
    ],
    'a name with a line break': [
      json('/auth/register', { email: 'a@example.org', name: 'A\r\nBcc: all', password: 'long enough 1' }),
      400,
      'request-invalid',
    ],
    'a name with NUL': [
      json('/auth/register', { email: 'a@example.org', name: 'A\u0000', password: 'long enough 1' }),
      400,
      'request-invalid',
    ],
    'a name with half a character': [
      json('/auth/register', { email: 'a@example.org', name: 'A\ud800', password: 'long enough 1' }),
      400,
      'request-invalid',
    ],
    'an address with a line break': [
      json('/auth/register', { email: 'a@example.org\r\nBcc: b@example.org', name: 'A', password: 'long enough 1' }),
      400,
      'request-invalid',
    ],
    'a short password': [
      json('/auth/register', { email: 'a@example.org', name: 'A', password: 'short' }),
      400,
      'request-invalid',
    ],
    'a huge password': [
      json('/auth/register', { email: 'a@example.org', name: 'A', password: 'x'.repeat(10_000) }),
      400,
      'request-invalid',
    ],
    'no scope for a token': [json('/tokens', { name: 'x', scopes: [] }), 400, 'request-invalid'],
    'an unknown scope': [json('/tokens', { name: 'x', scopes: ['root'] }), 400, 'request-invalid'],
    'a token for ever': [
      json('/tokens', { name: 'x', scopes: ['read'], expiresInDays: 100_000 }),
      400,
      'request-invalid',
    ],
    'a fraction of a day': [
      json('/tokens', { name: 'x', scopes: ['read'], expiresInDays: 1.5 }),
      400,
      'request-invalid',
    ],
    'deep JSON': [text('/tokens', deep), 400, 'request-invalid'],
    'huge JSON': [text('/tokens', `{"name":"${'x'.repeat(400_000)}"}`), 413, 'body-too-large'],
    'many keys': [
      text('/tokens', JSON.stringify(Object.fromEntries(Array.from({ length: 8000 }, (_, n) => [`k${n}`, n])))),
      400,
      'request-invalid',
    ],
    '__proto__ in JSON': [
      text('/tokens', '{"name":"x","scopes":["read"],"__proto__":{"role":"admin"}}'),
      400,
      'json-malformed',
    ],
    'truncated JSON': [text('/tokens', '{"name":"x"'), 400, 'json-malformed'],
    'NaN in JSON': [text('/tokens', '{"name":NaN}'), 400, 'json-malformed'],
    'gzip called JSON': [
      [
        'POST',
        '/tokens',
        {
          payload: Buffer.from('1f8b0800', 'hex'),
          headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        },
      ],
      400,
      'json-malformed',
    ],
    'a body where none belongs': [json(`/submissions/${id}/cancel`, { why: 'so' }), 400, 'body-unexpected'],
    // addresses and queries
    'no UUID': [get('/cases/1'), 400, 'request-invalid'],
    'SQL for a UUID': [get(`/cases/${encodeURIComponent("' or 1=1 --")}`), 400, 'request-invalid'],
    'a path for a slug': [get(`/benchmarks/${encodeURIComponent('../../etc/passwd')}`), 400, 'request-invalid'],
    'a path for an object': [get('/objects/..%2f..%2fetc%2fpasswd'), 400, 'request-invalid'],
    'NUL in a slug': [get('/benchmarks/a%00b'), 400, 'request-invalid'],
    'a slug of capitals': [get('/benchmarks/BENCH'), 400, 'request-invalid'],
    'NUL in a version': [get('/algorithms/abc/versions/1%00/model'), 400, 'request-invalid'],
    'a line break in a path': [get('/benchmarks/a%0d%0aSet-Cookie:x'), 400, 'request-invalid'],
    'an unknown phase': [get('/benchmarks/bench/cases?phase=secret'), 400, 'request-invalid'],
    'an unknown parameter': [get('/benchmarks?sort=name'), 400, 'request-invalid'],
    '__proto__ in a query': [get('/benchmarks?__proto__[x]=1'), 400, 'request-invalid'],
    '__proto__ alone': [get('/benchmarks?__proto__=1'), 400, 'request-invalid'],
    'a limit of nothing': [get('/submissions?limit=0'), 400, 'request-invalid'],
    'a limit of everything': [get('/submissions?limit=1000000'), 400, 'request-invalid'],
    'a limit of text': [get('/submissions?limit=ten'), 400, 'request-invalid'],
    'a limit twice': [get('/submissions?limit=5&limit=6'), 400, 'request-invalid'],
    'a cursor of nonsense': [get('/submissions?cursor=abc'), 400, 'cursor-invalid'],
    'a cursor of another list': [
      get(`/submissions?cursor=${Buffer.from('{"offset":1}').toString('base64url')}`),
      400,
      'cursor-invalid',
    ],
    'a cursor with SQL': [
      get(`/algorithms?cursor=${Buffer.from(JSON.stringify({ after: 'x\u0000' })).toString('base64url')}`),
      400,
      'cursor-invalid',
    ],
    'a cursor far below nothing': [
      get(`/benchmarks/bench/leaderboard?cursor=${Buffer.from('{"offset":-5}').toString('base64url')}`),
      400,
      'cursor-invalid',
    ],
    'a cursor with spaces': [get('/submissions?cursor=a%20b'), 400, 'request-invalid'],
    'mine without a meaning': [get('/algorithms?mine=perhaps'), 400, 'request-invalid'],
    // forms
    'no form': [json('/submissions', { benchmark: 'bench' }), 415, 'content-type-unsupported'],
    'a form without a boundary': [
      ['POST', '/submissions', { payload: 'x', headers: { 'content-type': 'multipart/form-data' } }],
      400,
      'form-malformed',
    ],
    'an empty form': [upload([]), 400, 'form-invalid'],
    'no file': [upload(goodForm('bad').slice(0, 2)), 400, 'form-invalid'],
    'no benchmark': [upload(goodForm('bad').slice(1)), 400, 'form-invalid'],
    'no manifest': [upload([goodForm('bad')[0], goodForm('bad')[2]]), 422, 'manifest-missing'],
    'the file first': [upload([...goodForm('bad')].reverse()), 400, 'form-invalid'],
    'a field after the file': [upload([...goodForm('bad'), field('algorithm', 'late')]), 400, 'form-invalid'],
    'a second file': [upload([...goodForm('bad'), modelPart(MODEL)]), 422, 'manifest-invalid'],
    'an empty second file': [upload([...goodForm('bad'), modelPart(Buffer.alloc(0))]), 422, 'model-empty'],
    'two models beyond the limit together': [
      upload([
        ...withModel(Buffer.concat([MODEL, Buffer.alloc(0.6 * MIB)])),
        modelPart(Buffer.concat([MODEL, Buffer.alloc(0.6 * MIB)])),
      ]),
      413,
      'upload-too-large',
    ],
    'too many models': [
      upload([...goodForm('bad'), ...Array.from({ length: 16 }, () => modelPart(MODEL))]),
      400,
      'form-invalid',
    ],
    'a file of an unknown field': [
      upload([...goodForm('bad'), { ...modelPart(MODEL), name: 'weights' }]),
      400,
      'form-invalid',
    ],
    'half a conformance case': [
      upload([...goodForm('bad'), { ...modelPart(MODEL), name: 'conformanceImage' }]),
      400,
      'form-invalid',
    ],
    'an empty conformance case': [
      upload([...goodForm('bad'), { ...modelPart(Buffer.alloc(0)), name: 'conformanceImage' }]),
      422,
      'conformance-file-empty',
    ],
    'two expected label maps': [
      upload([
        ...goodForm('bad'),
        { ...modelPart(MODEL), name: 'conformanceLabels' },
        { ...modelPart(MODEL), name: 'conformanceLabels' },
      ]),
      400,
      'form-invalid',
    ],
    'more images than the network reads': [
      upload([
        ...goodForm('bad'),
        { ...modelPart(MODEL), name: 'conformanceImage' },
        { ...modelPart(MODEL), name: 'conformanceImage' },
        { ...modelPart(MODEL), name: 'conformanceLabels' },
      ]),
      422,
      'conformance-images',
    ],
    'a field twice': [upload([field('benchmark', 'bench'), ...goodForm('bad')]), 400, 'form-invalid'],
    'an unknown field in a form': [upload([field('role', 'admin'), ...goodForm('bad')]), 400, 'form-invalid'],
    '__proto__ in a form': [upload([field('__proto__', 'x'), ...goodForm('bad')]), 400, 'form-invalid'],
    'too many fields': [
      upload([...Array.from({ length: 40 }, (_, n) => field(`f${n}`, 'x')), ...goodForm('bad')]),
      400,
      'form-invalid',
    ],
    'a file for the benchmark': [
      upload([{ ...goodForm('bad')[0], filename: 'b.txt' }, ...goodForm('bad').slice(1)]),
      400,
      'form-invalid',
    ],
    'a bad address for the algorithm': [
      upload([...goodForm('bad').slice(0, 2), field('algorithm', 'Not A Slug'), modelPart(MODEL)]),
      400,
      'form-invalid',
    ],
    'a manifest that is no JSON': [upload(withManifest(field('manifest', '{'))), 422, 'manifest-invalid'],
    'a manifest typed as JSON that is none': [
      upload(withManifest({ name: 'manifest', value: '{', type: 'application/json' })),
      422,
      'manifest-invalid',
    ],
    'a manifest typed as JSON, deep': [
      upload(withManifest({ name: 'manifest', value: deep, type: 'application/json' })),
      422,
      'manifest-invalid',
    ],
    'a manifest typed as JSON, deep and unfinished': [
      upload(withManifest({ name: 'manifest', value: '['.repeat(100_000), type: 'application/json' })),
      422,
      'manifest-invalid',
    ],
    'a manifest that is deep': [upload(withManifest(field('manifest', deep))), 422, 'manifest-invalid'],
    'a manifest with deep fields': [
      upload(
        withManifest(
          field(
            'manifest',
            JSON.stringify({ ...testManifest('bad'), preprocess: '@', labels: '@', name: '@' }).replaceAll(
              '"@"',
              deep.slice(30_000, 70_000),
            ),
          ),
        ),
      ),
      422,
      'manifest-invalid',
    ],
    'a manifest with __proto__': [
      upload(
        withManifest(field('manifest', `{"__proto__":{"admin":true},${JSON.stringify(testManifest('bad')).slice(1)}`)),
      ),
      422,
      'manifest-invalid',
    ],
    'a manifest with a number beyond all': [
      upload(
        withManifest(
          field('manifest', JSON.stringify({ ...testManifest('bad'), manifestVersion: '@' }).replace('"@"', '1e999')),
        ),
      ),
      422,
      'manifest-invalid',
    ],
    'a manifest of another encoding': [
      upload(withManifest({ name: 'manifest', value: Buffer.from(JSON.stringify(testManifest('bad')), 'utf16le') })),
      422,
      'manifest-invalid',
    ],
    'a manifest in a charset that nobody knows': [
      upload(
        withManifest({ name: 'manifest', value: Buffer.from([0x7b, 0xff, 0xfe]), type: 'text/plain; charset=klingon' }),
      ),
      422,
      'manifest-invalid',
    ],
    'a benchmark typed as JSON': [
      upload([{ name: 'benchmark', value: '"bench"', type: 'application/json' }, ...goodForm('bad').slice(1)]),
      400,
      'form-invalid',
    ],
    'a part without a name': [raw('Content-Disposition: form-data\r\n\r\nx'), 400, 'form-malformed'],
    'a file without a name': [raw('Content-Disposition: form-data; filename="a.onnx"\r\n\r\nx'), 400, 'form-malformed'],
    'a part with an empty name': [raw('Content-Disposition: form-data; name=""\r\n\r\nx'), 400, 'form-invalid'],
    'a part whose name has a NUL': [raw('Content-Disposition: form-data; name="a\0b"\r\n\r\nx'), 400, 'form-invalid'],
    'a part without headers': [raw('\r\nx'), 400, 'form-invalid'],
    'a part that is no form field': [
      raw('Content-Disposition: attachment; name="benchmark"\r\n\r\nx'),
      400,
      'form-invalid',
    ],
    'a part with thousands of headers': [
      raw(`${'X-A: b\r\n'.repeat(5_000)}Content-Disposition: form-data; name="benchmark"\r\n\r\nx`),
      400,
      'form-invalid',
    ],
    'a part with headers called like a prototype': [
      raw('__proto__: x\r\nconstructor: y\r\nContent-Disposition: form-data; name="toString"\r\n\r\nx'),
      400,
      'form-invalid',
    ],
    'a part with a header of 100 kB': [
      raw(`X-A: ${'b'.repeat(100_000)}\r\nContent-Disposition: form-data; name="benchmark"\r\n\r\nx`),
      400,
      'form-invalid',
    ],
    'a long part that nobody wants': [raw(`a\r\n\r\n${'x'.repeat(70_000)}`), 400, 'form-malformed'],
    'a form that ends within such a part': [
      [
        'POST',
        '/submissions',
        {
          payload: `--b\r\nContent-Type: text/plain\r\n\r\n${'x'.repeat(70_000)}`,
          headers: { 'content-type': 'multipart/form-data; boundary=b' },
        },
      ],
      400,
      'upload-truncated',
    ],
    'a form within a form': [
      raw(
        'Content-Disposition: form-data; name="benchmark"\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--',
      ),
      400,
      'form-invalid',
    ],
    'a boundary of 300 characters': [bounded('b'.repeat(300)), 400, 'form-malformed'],
    'a boundary of 71 characters': [bounded('b'.repeat(71)), 400, 'form-malformed'],
    'an empty boundary': [bounded(''), 400, 'form-malformed'],
    'a manifest of another version': [upload(withManifest(manifest({ manifestVersion: 2 }))), 422, 'manifest-invalid'],
    'a manifest with an unknown key': [upload(withManifest(manifest({ script: 'rm -rf /' }))), 422, 'manifest-invalid'],
    'a manifest with NUL': [upload(withManifest(manifest({ description: 'a\u0000b' }))), 422, 'manifest-invalid'],
    'a manifest with half a character': [
      upload(withManifest(field('manifest', JSON.stringify({ ...testManifest('bad'), description: '\ud800' })))),
      422,
      'manifest-invalid',
    ],
    'a manifest with impossible axes': [
      upload(withManifest(manifest({ preprocess: [{ op: 'orient', axes: 'RRS' }] }))),
      422,
      'manifest-invalid',
    ],
    'a manifest that contradicts itself': [
      upload(
        withManifest(
          manifest({
            labels: [
              { value: 0, name: 'background' },
              { value: 0, name: 'liver' },
            ],
          }),
        ),
      ),
      422,
      'manifest-invalid',
    ],
    'a manifest of other organs': [
      upload(
        withManifest(
          manifest({
            labels: [
              { value: 0, name: 'background' },
              { value: 1, name: 'spleen' },
            ],
          }),
        ),
      ),
      422,
      'manifest-invalid',
    ],
    'a manifest with a bad version': [upload(withManifest(manifest({ version: '../1' }))), 422, 'manifest-invalid'],
    'a huge manifest': [upload(withManifest(field('manifest', `"${'x'.repeat(300_000)}"`))), 413, 'field-too-large'],
    // models
    'an empty file': [upload(withModel(Buffer.alloc(0))), 422, 'model-empty'],
    'a picture': [upload(withModel(Buffer.from('89504e470d0a1a0a0000000d', 'hex'))), 422, 'model-not-onnx'],
    'an archive': [upload(withModel(Buffer.from('504b030414000000080000000000', 'hex'))), 422, 'model-not-onnx'],
    'a pickle': [upload(withModel(Buffer.from('80049500000000000000', 'hex'))), 422, 'model-not-onnx'],
    'a page': [upload(withModel(Buffer.from('<!doctype html><script>alert(1)</script>'))), 422, 'model-not-onnx'],
    text: [upload(withModel(Buffer.from('hello, this is my model'))), 422, 'model-not-onnx'],
    'a model cut in half': [upload(withModel(MODEL.subarray(0, MODEL.length / 2))), 422, 'model-not-onnx'],
    'a model input of four dimensions': [upload(withModel(rank4)), 422, 'model-input-rank'],
    'a model that reads another file': [
      upload(withModel(Buffer.from(onnx.externalDataModel('/etc/passwd', 'initialiser')))),
      422,
      'model-external-data',
    ],
    'an input that the model does not have': [
      upload(withManifest(manifest({ inputs: [{ tensor: 'ct', channels: [{ name: 'CT' }] }] }))),
      422,
      'model-input-missing',
    ],
    'an output that the model does not have': [
      upload(withManifest(manifest({ output: { tensor: 'mask', meaning: 'logits' } }))),
      422,
      'model-output-missing',
    ],
    'a model beyond the limit': [upload(withModel(Buffer.concat([MODEL, Buffer.alloc(MIB)]))), 413, 'upload-too-large'],
    'a key with spaces': [upload(goodForm('bad'), { 'idempotency-key': 'a b' }), 400, 'idempotency-key-invalid'],
    'a very long key': [
      upload(goodForm('bad'), { 'idempotency-key': 'k'.repeat(300) }),
      400,
      'idempotency-key-invalid',
    ],
    'a declared 10 GB': [
      [
        'POST',
        '/submissions',
        {
          payload: Buffer.from('x'),
          headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': '10737418240' },
        },
      ],
      413,
      'upload-too-large',
    ],
  };

  let before: Record<string, number>;
  beforeAll(async () => {
    before = await world.inventory();
  });

  it.each(Object.entries(table).map(([what, row]) => ({ what, row })))(
    '$what',
    async ({ row: [[method, path, sent], status, code] }) => {
      // a new network address each, so that no one is refused for coming often
      const answer = await world.ask('owner', method, path, {
        ip: `10.1.${Math.floor(Math.random() * 250)}.${Math.floor(Math.random() * 250)}`,
        ...sent,
      });
      const body = problem.parse(answer.json());
      expect({ status: answer.statusCode, code: body.code, detail: body.detail }).toEqual({
        status,
        code,
        detail: expect.stringMatching(/.{10,}/),
      });
      expect(answer.body).not.toMatch(/\\u0000|at .+\.(ts|js):|postgres|typeorm/i);
    },
  );

  it.each([
    'bytes=5-2',
    'bytes=abc',
    'bytes=-',
    'bytes=0-1,2-3',
    `bytes=${'0-0,'.repeat(1000)}1-1`,
    'bytes=99999999999999999999-',
    'bytes=-0',
  ])('a range of nonsense: %s', async (range) => {
    const [one] = await world.parts.records.cases(benchmark.phases[0].id);
    const answer = await world.ask('visitor', 'GET', `/objects/${one.images[0].id}`, {
      headers: { range: range.slice(0, 4000) },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([416, 'range-not-satisfiable']);
  });

  const head = (extra: string): string =>
    `POST /api/v1/submissions HTTP/1.1\r\nHost: localhost:4200\r\nOrigin: ${ORIGIN}\r\nCookie: ${world.people.get('owner')?.cookie}\r\n${extra}`;

  it('an upload that is cut off in the middle leaves nothing', async () => {
    const { payload, headers } = form(withModel(Buffer.concat([MODEL, Buffer.alloc(MIB / 2)])));
    for (const end of ['reset', 'end'] as const) {
      await rawHttp(
        port,
        Buffer.concat([
          Buffer.from(head(`Content-Type: ${headers['content-type']}\r\nContent-Length: ${payload.length}\r\n\r\n`)),
          payload.subarray(0, payload.length / 2),
        ]),
        end,
      );
    }
  });

  it('a form that ends before its last boundary', async () => {
    const { payload, headers } = form(goodForm('cut'));
    const cut = payload.subarray(0, payload.length - 40);
    const answer = await rawHttp(
      port,
      Buffer.concat([
        Buffer.from(head(`Content-Type: ${headers['content-type']}\r\nContent-Length: ${cut.length}\r\n\r\n`)),
        cut,
      ]),
    );
    expect([answer?.status, JSON.parse(answer?.body ?? '{}').code]).toEqual([400, 'upload-truncated']);
  });

  it('10 GB are refused before they are sent, in words that arrive', async () => {
    const answer = await rawHttp(
      port,
      head('Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 10737418240\r\n\r\n--b\r\n'),
    );
    expect([answer?.status, JSON.parse(answer?.body ?? '{}').code]).toEqual([413, 'upload-too-large']);
  });

  it('10 GB are too large, however small the disk; what would fit the limit and not the disk finds no room', async () => {
    const spool = world.app.get(UploadSpool);
    const { checkRoom } = spool;
    spool.checkRoom = (bytes) =>
      Promise.reject(new RequestRefused(507, 'storage-full', `No room for ${bytes} bytes on this disk.`));
    try {
      const declare = async (bytes: number) => {
        const answer = await rawHttp(
          port,
          head(`Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${bytes}\r\n\r\n--b\r\n`),
        );
        return [answer?.status, JSON.parse(answer?.body ?? '{}').code];
      };
      expect(await declare(10_737_418_240)).toEqual([413, 'upload-too-large']);
      expect(await declare(1000)).toEqual([507, 'storage-full']);
    } finally {
      spool.checkRoom = checkRoom;
    }
  });

  it('an endless upload without a length is refused where the limit is', async () => {
    const { payload, headers } = form(withModel(Buffer.concat([MODEL, Buffer.alloc(3 * MIB)])));
    const chunked = Buffer.concat([
      Buffer.from(`${payload.length.toString(16)}\r\n`),
      payload,
      Buffer.from('\r\n0\r\n\r\n'),
    ]);
    const answer = await rawHttp(
      port,
      Buffer.concat([
        Buffer.from(head(`Content-Type: ${headers['content-type']}\r\nTransfer-Encoding: chunked\r\n\r\n`)),
        chunked,
      ]),
    );
    expect([answer?.status, JSON.parse(answer?.body ?? '{}').code]).toEqual([413, 'upload-too-large']);
  });

  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello', 400],
    ['length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    ['a chunk that lies', 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
    ['a header of 100 kB', `X-Long: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
    ['a header with a bare line feed', 'X-A: b\nX-B: c\r\n\r\n', 400],
  ])('what is not HTTP: %s', async (_, rest, status) => {
    const answer = await rawHttp(port, head(rest));
    expect(answer?.status).toBe(status);
    expect(problem.parse(JSON.parse(answer?.body ?? '{}')).status).toBe(status);
  });

  it('left no row, no blob and no file, and none of it was a defect', async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const after = await world.inventory();
    // accounts: none was made either
    expect(after).toEqual(before);
    expect(world.logged).toEqual([]);
  });
});

describe('a case of a dataset', () => {
  const volume = async (data: Int16Array | Uint8Array, spacing = 1): Promise<Buffer> =>
    Buffer.from(await writeNifti({ geometry: { sizeXyz: [3, 2, 2], spacingMm: [spacing, 1, 2], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] }, data }, { gzip: true, description: 'Jane Doe' }));
  const scan = () => volume(Int16Array.from({ length: 12 }, (_, v) => v - 6));
  const mask = (label = 1, spacing = 1) => volume(Uint8Array.from({ length: 12 }, (_, v) => (v === 3 ? label : 0)), spacing);
  const fields = (change: object = {}) => field('case', JSON.stringify({ name: 'one', patient: 'p1', split: 'practice', facts: { age: 61 }, references: [{ reader: 'A', consensus: true }], ...change }));
  const file = (name: string, value: Buffer): FormPart => ({ name, filename: 'x.nii.gz', type: 'application/gzip', value });
  const send = async (parts: readonly FormPart[]) => {
    const { payload, headers } = form(parts);
    return world.ask('organiser', 'POST', '/datasets/brought-in/cases', { payload, headers });
  };
  const begin = (change: object = {}) =>
    world.ask('organiser', 'POST', '/datasets', { body: { slug: 'brought-in', name: 'Brought in', licence: 'CC0-1.0', description: '', labels: [{ value: 1, name: 'liver' }], channels: [{ name: 'CT' }], ...change } });

  it('is checked, written anew, and there once however often it is sent', async () => {
    expect((await begin()).json()).toMatchObject({ slug: 'brought-in', existing: false, cases: [], versions: [] });
    expect((await begin()).json()).toMatchObject({ existing: true });
    expect((await begin({ slug: 'x y' })).statusCode).toBe(400);
    const parts = [fields(), file('image', await scan()), file('reference', await mask())];
    const added = await send(parts);
    expect(added.statusCode).toBe(201);
    expect(added.json()).toMatchObject({ name: 'one', size: [3, 2, 2], spacingMm: [1, 1, 2], readers: [{ reader: 'A', consensus: true }], existing: false });
    expect((await send(parts)).json()).toMatchObject({ existing: true });
    const packedOtherwise = parts.map((part) => ('filename' in part ? { ...part, value: gzipSync(gunzipSync(part.value as Buffer), { level: 1 }) } : part));
    expect((await send(packedOtherwise)).json()).toMatchObject({ existing: true });
    const dataset = await world.parts.records.findDataset(world.account('organiser').id, 'brought-in');
    const [one] = await world.parts.records.datasetCases(dataset!.id);
    for (const { sha256 } of [...one.images, ...one.references.map(({ object }) => object)]) {
      const pieces: Uint8Array[] = [];
      for await (const piece of await world.parts.blobs.open(sha256)) pieces.push(piece);
      expect(gunzipSync(Buffer.concat(pieces)).includes('Jane Doe')).toBe(false);
    }
    const frozen = await world.ask('organiser', 'POST', '/datasets/brought-in/versions');
    expect(frozen.json()).toMatchObject({ version: 1, caseCount: 1, existing: false });
    expect((await world.ask('organiser', 'GET', '/datasets/brought-in')).json()).toMatchObject({ caseCount: 1, cases: [{ name: 'one', facts: { age: 61 } }], versions: [{ version: 1 }] });
  });

  it('is refused with a code when it cannot be used, and leaves nothing', async () => {
    const [image, reference] = [file('image', await scan()), file('reference', await mask())];
    const recipe = { method: 'majority', version: 1, readers: ['B', 'C'], parameters: {}, estimates: [] };
    const bomb = gzipSync(Buffer.concat([gunzipSync(await scan()), Buffer.alloc(2 ** 22)]));
    const other = fields({ name: 'two' });
    const bad: readonly (readonly [string, readonly FormPart[], number, string])[] = [
      ['another case of that name', [fields({ patient: 'p2' }), image, reference], 409, 'dataset-case-exists'],
      ['files first', [image, reference, other], 400, 'form-invalid'],
      ['nothing said', [], 400, 'form-invalid'],
      ['no JSON', [field('case', '{'), image, reference], 400, 'form-invalid'],
      ['no patient', [fields({ name: 'two', patient: '' }), image, reference], 422, 'case-invalid'],
      ['a field behind the files', [other, image, field('split', 'x')], 400, 'form-invalid'],
      ['no reference', [other, image], 422, 'case-invalid'],
      ['two images', [other, image, image, reference], 422, 'case-invalid'],
      ['an empty file', [other, file('image', Buffer.alloc(0)), reference], 422, 'case-file-empty'],
      ['a file of no format', [other, file('image', Buffer.from('no image')), reference], 422, 'case-invalid'],
      ['another grid', [other, image, file('reference', await mask(1, 1.5))], 422, 'case-invalid'],
      ['a label that is not declared', [other, file('image', await volume(new Int16Array(12).fill(7))), file('reference', await mask(7))], 422, 'case-invalid'],
      ['a recipe of readers that are not there', [fields({ name: 'two', references: [{ reader: 'A', consensus: true, recipe }] }), image, reference], 422, 'case-invalid'],
      ['a bomb', [other, file('image', bomb), reference], 422, 'case-invalid'],
    ];
    const before = await world.inventory();
    for (const [what, parts, status, code] of bad) {
      const answer = await send(parts);
      expect([what, answer.statusCode, (answer.json() as { code: string }).code]).toEqual([what, status, code]);
      expect(problem.parse(answer.json()).detail.length).toBeGreaterThan(10);
    }
    expect((await world.ask('organiser', 'GET', '/datasets/brought-in')).json()).toMatchObject({ caseCount: 1 });
    expect(await world.inventory()).toEqual(before); // not even the image of a case whose reference was refused
  });

  it('can be taken out again: with its files before a version has it, afterwards of the next one', async () => {
    const { blobs } = world.parts;
    const image = await volume(Int16Array.from({ length: 12 }, (_, v) => 1000 - v));
    expect((await send([fields({ name: 'two/three' }), file('image', image), file('reference', await mask())])).statusCode).toBe(201);
    const dataset = await world.parts.records.findDataset(world.account('organiser').id, 'brought-in');
    const brought = await world.parts.records.findDatasetCase(dataset!.id, 'two/three');
    const [own, shared] = [brought!.images[0].sha256, brought!.references[0].object.sha256];
    const takeOut = async (name: string) => world.ask('organiser', 'DELETE', `/datasets/brought-in/cases/${encodeURIComponent(name)}`);
    expect((await takeOut('two/three')).json()).toEqual({ outcome: 'removed', versions: [] });
    // its reference has the voxels of another case's
    expect([await blobs.head(own), (await blobs.head(shared)) !== null]).toEqual([null, true]);
    expect((await takeOut('two/three')).statusCode).toBe(404);
    expect((await takeOut('one')).json()).toEqual({ outcome: 'withdrawn', versions: [1] });
    expect((await world.ask('organiser', 'POST', '/datasets/brought-in/versions')).json()).toMatchObject({ code: 'dataset-empty' });
    expect((await send([fields(), file('image', await scan()), file('reference', await mask())])).json()).toMatchObject({ code: 'dataset-case-withdrawn' });
    expect((await world.ask('organiser', 'DELETE', '/datasets/brought-in')).json()).toMatchObject({ code: 'dataset-frozen' });
    expect((await begin({ slug: 'never-used' })).statusCode).toBe(201);
    expect((await world.ask('organiser', 'DELETE', '/datasets/never-used')).statusCode).toBe(204);
    expect((await world.ask('organiser', 'GET', '/datasets/never-used')).statusCode).toBe(404);
    const events = await world.parts.accessLog.list({ userId: world.account('organiser').id }, { limit: 3 });
    expect(events.map(({ action }) => action)).toEqual(['dataset.withdraw', 'dataset.withdraw', 'dataset.withdraw']);
  });
});
