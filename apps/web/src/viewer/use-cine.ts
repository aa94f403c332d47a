import { useEffect, useRef, useState } from 'react';
import type { Geometry, Vec3 } from '#imaging';
import { endSlice, PLANES, sliceNumber } from './planes.js';
import type { PlaneName } from './planes.js';

export const CINE_RATES = [5, 10, 20] as const;

export interface Cine {
  readonly playing: PlaneName | null;
  readonly perSecond: number;
  readonly setPerSecond: (rate: number) => void;
  readonly toggle: (plane: PlaneName) => void;
}

/** Where playing goes from a slice: the next one, and from the last to the first. */
export function cineStep(geometry: Geometry, plane: PlaneName, at: Vec3): 'next' | Vec3 {
  const { number, of } = sliceNumber(geometry, PLANES[plane], at);
  return number < of ? 'next' : endSlice(geometry, PLANES[plane], at, 'first');
}

/** Plays the slices of one plane over and over, until it is stopped or the case is left. Never starts by itself. */
export function useCine(
  geometry: Geometry | null,
  positionOf: () => Vec3,
  onScroll: (plane: PlaneName, slices: number) => void,
  moveTo: (point: Vec3) => void,
): Cine {
  const [playing, setPlaying] = useState<PlaneName | null>(null);
  const [perSecond, setPerSecond] = useState<number>(10);
  const latest = useRef({ positionOf, onScroll, moveTo });
  useEffect(() => {
    latest.current = { positionOf, onScroll, moveTo };
  });
  useEffect(() => {
    if (!playing || !geometry) return;
    const tick = setInterval(() => {
      const { positionOf: where, onScroll: scroll, moveTo: move } = latest.current;
      const step = cineStep(geometry, playing, where());
      if (step === 'next') scroll(playing, 1);
      else move(step);
    }, 1000 / perSecond);
    return () => clearInterval(tick);
  }, [playing, geometry, perSecond]);
  return {
    playing,
    perSecond,
    setPerSecond,
    toggle: (plane) => setPlaying((now) => (now === null ? plane : null)),
  };
}
