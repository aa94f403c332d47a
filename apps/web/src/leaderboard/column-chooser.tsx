import type { ReactNode } from 'react';
import { Disclosure } from '../ui/disclosure.js';
import { Icon } from '../ui/icons.js';

export interface Column {
  readonly id: string;
  readonly name: string;
}

/** Which columns are shown; rank, name and the ranked metric always are. */
export function ColumnChooser({
  columns,
  hidden,
  onToggle,
}: {
  readonly columns: readonly Column[];
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (id: string) => void;
}): ReactNode {
  return (
    <Disclosure
      label="Columns"
      className="tool-menu"
      button={
        <>
          Columns <Icon name="chevron" size={12} />
        </>
      }
    >
      {() => (
        <fieldset className="column-list">
          <legend className="visually-hidden">Columns of the leaderboard</legend>
          {columns.map(({ id, name }) => (
            <label key={id}>
              <input type="checkbox" checked={!hidden.has(id)} onChange={() => onToggle(id)} /> {name}
            </label>
          ))}
        </fieldset>
      )}
    </Disclosure>
  );
}
