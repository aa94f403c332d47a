import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { axisCodes, pointLps, readNifti, sameGrid, writeNifti, type Vec3, type Volume } from '#imaging';
import { phantomDataset } from './cases.js';
import { generateCase, type GeneratedCase } from './generate.js';
import { LABEL } from './readers.js';
import { SITES } from './sites.js';

const { cases } = phantomDataset();
const named = (name: string) => cases.find((phantom) => phantom.name === name)!;
const examples = ['test-a-02', 'test-b-05', 'test-c-08'].map((name) => ({
  phantom: named(name),
  made: generateCase(named(name)),
}));

describe.each(examples)('generateCase $phantom.name', ({ phantom, made }) => {
  const { image, readers, consensus } = made;
  const site = SITES[phantom.siteId];

  it('has the grid of its site, stored as the site stores it, for image and all label maps', () => {
    expect(axisCodes(image.geometry)).toBe(site.storedAxes);
    expect([...image.geometry.spacingMm].sort((a, b) => a - b)).toEqual(
      [site.inPlaneMm, site.inPlaneMm, site.sliceThicknessMm].sort((a, b) => a - b),
    );
    const slices = image.geometry.sizeXyz[image.geometry.spacingMm.indexOf(site.sliceThicknessMm)];
    expect(slices).toBeGreaterThanOrEqual(24);
    expect(slices).toBeLessThanOrEqual(72);
    for (const { labels } of [...readers, { labels: consensus }])
      expect(sameGrid(labels.geometry, image.geometry)).toBe(true);
    expect(readers.map(({ name }) => name)).toEqual(['reader-1', 'reader-2']);
  });

  it('lies right in the patient: liver right, spleen left, kidneys behind the liver', () => {
    const liver = centre(consensus, LABEL.liver);
    const spleen = centre(consensus, LABEL.spleen);
    const kidneys = centre(consensus, LABEL.kidneys);
    const middle = pointLps(image.geometry, image.geometry.sizeXyz.map((n) => (n - 1) / 2) as unknown as Vec3);
    expect(liver[0]).toBeLessThan(middle[0] - 20);
    expect(spleen[0]).toBeGreaterThan(middle[0] + 40);
    expect(kidneys[1]).toBeGreaterThan(liver[1] + 15);
    expect(Math.abs(kidneys[0] - middle[0])).toBeLessThan(20);
  });

  it('has plausible HU in the organs, air around, bone somewhere', () => {
    const mean = (label: number): number => {
      const values = image.data.filter((_, v) => consensus.data[v] === label);
      return values.reduce((a, b) => a + b, 0) / values.length;
    };
    expect(mean(LABEL.liver)).toBeGreaterThan(60);
    expect(mean(LABEL.liver)).toBeLessThan(130);
    expect(mean(LABEL.spleen)).toBeGreaterThan(85);
    expect(mean(LABEL.spleen)).toBeLessThan(145);
    expect(mean(LABEL.kidneys)).toBeGreaterThan(115);
    expect(mean(LABEL.kidneys)).toBeLessThan(200);
    const sorted = Int16Array.from(image.data).sort();
    expect(sorted[0]).toBeGreaterThanOrEqual(-1024);
    expect(sorted[Math.floor(sorted.length * 0.02)]).toBeLessThan(-950);
    expect(sorted[Math.floor(sorted.length * 0.995)]).toBeGreaterThan(180);
  });

  it('is repeated bit for bit', () => {
    const again = generateCase(structuredClone(phantom));
    expect(again.image.geometry).toEqual(image.geometry);
    expect(Buffer.from(again.image.data.buffer).equals(Buffer.from(image.data.buffer))).toBe(true);
    expect(Buffer.from(again.consensus.data).equals(Buffer.from(consensus.data))).toBe(true);
  });

  it('keeps its geometry and voxels through a NIfTI file exactly', async () => {
    const back = await readNifti(await writeNifti(image, { gzip: true }));
    expect(back.geometry).toEqual(image.geometry);
    expect(Buffer.from(back.data.buffer).equals(Buffer.from(image.data.buffer))).toBe(true);
  });
});

describe('the set', () => {
  it('differs in noise as the scanners do: sharp and thin is noisier than soft and thick', () => {
    const noise = examples.map(({ made }) => spreadInLiver(made));
    expect(noise[0]).toBeGreaterThan(noise[1]);
    expect(noise[1]).toBeGreaterThan(noise[2]);
  });

  it('uses only arithmetic that every engine computes alike', () => {
    const folder = import.meta.dirname;
    const sources = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
    expect(sources.length).toBeGreaterThan(10);
    for (const file of sources) {
      const text = readFileSync(join(folder, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      const allowed = file === 'arithmetic.ts' ? ['abs, floor, imul, max, min, sqrt } = Math'] : [];
      const used = text.match(/abs, .* = Math|\bMath\b|\w \*\* \w|\bDate\b|\bperformance\b/g) ?? [];
      expect({ file, used: [...used] }).toEqual({ file, used: allowed });
    }
  });
});

/** Mean position of a label in LPS mm. */
function centre({ geometry, data }: Volume<Uint8Array>, label: number): Vec3 {
  const [nx, ny, nz] = geometry.sizeXyz;
  const sum = [0, 0, 0];
  let n = 0;
  for (let k = 0, v = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, v++) {
        if (data[v] !== label) continue;
        sum[0] += i;
        sum[1] += j;
        sum[2] += k;
        n++;
      }
    }
  }
  return pointLps(geometry, [sum[0] / n, sum[1] / n, sum[2] / n]);
}

/** Standard deviation of the difference between neighbours along the first stored axis, both inside the liver. */
function spreadInLiver({ image, consensus }: GeneratedCase): number {
  let squares = 0;
  let n = 0;
  for (let v = 1; v < image.data.length; v++) {
    if (consensus.data[v] !== LABEL.liver || consensus.data[v - 1] !== LABEL.liver) continue;
    const difference = image.data[v] - image.data[v - 1];
    squares += difference * difference;
    n++;
  }
  return Math.sqrt(squares / n);
}
