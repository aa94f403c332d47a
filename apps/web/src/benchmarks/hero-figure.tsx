import type { ReactNode } from 'react';

const COLUMNS = 26;
const ROWS = 15;

/** Whether the centre of cell (x, y) lies in a blob around (cx, cy): an ellipse with a dent. Grid units. */
function inBlob(x: number, y: number, cx: number, cy: number, rx: number, ry: number): boolean {
  const [u, v] = [(x + 0.5 - cx) / rx, (y + 0.5 - cy) / ry];
  const dent = 0.22 * Math.max(0, 1 - ((u - 0.75) ** 2 + (v + 0.7) ** 2) / 0.6);
  return u * u + v * v < 1 - 2 * dent;
}

const CELLS = Array.from({ length: COLUMNS * ROWS }, (_, n) => {
  const [x, y] = [n % COLUMNS, Math.floor(n / COLUMNS)];
  const reference = inBlob(x, y, 12.2, 7.6, 8.4, 5.6);
  const prediction = inBlob(x, y, 13.6, 7.1, 8.2, 5.3);
  const kind = reference ? (prediction ? 'tp' : 'fn') : prediction ? 'fp' : 'none';
  return { x, y, kind };
});

/** A slice in voxels: where reference and prediction agree, what was missed, what was added. Decoration with a legend in words. */
export function HeroFigure(): ReactNode {
  return (
    <figure className="hero-figure">
      <svg
        viewBox={`-0.5 -0.5 ${COLUMNS + 1} ${ROWS + 1}`}
        role="img"
        aria-label="A slice in voxels: most are found by both reference and prediction, some are missed, some are added."
      >
        {CELLS.map(({ x, y, kind }) => (
          <rect
            key={`${x},${y}`}
            className={`voxel voxel-${kind}`}
            x={x + 0.05}
            y={y + 0.05}
            width={0.9}
            height={0.9}
            rx={0.14}
          />
        ))}
      </svg>
      <figcaption>
        <span className="key key-tp">agreed</span>
        <span className="key key-fn">missed</span>
        <span className="key key-fp">added</span>
      </figcaption>
    </figure>
  );
}
