import { useCallback, useMemo, useReducer } from 'react';
import type { Geometry, Vec3 } from '#imaging';
import type { ShownMeasurement } from './measurement-layer.js';
import type { SavedMeasurement } from './measurement-link.js';
import { measurementReducer, measurementText, NOTHING_MEASURED } from './measurements.js';
import type { Measure, Measurements } from './measurements.js';
import { PLANE_NAMES, PLANES, worldExtents } from './planes.js';
import type { PlaneName } from './planes.js';

export interface MeasurementsState {
  readonly state: Measurements;
  /** Every finished one, with its text. */
  readonly listed: readonly ShownMeasurement[];
  /** Those that lie on the slice shown, the draft among them. */
  readonly onSlice: Readonly<Record<PlaneName, readonly ShownMeasurement[]>>;
  readonly onMeasure: (
    plane: PlaneName,
    phase: 'press' | 'move' | 'drag' | 'click',
    at: Vec3,
    measure: Measure,
  ) => void;
  readonly cancel: () => void;
  readonly remove: (id: number) => void;
  readonly clear: () => void;
}

const restored = (saved: readonly SavedMeasurement[]): Measurements => ({
  ...NOTHING_MEASURED,
  done: saved.map((measurement, n) => ({ ...measurement, id: n + 1 })),
  nextId: saved.length + 1,
});

/**
 * Measurements of one opening of a case.
 *
 * @param saved those of a link; read once
 */
export function useMeasurements(
  geometry: Geometry | null,
  positionLps: Vec3,
  unit: string,
  valueAt: (pointLps: Vec3) => number | null,
  describe: (pointLps: Vec3) => string,
  saved: readonly SavedMeasurement[],
): MeasurementsState {
  const [state, dispatch] = useReducer(measurementReducer, saved, restored);

  const texts = useMemo(() => {
    const shown = (measurement: Measurements['done'][number]): ShownMeasurement => ({
      measurement,
      text: geometry ? measurementText(measurement, geometry, PLANES[measurement.plane], unit, valueAt, describe) : '',
    });
    return { done: state.done.map(shown), draft: state.draft ? [shown(state.draft)] : [] };
  }, [state, geometry, unit, valueAt, describe]);

  const onSlice = useMemo(() => {
    const on = (plane: PlaneName): readonly ShownMeasurement[] => {
      if (!geometry) return [];
      const { axis } = PLANES[plane];
      const half = worldExtents(geometry)[axis].stepMm / 2;
      return [...texts.done, ...texts.draft].filter(
        ({ measurement }) =>
          measurement.plane === plane && Math.abs(measurement.points[0][axis] - positionLps[axis]) <= half,
      );
    };
    return { axial: on('axial'), coronal: on('coronal'), sagittal: on('sagittal') } satisfies Record<
      (typeof PLANE_NAMES)[number],
      unknown
    >;
  }, [texts, geometry, positionLps]);

  const onMeasure = useCallback<MeasurementsState['onMeasure']>((plane, phase, at, measure) => {
    if (phase === 'press') dispatch({ kind: 'press', measure, plane, at });
    else if (phase === 'move') dispatch({ kind: 'move', plane, at });
    else dispatch({ kind: 'release', dragged: phase === 'drag' });
  }, []);
  return {
    state,
    listed: texts.done,
    onSlice,
    onMeasure,
    cancel: useCallback(() => dispatch({ kind: 'cancel' }), []),
    remove: useCallback((id: number) => dispatch({ kind: 'remove', id }), []),
    clear: useCallback(() => dispatch({ kind: 'clear' }), []),
  };
}
