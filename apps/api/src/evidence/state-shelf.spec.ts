import { StateShelf } from './state-shelf.js';

/** Counts how often each question is worked on. */
function counting() {
  const asked: string[] = [];
  return { asked, work: (name: string) => () => (asked.push(name), Promise.resolve(name)) };
}

describe('answers about states of boards', () => {
  it('are worked out once, also for two who ask at the same time', async () => {
    const shelf = new StateShelf();
    const { asked, work } = counting();
    const both = await Promise.all([shelf.once('a', ['tables'], work('a')), shelf.once('a', ['tables'], work('a'))]);
    expect(both).toEqual(['a', 'a']);
    expect(await shelf.once('a', ['ceiling', 'dice'], work('c'))).toBe('c');
    expect(await shelf.once('b', ['tables'], work('b'))).toBe('b');
    expect(await shelf.once('a', ['tables'], work('never'))).toBe('a');
    expect(asked).toEqual(['a', 'c', 'b']);
  });

  it('are forgotten beyond the room there is, what was not asked for longest first', async () => {
    const shelf = new StateShelf(10);
    const { asked, work } = counting();
    const keep = (name: string) => shelf.once(name, [], work(name), () => 4);
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await keep(name); // c pushes b out, and b then c
    expect(asked).toEqual(['a', 'b', 'c', 'b']);
    await keep('a');
    expect(asked).toHaveLength(4);
  });

  it('are not kept when one alone is too large, nor when the work failed', async () => {
    const shelf = new StateShelf(10);
    const { asked, work } = counting();
    for (let n = 0; n < 2; n++) expect(await shelf.once('a', [], work('a'), () => 11)).toBe('a');
    await expect(shelf.once('b', [], () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    expect(await shelf.once('b', [], work('b'))).toBe('b');
    expect(asked).toEqual(['a', 'a', 'b']);
  });
});
