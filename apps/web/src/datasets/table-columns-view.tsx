import { useMemo, type ReactNode } from 'react';
import { COLUMN_MEANINGS, headOf, usesFault, type ColumnUse, type SentTable } from '#datasets';
import { Badge } from '../ui/badge.js';

/** Which column means what. Columns that seem to say who somebody is are left out, and cannot become facts. */
export function TableColumns({
  table,
  uses,
  onUses,
}: {
  readonly table: SentTable;
  readonly uses: readonly ColumnUse[];
  readonly onUses: (uses: readonly ColumnUse[]) => void;
}): ReactNode {
  const columns = useMemo(() => headOf(table.file, table.text), [table]);
  const fault = usesFault(uses);
  return (
    <div className="table-scroll" role="region" aria-label={`Columns of ${table.file}`} tabIndex={0}>
      <table className="plain">
        <caption className="fine">
          What the columns of {table.file} mean. {fault !== '' && <strong className="field-error">{fault}</strong>}
        </caption>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Values</th>
            <th scope="col">Used as</th>
          </tr>
        </thead>
        <tbody>
          {columns.map(({ name, personal, plain, examples }, n) => (
            <tr key={name}>
              <th scope="row">
                {name} {personal && <Badge tone="caution">may say who somebody is</Badge>}
              </th>
              <td className="quiet">{personal ? 'not shown' : examples.join(', ')}</td>
              <td>
                <select
                  aria-label={`Use of column ${name}`}
                  value={uses[n] ?? ''}
                  onChange={(event) => {
                    const use = event.target.value === '' ? null : (event.target.value as Exclude<ColumnUse, null>);
                    onUses(uses.map((now, at) => (at === n ? use : now)));
                  }}
                >
                  <option value="">left out</option>
                  {plain && <option value="fact">fact of the case</option>}
                  {COLUMN_MEANINGS.map((meaning) => (
                    <option key={meaning} value={meaning}>
                      {meaning}
                    </option>
                  ))}
                </select>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
