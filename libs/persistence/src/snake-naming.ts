import { DefaultNamingStrategy, type NamingStrategyInterface, type Table, type View } from 'typeorm';

/**
 * Readable names for everything in the schema: `case_result.peak_rss_bytes`, `pk_case_result`,
 * `fk_case_result_run_id`, `uq_phase_benchmark_id_kind`, `ix_run_event_run_id_id`. A name in an error message from the
 * database then says what was broken. Check constraints are named where they are declared.
 */
export class SnakeNaming extends DefaultNamingStrategy implements NamingStrategyInterface {
  override columnName(propertyName: string, customName: string | undefined, embeddedPrefixes: string[]): string {
    return snake([...embeddedPrefixes, customName ?? propertyName].join('_'));
  }

  override joinColumnName(relationName: string, referencedColumnName: string): string {
    return snake(`${relationName}_${referencedColumnName}`);
  }

  override primaryKeyName(table: Table | string): string {
    return `pk_${nameOf(table)}`;
  }

  override foreignKeyName(table: Table | string, columns: string[]): string {
    return named('fk', table, columns);
  }

  override uniqueConstraintName(table: Table | string, columns: string[]): string {
    return named('uq', table, columns);
  }

  override relationConstraintName(table: Table | string, columns: string[]): string {
    return named('uq', table, columns);
  }

  override indexName(table: Table | View | string, columns: string[]): string {
    return named('ix', table, columns);
  }
}

export function snake(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

function nameOf(table: Table | View | string): string {
  const name = typeof table === 'string' ? table : table.name;
  return name.slice(name.lastIndexOf('.') + 1);
}

function named(kind: string, table: Table | View | string, columns: readonly string[]): string {
  const name = [kind, nameOf(table), ...columns].join('_');
  // PostgreSQL cuts silently at 63 bytes, after which entity and schema would disagree on every start
  if (name.length > 63)
    throw new RangeError(`constraint name "${name}" has ${name.length} characters; PostgreSQL keeps 63`);
  return name;
}
