import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runEvent, type RunSummary } from '#contracts';
import type { Benchmark, EvaluationCase, EvaluationRecords, Submission } from '#evaluation';
import { World, type Who } from '../test-support/world.js';
import { RunEventHub } from './run-event-hub.js';

interface Event {
  readonly id: string;
  readonly run: RunSummary;
}

/** An EventSource as small as it gets. */
class Listener {
  readonly events: Event[] = [];
  raw = '';
  ended = false;
  private answer: IncomingMessage | null = null;
  private readonly request: ClientRequest;

  constructor(
    port: number,
    readonly submissionId: string,
    headers: Record<string, string>,
  ) {
    let request!: ClientRequest;
    this.opened = new Promise((resolve, reject) => {
      request = get(
        { port, host: '127.0.0.1', path: `/api/v1/submissions/${submissionId}/events`, headers },
        (answer) => {
          this.answer = answer;
          answer.setEncoding('utf8');
          answer.on('data', (chunk: string) => this.take(chunk));
          answer.on('close', () => (this.ended = true));
          answer.on('error', () => (this.ended = true));
          resolve(answer);
        },
      );
      request.on('error', reject);
    });
    this.request = request;
  }

  readonly opened: Promise<IncomingMessage>;

  private take(chunk: string): void {
    this.raw += chunk;
    this.events.length = 0;
    for (const block of this.raw.split('\n\n')) {
      const id = /^id: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (id !== undefined && data !== undefined) this.events.push({ id, run: runEvent.parse(JSON.parse(data)).run });
    }
  }

  close(): void {
    this.answer?.destroy();
  }

  /** Goes at once, answer or not. */
  drop(): void {
    this.request.destroy();
  }
}

async function until(what: string, done: () => boolean, ms = 10_000): Promise<void> {
  const start = performance.now();
  while (!done()) {
    if (performance.now() - start > ms) throw new Error(`waited ${ms} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let world: World;
let benchmark: Benchmark;
let port: number;
const listeners: Listener[] = [];

beforeAll(async () => {
  world = await World.open();
  benchmark = await world.benchmark('live');
  await world.app.listen(0, '127.0.0.1');
  port = (world.app.getHttpServer().address() as AddressInfo).port;
}, 120_000);
afterEach(() => {
  for (const one of listeners.splice(0)) one.close();
});
afterAll(() => world?.close());

function listen(who: Who, submission: Submission, headers: Record<string, string> = {}): Listener {
  const cookie = world.people.get(who)?.cookie;
  const one = new Listener(port, submission.id, { ...(cookie === undefined ? {} : { cookie }), ...headers });
  listeners.push(one);
  return one;
}

const casesOf = (phase: 0 | 1): Promise<readonly EvaluationCase[]> =>
  world.parts.records.cases(benchmark.phases[phase].id);
const settle = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 400));

describe('live progress', () => {
  it('begins with how things stand and tells every change of a practice run, k of n', async () => {
    const submission = await world.submission(benchmark, 'watched');
    const visitor = listen('visitor', submission);
    const answer = await visitor.opened;
    expect([answer.statusCode, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'no-store, no-transform',
    ]);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    await until('both runs', () => visitor.events.length >= 2);
    expect(visitor.events.map(({ run }) => run.state)).toEqual(['queued', 'waiting']);
    await world.startRun(submission.runs[0].id);
    await until('running', () => visitor.events.at(-1)?.run.state === 'running');
    const [first, second] = await casesOf(0);
    await world.recordCase(submission.runs[0].id, first);
    await until('1 of 2', () => visitor.events.at(-1)?.run.progress?.done === 1);
    await world.recordCase(submission.runs[0].id, second, { fails: true });
    await until('2 of 2', () => visitor.events.at(-1)?.run.progress?.done === 2);
    expect(visitor.events.at(-1)?.run).toMatchObject({ state: 'scoring', progress: { done: 2, failed: 1, total: 2 } });
  });

  it('of a held-out run it tells the state, and is silent while cases end', async () => {
    const submission = await world.submission(benchmark, 'secret');
    await world.complete(submission.runs[0].id);
    const run = submission.runs[1].id;
    const [owner, organiser] = [listen('owner', submission), listen('organiser', submission)];
    await until('first looks', () => owner.events.length >= 2 && organiser.events.length >= 2);
    await world.startRun(run);
    await until('running', () => [owner, organiser].every(({ events }) => events.at(-1)?.run.state === 'running'));
    await settle();
    const before = owner.raw.replace(/: still here\n\n/g, '');
    const cases = await casesOf(1);
    await world.recordCase(run, cases[0]);
    await world.recordCase(run, cases[1], { fails: true });
    await until('the organiser sees k of n', () => organiser.events.at(-1)?.run.progress?.done === 2);
    await settle();
    expect(owner.raw.replace(/: still here\n\n/g, '')).toBe(before);
    await world.recordCase(run, cases[2]);
    await until('scoring', () => owner.events.at(-1)?.run.state === 'scoring');
    for (const { run: seen } of owner.events.filter((event) => event.run.phase === 'test')) {
      expect([seen.progress, seen.startedAt]).toEqual([null, null]);
    }
    expect(world.marks.findIn(Buffer.from(owner.raw))).toEqual([]);
    // no counter in the ids either: what they are made of, the reader has seen
    expect(new Set(owner.events.map(({ id }) => id.length)).size).toBeLessThanOrEqual(2);
  });

  it('goes on after a lost connection with what changed since, and nothing else', async () => {
    const submission = await world.submission(benchmark, 'resumed');
    const first = listen('owner', submission);
    await until('first look', () => first.events.length >= 2);
    const lastId = first.events.at(-1)?.id as string;
    first.close();
    const idle = listen('owner', submission, { 'last-event-id': lastId });
    await idle.opened;
    await settle();
    expect(idle.events).toEqual([]);
    idle.close();
    await world.startRun(submission.runs[0].id);
    const back = listen('owner', submission, { 'last-event-id': lastId });
    await until('the change', () => back.events.length >= 1);
    await settle();
    expect(back.events.map(({ run }) => [run.phase, run.state])).toEqual([['practice', 'running']]);
    const lost = listen('owner', submission, { 'last-event-id': '42; drop table' });
    await until('everything', () => lost.events.length >= 2);
  });

  it('a session that ends loses its stream within 5 seconds, and so does a token', async () => {
    const submission = await world.submission(benchmark, 'revoked');
    const account = world.account('researcher');
    const cookie = await world.session(account);
    const token = await world.token('researcher', ['read']);
    const bySession = listen('visitor', submission, { cookie });
    const byToken = listen('visitor', submission, { authorization: `Bearer ${token}` });
    const visitor = listen('visitor', submission);
    await until('all open', () => [bySession, byToken, visitor].every(({ events }) => events.length >= 2));
    await world.parts.accounts.deleteSessions(account.id);
    for (const { id } of await world.parts.accounts.listTokens(account.id))
      await world.parts.accounts.deleteToken(account.id, id);
    await until('both ended', () => bySession.ended && byToken.ended, 5_000);
    expect(visitor.ended).toBe(false);
  });

  it('keeps a silent connection with a heartbeat', async () => {
    const submission = await world.submission(benchmark, 'silent');
    const visitor = listen('visitor', submission);
    await until('a heartbeat', () => visitor.raw.includes(': still here\n\n'), 20_000);
  }, 30_000);

  it('does not exist where the submission does not, and leaves no listener behind', async () => {
    const answer = await world.ask('owner', 'GET', '/submissions/0192f0c4-7777-7777-8777-777777777777/events');
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not-found']);
    await until('all gone', () => world.app.get(RunEventHub).watchers === 0);
    expect(world.logged).toEqual([]);
  });

  /** Runs `during` while looking up a submission takes a detour. */
  async function whileLooking(
    detour: (find: EvaluationRecords['findSubmission'], id: string) => ReturnType<EvaluationRecords['findSubmission']>,
    during: () => Promise<void>,
  ): Promise<void> {
    const records = world.parts.records as { findSubmission: EvaluationRecords['findSubmission'] };
    const { findSubmission } = records;
    records.findSubmission = (id) => detour(findSubmission, id);
    try {
      await during();
    } finally {
      records.findSubmission = findSubmission;
    }
  }

  it('readers who go during their first look leave no stream and no timer', async () => {
    const submission = await world.submission(benchmark, 'dropped');
    const hub = world.app.get(RunEventHub);
    await until('nobody', () => hub.watchers === 0 && hub.streams === 0);
    const people = ['visitor', 'owner', 'researcher', 'organiser'] as const;
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const look = hub.look.bind(hub);
    hub.look = async (id) => {
      await released;
      return look(id);
    };
    try {
      const crowd = Array.from({ length: 20 }, (_, n) => listen(people[n % people.length], submission));
      for (const { opened } of crowd) opened.catch(() => undefined); // it never opens
      await until('all let in', () => hub.streams === 20);
      for (const one of crowd) one.drop();
      await settle();
      expect(hub.watchers).toBe(0);
      release();
      await until('all gone', () => hub.streams === 0);
      await settle();
      expect([hub.watchers, hub.streams]).toEqual([0, 0]);
    } finally {
      hub.look = look;
    }
  });

  it('nor do readers who go at any other moment', async () => {
    const submission = await world.submission(benchmark, 'stormy');
    const hub = world.app.get(RunEventHub);
    const people = ['visitor', 'owner', 'researcher', 'organiser'] as const;
    await whileLooking(
      async (find, id) => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        return find(id);
      },
      async () => {
        await Promise.all(
          Array.from({ length: 60 }, async (_, n) => {
            const one = listen(people[n % people.length], submission);
            one.opened.catch(() => undefined);
            await new Promise((resolve) => setTimeout(resolve, 5 + 8 * n));
            one.drop();
          }),
        );
        await until('nobody', () => hub.watchers === 0 && hub.streams === 0, 5_000);
        await settle();
        expect([hub.watchers, hub.streams]).toEqual([0, 0]);
      },
    );
  });

  it('one reader has 20 streams at most, another has his own, and places become free again', async () => {
    const submission = await world.submission(benchmark, 'crowded');
    const crowd = Array.from({ length: 20 }, () => listen('owner', submission));
    await Promise.all(crowd.map(({ opened }) => opened));
    const refused = await world.ask('owner', 'GET', `/submissions/${submission.id}/events`);
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'streams-busy']);
    expect((await listen('researcher', submission).opened).statusCode).toBe(200);
    expect((await listen('visitor', submission).opened).statusCode).toBe(200);
    crowd[0].close();
    await until('a free place', () => world.app.get(RunEventHub).streams === 21);
    expect((await listen('owner', submission).opened).statusCode).toBe(200);
  });

  it('looks once for all who watch a submission, and shows each what is his to see', async () => {
    const submission = await world.submission(benchmark, 'shared');
    await world.complete(submission.runs[0].id);
    const run = submission.runs[1].id;
    await world.startRun(run);
    const readers = (['visitor', 'owner', 'researcher', 'organiser', 'steward'] as const).flatMap((who) =>
      Array.from({ length: 4 }, () => ({ who, stream: listen(who, submission) })),
    );
    await until('first looks', () => readers.every(({ stream }) => stream.events.length >= 2));
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // no look is fresh any more
    let asked = 0;
    await whileLooking(
      (find, id) => {
        asked += 1;
        return find(id);
      },
      async () => {
        await world.recordCase(run, (await casesOf(1))[0]);
        const keepers = readers.filter(({ who }) => who === 'organiser' || who === 'steward');
        await until('1 of 3', () => keepers.every(({ stream }) => stream.events.at(-1)?.run.progress?.done === 1));
        await settle();
      },
    );
    // one change may be announced more than once; without sharing there would be 20 looks for each
    expect(asked).toBeLessThanOrEqual(5);
    for (const { who, stream } of readers) {
      if (who === 'organiser' || who === 'steward') continue;
      expect(stream.events.filter((event) => event.run.phase === 'test').map((event) => event.run.progress)).toEqual([
        null,
      ]);
    }
  });

  it('stopping the server ends the streams', async () => {
    const submission = await world.submission(benchmark, 'stopping');
    const visitor = listen('visitor', submission);
    await until('open', () => visitor.events.length >= 2);
    await world.app.close();
    await until('ended', () => visitor.ended);
  });
});
