import { RequestRefused } from '#domain';
import type { BlobStore, Dataset, EvaluationRecords } from '#evaluation';
import type { ReceivedPart } from './read-parts.js';
import { Stow, stowAnswer } from './stow.js';

const DATASET = { id: 'd1' } as Dataset;

function desk(size: { instances: number; bytes: number } = { instances: 0, bytes: 0 }) {
  const away: string[] = [];
  const records = {
    inboxKey: () => Promise.resolve(Buffer.alloc(32)),
    inboxSize: () => Promise.resolve(size),
    countTurnedAway: (_: string, codes: readonly { code: string }[]) => Promise.resolve(void away.push(...codes.map(({ code }) => code))),
  } as unknown as EvaluationRecords;
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return { away, stow: new Stow(records, {} as BlobStore, silent) };
}

async function* parts(...given: readonly (ReceivedPart | Error)[]): AsyncGenerator<ReceivedPart, void, void> {
  for (const part of given) {
    if (part instanceof Error) throw part;
    yield await Promise.resolve(part);
  }
}

const junk: ReceivedPart = { headers: { 'content-type': 'application/dicom' }, content: Buffer.from('no DICOM') };
const page: ReceivedPart = { headers: { 'content-type': 'text/html' }, content: Buffer.from('<p>') };
const tooLarge = new RequestRefused(413, 'upload-too-large', 'too large');
const codes = (stowed: readonly { code: string | null }[]) => stowed.map(({ code }) => code);

describe('a STOW request that cannot be taken to its end', () => {
  it('answers for what came before: each part that failed has a code, and so has the end of the body', async () => {
    const { stow, away } = desk();
    const stowed = await stow.receive(DATASET, parts(junk, page, junk, tooLarge), new Set());
    expect(codes(stowed)).toEqual(['dicom-header', 'content-type-unsupported', 'dicom-header', 'upload-too-large']);
    expect(away).toEqual(['dicom-header', 'content-type-unsupported', 'upload-too-large']);
    expect(stowAnswer([...stowed, { ...stowed[0], outcome: 'stored', code: null, because: null }]).status).toBe(202);
  });

  it('goes on when the inbox is full, so that the sender knows of each instance', async () => {
    const { stow } = desk({ instances: 99_999, bytes: 0 });
    const stowed = await stow.receive(DATASET, parts(junk, junk, junk), new Set());
    expect(codes(stowed)).toEqual(['dicom-header', 'inbox-full', 'inbox-full']);
    const { body } = stowAnswer(stowed);
    expect(JSON.stringify(body['00081198'])).toContain(String(0xa700));
  });

  it('is refused as a whole when there is nothing to answer for', async () => {
    await expect(desk().stow.receive(DATASET, parts(page, junk), new Set())).rejects.toMatchObject({ status: 415 });
    await expect(desk().stow.receive(DATASET, parts(tooLarge), new Set())).rejects.toBe(tooLarge);
    const full = desk({ instances: 100_000, bytes: 0 });
    await expect(full.stow.receive(DATASET, parts(junk), new Set())).rejects.toMatchObject({ code: 'inbox-full' });
  });

  it('is a fault of ours when it is one', async () => {
    await expect(desk().stow.receive(DATASET, parts(junk, new Error('disk')), new Set())).rejects.toThrow('disk');
  });
});
