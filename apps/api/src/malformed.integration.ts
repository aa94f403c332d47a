import { z } from 'zod';
import { ENDPOINTS, problem, type Endpoint } from '#contracts';
import { form } from './test-support/raw-http.js';
import { goodForm } from './test-support/submission-forms.js';
import { World, type Sent, type Who } from './test-support/world.js';

/**
 * What nobody would think of sending, made from a fixed seed: whatever comes, it is the sender's fault, told as such.
 * `bad-input.integration.ts` has the cases whose codes matter; here the only question is whether anything breaks.
 */
let world: World;
const broken: string[] = [];
/** How often each status was answered in a test: one that only ever meets the door would prove nothing. */
const statuses = new Map<number, number>();

beforeAll(async () => {
  world = await World.open();
  await world.benchmark('bench');
}, 120_000);
afterAll(() => world?.close());
beforeEach(() => statuses.clear());

let seed = 20_260_101;
/** An integer from 0 to `below` - 1. */
function dice(below: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % below;
}
const one = <T>(list: readonly T[]): T => list[dice(list.length)];

const UUID = '0192f0c4-7777-7777-8777-777777777777';
const DEEP = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;

/** No answer within this time is none: longer than the slowest of them takes on a busy machine. */
const SILENCE_MS = 10_000;

const shown = ({ payload, ...rest }: Sent): string =>
  JSON.stringify({ ...rest, payload: payload?.toString('latin1').slice(0, 600) });

async function send(who: Who, method: string, path: string, sent: Sent = {}): Promise<void> {
  const ip = `10.${dice(250)}.${dice(250)}.${dice(250)}`; // nobody is refused for coming often
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), SILENCE_MS)));
  const answer = await Promise.race([world.ask(who, method, path, { ip, ...sent }), silence]);
  clearTimeout(timer);
  if (answer === null) {
    broken.push(`silence ${who} ${method} ${path} ${shown(sent)}`);
    return;
  }
  statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
  const sane = answer.statusCode < 500 && (answer.statusCode < 400 || problem.safeParse(answer.json()).success);
  if (!sane) broken.push(`${answer.statusCode} ${who} ${method} ${path} ${shown(sent)}`);
}

/** A path of the contract with every parameter replaced. */
const filled = (endpoint: Endpoint, value: (name: string) => string): string =>
  endpoint.path.replace(/:(\w+)/g, (_, name: string) => value(name));
const plausible = (name: string): string => (name === 'id' ? UUID : name === 'version' ? '1.0.0' : 'bench');
/** Without the stream, which would not end, and signing out, after which everybody is a stranger. */
const routes = Object.entries(ENDPOINTS as Readonly<Record<string, Endpoint>>).filter(
  ([id]) => id !== 'submissionEvents' && id !== 'logout',
);

const VALUES = [
  ...['', '..', '%00', 'a%00b', '%ed%a0%80', '%ff', '%20', '1e999', '-1', '9'.repeat(40), '9007199254740993', '[]'],
  ...['null', '__proto__', 'constructor', "'--", UUID, 'ffffffff-ffff-ffff-ffff-ffffffffffff', '0'.repeat(64)],
  ...['0'.repeat(190), 'bench', '%F0%9F%92%A9', 'test'],
];
const CURSORS = [
  ...['{"offset":10000000}', '{"offset":1e999}', '{"before":9007199254740991}', '{"before":2147483648}'],
  ...['{"after":"zzz"}', '{"after":"\\ud800"}', '{"after":"\\u0000"}', '[]', 'null', '1', DEEP.slice(29_960, 30_040)],
  ...['9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z'].map((at) => JSON.stringify({ at, id: UUID })),
].map((text) => Buffer.from(text).toString('base64url'));
const STRINGS = ['\u0000'.repeat(30), '\ud800'.repeat(30), '\u200b'.repeat(30), '💩'.repeat(30), 'x'.repeat(30), ''];
const TYPES = ['application/json; charset=utf-16', 'application/json;', ';', '', 'multipart/form-data; boundary=b'];

it('parameters, queries and cursors of every route', async () => {
  for (const [, endpoint] of routes) {
    if (endpoint.path.includes(':'))
      for (const value of VALUES)
        await send(
          one(['visitor', 'admin']),
          endpoint.method,
          filled(endpoint, () => value),
        );
    if (endpoint.method !== 'GET') continue;
    const path = filled(endpoint, plausible);
    const keys = endpoint.query instanceof z.ZodObject ? Object.keys(endpoint.query.shape) : [];
    for (const key of [...keys, '__proto__']) {
      for (const value of [...VALUES, ...(key === 'cursor' ? CURSORS : [])])
        await send(one(['owner', 'admin']), 'GET', `${path}?${key}=${value}`);
      await send('owner', 'GET', `${path}?${key}[a]=1&${key}=2&${key}=3`);
    }
  }
  expect(broken).toEqual([]);
});

it('bodies of every route', async () => {
  for (const [, endpoint] of routes) {
    if (endpoint.method === 'GET') continue;
    const path = filled(endpoint, plausible);
    const keys = endpoint.body instanceof z.ZodObject ? Object.keys(endpoint.body.shape) : ['x'];
    const bodies: unknown[] = [null, 1, 'x', [], {}, true];
    for (const text of STRINGS) {
      bodies.push(Object.fromEntries(keys.map((key) => [key, text])));
      bodies.push({ email: `p${dice(1e6)}@example.org`, ...Object.fromEntries(keys.map((key) => [key, text])) });
    }
    for (const body of bodies) await send(one(['visitor', 'owner', 'admin']), endpoint.method, path, { body });
    for (const type of TYPES)
      await send('owner', endpoint.method, path, { payload: '{"a":1e999}', headers: { 'content-type': type } });
  }
  expect(broken).toEqual([]);
});

it('forms put together from what a form may be made of', async () => {
  const dispositions = [
    ...['name="benchmark"', 'name="manifest"', 'name="manifest"; filename="m.json"', 'name="model"; filename="m.onnx"'],
    ...[
      'name=model',
      "name*=utf-8''model",
      "name*=klingon''m%FFodel",
      'name',
      'name=',
      '',
      'filename="x"',
      'name="a\\',
    ],
    ...['name="hasOwnProperty"', 'name="__proto__"; filename="x"', 'name="model[]"', 'name="benchmark"; name="model"'],
  ].map((rest) => `Content-Disposition: form-data; ${rest}`);
  const others = [
    ...['', 'Content-Type: application/json', 'Content-Type: text/plain; charset=utf-16le', 'Content-Type: ;charset'],
    ...['Content-Type: text/plain; charset=klingon', 'Content-Type:', 'Content-Type: multipart/mixed; boundary=c'],
    ...['Content-Transfer-Encoding: base64', ': x', ' folded', '__proto__: x', 'Content-Disposition: ;', 'a'],
  ];
  const contents = ['', 'bench', '{', DEEP, '\0', '\xff\xfe', '\r\n--b', 'x'.repeat(70_000), '{"a":1e999}'];
  const ends = ['\r\n--b--\r\n', '\r\n--b--', '\r\n--b', '', '\r\n--b--\r\nepilogue', '\r\n--b\r\n\r\n', '--b--'];
  const types = ['boundary=b', 'boundary="b"', 'boundary=b; boundary=c'];
  for (let n = 0; n < 400; n++) {
    const parts = Array.from({ length: 1 + dice(5) }, () => {
      const headers = [one([...dispositions, '']), one(others)].filter((line) => line !== '');
      return `--b\r\n${headers.join('\r\n')}${one(['\r\n\r\n', '\r\n\r\n', '\n\n', '\r\n'])}${one(contents)}`;
    });
    await send('owner', 'POST', '/submissions', {
      payload: Buffer.from(one(['', 'preamble\r\n']) + parts.join('\r\n') + one(ends), 'latin1'),
      headers: { 'content-type': `multipart/form-data; ${one(types)}` },
    });
  }
  expect(broken).toEqual([]);
  expect(statuses.get(401)).toBeUndefined();
  expect(statuses.get(400)).toBeGreaterThan(300);
});

it('a good form with some bytes changed, or cut', async () => {
  const { payload, headers } = form(goodForm('changed'));
  for (let n = 0; n < 300; n++) {
    const bytes = Buffer.from(payload);
    for (let changes = dice(4); changes >= 0; changes--) bytes[dice(Math.min(bytes.length, 1500))] = dice(256);
    const cut = dice(4) === 0 ? bytes.subarray(0, dice(bytes.length)) : bytes;
    await send('owner', 'POST', '/submissions', { payload: cut, headers });
  }
  expect(broken).toEqual([]);
  expect(statuses.get(401)).toBeUndefined();
  expect(statuses.get(422)).toBeGreaterThan(10);
});

it('none of it was a defect', () => {
  expect(world.logged).toEqual([]);
});
