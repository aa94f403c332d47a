import fc from 'fast-check';
import { connectedComponents } from '#imaging';
import type { Vec3 } from '#imaging';
import { meetings, pieceAt, runPieces } from './run-pieces.js';

const row = (text: string): Uint8Array => Uint8Array.from(text, Number);

describe('connected pieces by runs', () => {
  it('are those of paper: two runs of a row, joined by a voxel that touches both at a corner', () => {
    expect(runPieces(row('110110'), [6, 1, 1]).count).toBe(2);
    const joined = runPieces(row('110110001000'), [6, 2, 1]);
    expect(joined.count).toBe(1);
    expect(pieceAt(joined, 1, 2)).toBe(0);
    expect(pieceAt(joined, 0, 2)).toBe(-1);
    expect(runPieces(new Uint8Array(8), [2, 2, 2]).count).toBe(0);
  });

  it('are those of the imaging library, on any mask', () => {
    const size = fc.integer({ min: 1, max: 8 });
    const property = fc.property(
      fc.tuple(size, size, size),
      fc.infiniteStream(fc.nat({ max: 9 })),
      fc.integer({ min: 1, max: 6 }),
      ([nx, ny, nz]: Vec3, numbers, density) => {
        const random = (): Uint8Array =>
          Uint8Array.from({ length: nx * ny * nz }, () => ((numbers.next().value as number) < density ? 1 : 0));
        const [one, other] = [random(), random()];
        const pieces = runPieces(one, [nx, ny, nz]);
        const known = connectedComponents(one, [nx, ny, nz], 26);
        const labels = Int32Array.from(one, (_, v) => pieceAt(pieces, Math.floor(v / nx), v % nx) + 1);
        expect(pieces.count).toBe(known.count);
        expect(labels).toEqual(known.labels);

        const met = meetings(pieces, runPieces(other, [nx, ny, nz])).a;
        const expected = new Uint8Array(known.count);
        known.labels.forEach((label, v) => label > 0 && other[v] && (expected[label - 1] = 1));
        expect(met).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 200, seed: 11 });
  });

  it('refuses a mask of another size', () => {
    expect(() => runPieces(new Uint8Array(5), [2, 2, 1])).toThrow('mask holds 5 voxels; the grid has 2 x 2 x 1');
  });
});
