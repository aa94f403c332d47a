import { blobLock, removeStaleFiles } from './stale-files.js';

function world({ inUse = [] as string[], locked = [] as string[] } = {}) {
  const blobs = new Set(['model', 'image', 'prediction']);
  const forgotten: string[] = [];
  const faults: string[] = [];
  const ports = {
    records: {
      staleFiles: async () => [{ preflightId: 'p1', digests: ['model', 'image'], own: ['prediction'] }],
      forgetFiles: async (id: string) => void forgotten.push(id),
      blobInUse: async (sha256: string) => inUse.includes(sha256),
      withLock: async (name: string, work: (lost: AbortSignal) => Promise<void>) => {
        if (locked.some((sha256) => blobLock(sha256) === name)) return false;
        await work(new AbortController().signal);
        return true;
      },
    },
    blobs: { delete: async (sha256: string) => blobs.delete(sha256) },
    log: { error: (_event: string, error: unknown) => void faults.push((error as Error).message) },
  };
  return { ports, blobs, forgotten, faults };
}

describe('files of preflights that nobody needs any more', () => {
  it('go, and then the row is told', async () => {
    const { ports, blobs, forgotten } = world();
    expect(await removeStaleFiles(ports, 10)).toBe(1);
    expect([...blobs, ...forgotten]).toEqual(['p1']);
  });

  it('stay where something else needs them', async () => {
    const { ports, blobs, forgotten } = world({ inUse: ['model'] });
    await removeStaleFiles(ports, 10);
    expect([...blobs, ...forgotten]).toEqual(['model', 'p1']);
  });

  it('keep no others when they cannot be removed', async () => {
    const { ports, forgotten, faults } = world();
    ports.records.staleFiles = async () => [
      { preflightId: 'p0', digests: ['locked down'], own: [] },
      { preflightId: 'p1', digests: ['model'], own: [] },
    ];
    const remove = ports.blobs.delete;
    ports.blobs.delete = async (sha256) => {
      if (sha256 === 'locked down') throw new Error('not permitted');
      return remove(sha256);
    };
    expect(await removeStaleFiles(ports, 10)).toBe(1);
    expect([forgotten, faults]).toEqual([['p1'], ['not permitted']]);
  });

  it('are looked at again when somebody holds one', async () => {
    const { ports, blobs, forgotten } = world({ locked: ['image'] });
    expect(await removeStaleFiles(ports, 10)).toBe(0);
    expect([...blobs, ...forgotten]).toEqual(['image']);
  });
});
