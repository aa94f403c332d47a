import type { ReactNode } from 'react';
import type { PreflightView } from '#contracts';
import { formatFigure, formatShare } from '../format/numbers.js';
import { Badge } from '../ui/badge.js';

type Conformance = NonNullable<PreflightView['conformance']>;

/** How the platform's label map of the author's own case agrees with what the author's framework made of it. */
export function ConformanceTable({ conformance }: { readonly conformance: Conformance }): ReactNode {
  const { minDice, labels, voxelAgreement, passed } = conformance;
  return (
    <div className="table-scroll" role="region" aria-label="Agreement on the conformance case" tabIndex={0}>
      <table className="plain plain-narrow">
        <caption className="visually-hidden">
          Agreement on the author’s conformance case, label by label; Dice of at least {minDice} is asked for
        </caption>
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col" className="numeric">
              Dice
            </th>
            <th scope="col" className="numeric">
              Same voxels
            </th>
            <th scope="col">
              <span className="visually-hidden">Enough</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {labels.map(({ label, name, dice, voxels }) => (
            <tr key={label}>
              <th scope="row">
                {label} {name ?? ''}
              </th>
              <td className="numeric">{dice.toFixed(4)}</td>
              <td className="numeric">{formatShare(voxels)}</td>
              <td>
                {dice >= minDice ? (
                  <Badge tone="good" icon="check">
                    enough
                  </Badge>
                ) : (
                  <Badge tone="bad" icon="cross">
                    too low
                  </Badge>
                )}
              </td>
            </tr>
          ))}
          {labels.length === 0 && (
            <tr>
              <td colSpan={4}>Neither label map holds a structure.</td>
            </tr>
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">All labels</th>
            <td className="numeric quiet">≥ {formatFigure(minDice, '')}</td>
            <td className="numeric">{formatShare(voxelAgreement)}</td>
            <td>{passed ? 'agrees' : 'does not agree'}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
