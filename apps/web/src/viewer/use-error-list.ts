import { useMemo, useState } from 'react';
import { pointLps, voxelVolumeMm3 } from '#imaging';
import type { Geometry, Vec3 } from '#imaging';
import type { ErrorKind, ErrorList } from './error-list.js';
import { errorRows, pieceWords, segmentNames, stepRow } from './error-rows.js';
import type { ErrorOrder, ErrorRow } from './error-rows.js';
import type { ShownLabel } from './overlay-style.js';
import type { PlaneName } from './planes.js';

export const ERROR_KINDS: readonly ErrorKind[] = ['falsePositive', 'falseNegative', 'wrongLabel'];

/** What the panel shows of the errors, and what steps through them. */
export interface ErrorListState {
  readonly rows: readonly ErrorRow[];
  readonly pieces: readonly string[];
  readonly order: ErrorOrder;
  readonly kinds: readonly ErrorKind[];
  /** Identity (`ErrorRow.n`) of the error that is looked at. */
  readonly current: number | null;
  readonly setOrder: (order: ErrorOrder) => void;
  readonly toggleKind: (kind: ErrorKind) => void;
  readonly forget: () => void;
  /** Where an error is; makes it the one looked at. Null when it is not in the list. */
  readonly choose: (n: number) => Vec3 | null;
  readonly step: (by: 1 | -1) => Vec3 | null;
  readonly worst: (plane: PlaneName) => Vec3 | null;
}

/** The list of errors in the order a person wants, and which of them is looked at. */
export function useErrorList(
  list: ErrorList | null,
  geometry: Geometry | null,
  labels: readonly ShownLabel[],
  region: string | null,
): ErrorListState {
  const [order, setOrder] = useState<ErrorOrder>('size');
  const [kinds, setKinds] = useState<readonly ErrorKind[]>(ERROR_KINDS);
  // Which error is looked at has no meaning in another list.
  const [chosen, setChosen] = useState<{ list: ErrorList; n: number } | null>(null);
  const current = chosen && chosen.list === list ? chosen.n : null;

  const { rows, pieces } = useMemo(() => {
    if (!list || !geometry) return { rows: [], pieces: [] };
    const names = segmentNames(labels, region);
    return {
      rows: errorRows(list, names, voxelVolumeMm3(geometry), order, kinds),
      pieces: pieceWords(list, names),
    };
  }, [list, geometry, labels, region, order, kinds]);

  const choose = (n: number): Vec3 | null => {
    const at = list?.regions[n]?.atIjk;
    if (!list || !at || !geometry) return null;
    setChosen({ list, n });
    return pointLps(geometry, at);
  };
  return {
    rows,
    pieces,
    order,
    kinds,
    current,
    setOrder,
    toggleKind: (kind) =>
      setKinds((old) => (old.includes(kind) ? old.filter((other) => other !== kind) : [...old, kind])),
    forget: () => setChosen(null),
    choose,
    step: (by) => {
      const row = stepRow(rows, current, by);
      return row ? choose(row.n) : null;
    },
    worst: (plane) => {
      const at = list?.worst[plane]?.atIjk;
      return at && geometry ? pointLps(geometry, at) : null;
    },
  };
}
