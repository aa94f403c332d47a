import type { ReactNode } from 'react';
import type { GridReceipt } from './case-volumes.js';

export interface ReceiptRow {
  readonly name: string;
  /** Null while it is loading. */
  readonly grid: GridReceipt | null;
  readonly verdict: 'image' | 'same' | 'refused' | 'loading';
}

const VERDICTS: Readonly<Record<ReceiptRow['verdict'], string>> = {
  image: 'the image',
  same: 'same grid',
  refused: 'refused',
  loading: 'loading',
};

/** Which grid each file lies on, so that nobody has to trust that they fit. */
export function GeometryCard({
  rows,
  grid,
}: {
  readonly rows: readonly ReceiptRow[];
  readonly grid: string;
}): ReactNode {
  return (
    <section className="vmv-card" aria-labelledby="vmv-geometry">
      <details className="vmv-details">
        <summary>
          <h2 id="vmv-geometry">Geometry</h2>
        </summary>
        <p className="vmv-note">{grid}</p>
        <table className="vmv-table vmv-receipt">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Stored as</th>
              <th scope="col">Affine</th>
              <th scope="col">Grid</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, grid: own, verdict }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{own?.storedAxes ?? '–'}</td>
                <td>
                  <code>{own?.hash ?? '–'}</code>
                </td>
                <td>{VERDICTS[verdict]}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="vmv-note">
          The hash is of size, position, spacing and directions, brought to one order of axes. The server sends it with
          each file; one that arrives on another grid than it was sent from is refused, and so is a layer on another
          grid than the image: nothing is moved.
        </p>
      </details>
    </section>
  );
}
