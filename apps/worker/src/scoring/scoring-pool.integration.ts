import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { agreement, CaseUnreadable, type Scorer } from '#evaluation';
import { writeNifti, type Geometry, type LabelMap } from '#imaging';
import { scoreCase } from '#metrics';
import { createScoringPool } from './scoring-pool.js';

const GEOMETRY: Geometry = {
  sizeXyz: [20, 18, 10],
  spacingMm: [1, 1.5, 3],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const REGIONS = [{ name: 'liver', labels: [1] }];
const METRICS = ['dice', 'hd95', 'nsd@2'];

/** A block of label 1, `shift` voxels along i. */
function block(shift: number): LabelMap {
  const data = new Uint8Array(20 * 18 * 10);
  for (let k = 2; k < 7; k++)
    for (let j = 3; j < 12; j++) for (let i = 4 + shift; i < 12 + shift; i++) data[(k * 18 + j) * 20 + i] = 1;
  return { geometry: GEOMETRY, data };
}

function compiledThread(): URL {
  const path = resolve(import.meta.dirname, '../../../../dist/apps/worker/src/scoring/scoring-thread.js');
  if (!existsSync(path)) throw new Error(`${path} is missing; run "npm run build" first`);
  return pathToFileURL(path);
}

describe('metrics in a thread of their own', () => {
  let scorer: Scorer;
  beforeAll(() => {
    scorer = createScoringPool({ threads: 2, script: compiledThread() });
  });
  afterAll(() => scorer.close());

  it('are those computed here, for many tasks at once, each with its own answer', async () => {
    const reference = await writeNifti(block(0), { gzip: true });
    const shifts = [0, 1, 2, 3, 4, 5];
    const answers = await Promise.all(
      shifts.map((shift) => scorer.score({ reference, prediction: block(shift), regions: REGIONS, metrics: METRICS })),
    );
    expect(answers.map(({ scores }) => scores)).toEqual(
      shifts.map((shift) =>
        scoreCase({ reference: block(0), prediction: block(shift), regions: REGIONS, metrics: METRICS }),
      ),
    );
  });

  it('leave out what the reference marks as not to be scored', async () => {
    const marked = block(0);
    for (let v = 0; v < marked.data.length; v++) if (!marked.data[v] && block(2).data[v]) marked.data[v] = 255;
    const task = {
      reference: await writeNifti(marked, { gzip: true }),
      prediction: block(2),
      regions: REGIONS,
      metrics: ['dice'],
    };
    const diceOf = async (ignoreLabel?: number) => (await scorer.score({ ...task, ignoreLabel })).scores[0].values.dice;
    // 6 of 8 columns are found, and the two too many are not counted
    expect(await diceOf(255)).toEqual({ kind: 'value', value: 12 / 14 });
    expect(await diceOf()).toEqual({ kind: 'value', value: 12 / 16 });
  });

  it('leave the prediction that was handed in as it was', async () => {
    const prediction = block(1);
    await scorer.score({
      reference: await writeNifti(block(0), { gzip: true }),
      prediction,
      regions: REGIONS,
      metrics: METRICS,
    });
    expect(prediction.data).toEqual(block(1).data);
  });

  it("an unreadable reference, or one on another grid, is the benchmark's fault; an unknown metric is a defect", async () => {
    const score = (reference: Uint8Array, metrics = METRICS) =>
      scorer.score({ reference, prediction: block(0), regions: REGIONS, metrics });
    await expect(score(new TextEncoder().encode('no image'))).rejects.toThrow(CaseUnreadable);
    const moved = await writeNifti({ ...block(0), geometry: { ...GEOMETRY, originLps: [50, 0, 0] } }, { gzip: true });
    await expect(score(moved)).rejects.toThrow(CaseUnreadable);
    await expect(score(await writeNifti(block(0), { gzip: true }), ['niceness'])).rejects.toThrow(
      /^defect while computing metrics/,
    );
  });

  it('how far a label map agrees with a file of its author is found out there, too; an unreadable file is his fault', async () => {
    const agreed = await scorer.agree({ expected: await writeNifti(block(1), { gzip: true }), predicted: block(0) });
    expect(agreed).toEqual(agreement(block(1), block(0)));
    expect(agreed.lowestDice).toBeCloseTo(7 / 8); // eight voxels wide, shifted by one
    await expect(scorer.agree({ expected: new Uint8Array(500), predicted: block(0) })).rejects.toMatchObject({
      name: 'ImageFormatError',
      code: 'nifti-header',
    });
  });

  it('a thread that cannot live takes its tasks with it as errors, and a closed pool refuses', async () => {
    const broken = createScoringPool({
      threads: 1,
      script: new URL('data:text/javascript,throw new Error("no thread")'),
    });
    const task = { reference: new Uint8Array(1), prediction: block(0), regions: REGIONS, metrics: METRICS };
    await expect(broken.score(task)).rejects.toThrow('no thread');
    await expect(broken.score(task)).rejects.toThrow('no thread');
    await broken.close();
    await expect(broken.score(task)).rejects.toThrow('closed');
  });
});
