import { phantomDataset } from './cases.js';
import { LABEL, READERS, adjudicate, readScan, trueLabels } from './readers.js';
import { scan } from './scan.js';

describe('adjudicate', () => {
  it('keeps what both readers say and asks the adjudicator elsewhere, who may disagree with both', () => {
    const first = Uint8Array.of(0, 1, 1, 4, 2);
    const second = Uint8Array.of(0, 1, 0, 1, 2);
    const third = Uint8Array.of(1, 0, 1, 3, 2);
    expect([...adjudicate(first, second, third)]).toEqual([0, 1, 1, 3, 2]);
  });

  it('refuses maps of different length', () => {
    expect(() => adjudicate(new Uint8Array(2), new Uint8Array(2), new Uint8Array(3))).toThrow('adjudicator 3');
  });
});

describe('readScan', () => {
  const phantom = phantomDataset().cases[4];
  const taken = scan(phantom);
  const truth = trueLabels(taken);
  const [first, second] = READERS.map((reader) => readScan(phantom, taken, reader));

  it('disagrees like people do: overlap of organs between 0.88 and 0.99, never the same map', () => {
    for (const labels of [[LABEL.liver, LABEL.lesion], [LABEL.spleen], [LABEL.kidneys]]) {
      for (const other of [second, truth]) {
        const dice = diceOf(first, other, labels);
        expect(dice).toBeGreaterThan(0.88);
        expect(dice).toBeLessThan(0.99);
      }
    }
  });

  it('stays within 4 mm of the anatomy where it draws at all', () => {
    const farthest = (label: number, distance: Float32Array): number =>
      first.reduce((low, drawn, v) => (drawn === label ? Math.min(low, distance[v]) : low), Infinity);
    expect(farthest(LABEL.spleen, taken.spleen)).toBeGreaterThan(-4);
    expect(farthest(LABEL.kidneys, taken.kidneys)).toBeGreaterThan(-4);
  });

  it('overlooks small lesions now and then, large ones never', () => {
    let small = 0;
    let missed = 0;
    for (const other of phantomDataset().cases.filter((_, n) => n % 5 === 1)) {
      const here = scan(other);
      const labels = readScan(other, here, READERS[1]);
      const real = trueLabels(here);
      here.anatomy.lesions.forEach(({ diameterMm }, n) => {
        let visible = 0;
        let drawn = 0;
        for (let v = 0; v < labels.length; v++) {
          if (here.lesionNumber[v] !== n + 1 || real[v] !== LABEL.lesion) continue;
          visible++;
          if (labels[v] === LABEL.lesion) drawn++;
        }
        if (diameterMm >= 12 && visible > 40) expect(drawn).toBeGreaterThan(0);
        if (diameterMm < 9 && visible > 6) {
          small++;
          if (drawn === 0) missed++;
        }
      });
    }
    expect(small).toBeGreaterThan(3);
    expect(missed).toBeGreaterThan(0);
    expect(missed).toBeLessThan(small);
  });
});

function diceOf(a: Uint8Array, b: Uint8Array, labels: readonly number[]): number {
  let both = 0;
  let size = 0;
  for (let v = 0; v < a.length; v++) {
    const inA = labels.includes(a[v]);
    const inB = labels.includes(b[v]);
    if (inA && inB) both++;
    size += Number(inA) + Number(inB);
  }
  return (2 * both) / size;
}
