import { RequestRefused } from '#domain';
import { storeThenWrite, type StorePorts } from './store-then-write.js';

/** A blob store and its rows; the lock of a blob in `held` is somebody else's for so many tries. */
function world({ stored = [] as string[], used = [] as string[], held = {} as Record<string, number> } = {}) {
  const blobs = new Set(stored);
  const inUse = new Set(used);
  let refusals = 0;
  const ports: StorePorts = {
    records: {
      blobInUse: async (sha256) => inUse.has(sha256),
      withLock: async (name, work) => {
        const sha256 = name.replace('blob.', '');
        if ((held[sha256] ?? 0) > 0) {
          held[sha256]--;
          refusals++;
          return false;
        }
        await work(new AbortController().signal);
        return true;
      },
    },
    blobs: {
      head: async (sha256) => (blobs.has(sha256) ? { sha256, bytes: 1 } : null),
      put: async (content) => {
        for await (const piece of content) blobs.add(Buffer.from(piece).toString());
        return { sha256: '', bytes: 1 };
      },
      delete: async (sha256) => blobs.delete(sha256),
    },
  };
  return { ports, blobs, inUse, refusals: () => refusals };
}

const file = (sha256: string) => ({
  sha256,
  bytes: 1,
  async *read() {
    yield Buffer.from(sha256);
  },
});
const refused = () => Promise.reject(new RequestRefused(409, 'dataset-case-exists', 'another case'));

describe('blobs first, row second', () => {
  it('leaves nothing of a row that is refused, but what others use or was there before', async () => {
    const { ports, blobs } = world({ stored: ['before'], used: ['shared'] });
    await expect(storeThenWrite(ports, [file('before'), file('fresh'), file('shared')], refused)).rejects.toMatchObject({ code: 'dataset-case-exists' });
    expect([...blobs].sort()).toEqual(['before', 'shared']);
  });

  it('keeps blobs when it is not known whether the row was written', async () => {
    const { ports, blobs } = world();
    await expect(storeThenWrite(ports, [file('fresh')], () => Promise.reject(new Error('connection lost')))).rejects.toThrow('connection lost');
    expect([...blobs]).toEqual(['fresh']);
  });

  it('puts back what somebody removed before the row was there', async () => {
    const { ports, blobs, refusals } = world({ held: { fresh: 2 } });
    const written = await storeThenWrite(ports, [file('fresh')], async () => {
      blobs.delete('fresh');
      return 'row';
    });
    expect([written, [...blobs], refusals()]).toEqual(['row', ['fresh'], 2]);
  });
});

/** Lets one step of several senders happen at a time. */
class Scheduler {
  private readonly waiting: { who: string; go: () => void }[] = [];

  step(who: string): Promise<void> {
    return new Promise((go) => this.waiting.push({ who, go }));
  }

  /** Runs all to the end, choosing who goes next by the bits of `order`. */
  async play(order: number, done: () => boolean): Promise<void> {
    for (let turn = 0; !done(); turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.waiting.length === 0) continue;
      const wish = (order >> turn) & 1 ? 'B' : 'A';
      const at = this.waiting.findIndex(({ who }) => who === wish);
      this.waiting.splice(Math.max(0, at), 1)[0].go();
    }
  }
}

/** Two people send one file; the row of A is accepted, that of B refused. */
async function outcome(order: number): Promise<{ blob: boolean; row: boolean }> {
  const scheduler = new Scheduler();
  const store = { blob: false, row: false };
  let turn: Promise<unknown> = Promise.resolve();
  const withLock: StorePorts['records']['withLock'] = async (_, work) => {
    const before = turn;
    const mine = before.then(() => work(new AbortController().signal));
    turn = mine;
    await mine;
    return true;
  };
  const sender = (who: 'A' | 'B', accepted: boolean): Promise<unknown> => {
    const step =
      <T>(work: () => T) =>
      async (): Promise<T> => {
        await scheduler.step(who);
        return work();
      };
    const ports: StorePorts = {
      records: { withLock, blobInUse: step(() => store.row) },
      blobs: {
        head: step(() => (store.blob ? { sha256: 'x', bytes: 1 } : null)),
        put: step(() => {
          store.blob = true;
          return { sha256: 'x', bytes: 1 };
        }),
        delete: step(() => {
          const was = store.blob;
          store.blob = false;
          return was;
        }),
      },
    };
    const write = step(() => {
      if (!accepted) throw new RequestRefused(409, 'algorithm-taken', 'Somebody else has it.');
      store.row = true;
    });
    return storeThenWrite(ports, [file('x')], write).catch((error: unknown) => {
      if (!(error instanceof RequestRefused)) throw error;
    });
  };
  let done = false;
  const both = Promise.all([sender('A', true), sender('B', false)]).finally(() => (done = true));
  await scheduler.play(order, () => done);
  await both;
  return store;
}

it('a blob that a row refers to is there in the end, in whatever order two writings of it fall', async () => {
  const lost: number[] = [];
  for (let order = 0; order < 4096; order++) {
    const { blob, row } = await outcome(order);
    expect(row).toBe(true);
    if (!blob) lost.push(order);
  }
  expect(lost).toEqual([]);
}, 60_000);
