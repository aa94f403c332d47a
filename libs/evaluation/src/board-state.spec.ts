import { createHash } from 'node:crypto';
import { emptyBoardState, nextBoardState, type BoardLink } from './board-state.js';

const link: BoardLink = {
  runId: '01a202b8-4ac4-763a-ba18-805678cbea25',
  algorithm: 'unet-small',
  version: '1.0.0',
  modelSha256: 'aa',
  manifestSha256: 'bb',
  metrics: { hd95: 3.5, dice: 0.75 },
  aggregates: [{ region: 'liver', metric: 'dice', mean: 0.75, n: 2 }],
  cases: { scored: 2, failed: 0 },
};
const empty = emptyBoardState({ phaseId: 'p', signature: 's' });

describe('the address of a state of a board', () => {
  it('is the digest of what stands in the documentation, keys in order', () => {
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(empty).toBe(sha256('{"phase":"p","signature":"s"}'));
    expect(nextBoardState(empty, link)).toBe(
      sha256(
        '{"aggregates":[{"mean":0.75,"metric":"dice","n":2,"region":"liver"}],"algorithm":"unet-small",' +
          `"cases":{"failed":0,"scored":2},"manifestSha256":"bb","metrics":{"dice":0.75,"hd95":3.5},"modelSha256":"aa",` +
          `"previous":"${empty}","runId":"01a202b8-4ac4-763a-ba18-805678cbea25","version":"1.0.0"}`,
      ),
    );
  });

  it.each([
    ['figure', { metrics: { ...link.metrics, dice: 0.7500000000000001 } }],
    ['model', { modelSha256: 'ab' }],
    ['failed case', { cases: { scored: 1, failed: 1 } }],
  ])('changes with any %s', (_, change) => {
    expect(nextBoardState(empty, { ...link, ...change })).not.toBe(nextBoardState(empty, link));
  });

  it('does not hold how many values were penalties', () => {
    const [aggregate] = link.aggregates;
    const counted = { ...link, aggregates: [{ ...aggregate, penalised: 1 }] };
    expect(nextBoardState(empty, counted)).toBe(nextBoardState(empty, link));
  });

  it('depends on what came before, and not on the order of keys', () => {
    const other = nextBoardState(empty, { ...link, runId: 'b' });
    expect(nextBoardState(other, link)).not.toBe(nextBoardState(empty, link));
    const turned = { ...link, metrics: { dice: 0.75, hd95: 3.5 } };
    expect(nextBoardState(empty, turned)).toBe(nextBoardState(empty, link));
  });
});
