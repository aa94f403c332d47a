import { useEffect, useRef, useState } from 'react';
import { pointLps } from '#imaging';
import type { Vec3 } from '#imaging';
import type { ErrorList } from './error-list.js';
import { causeOf, placeInList } from './find-cause.js';
import type { Finding } from './find-cause.js';
import { measureSurfaces } from './measure-surfaces.js';
import type { MeasuredPair } from './use-surface-errors.js';

export interface FindingState {
  /** What was found, in a sentence; empty before. */
  readonly words: string;
  readonly find: (finding: Finding) => void;
}

/**
 * Goes from a figure to its cause once the errors of its region are listed.
 *
 * @param asked   what a link asks for
 * @param ready   the errors of the region that is compared, and the two label maps; null while they are not there
 * @param onStart makes the region the one that is compared
 * @param onFound goes to a point
 * @param onAlone there is nothing to compare with: goes to the region itself
 */
export function useFinding(
  asked: Finding | null,
  ready: { readonly region: string; readonly list: ErrorList; readonly pair: MeasuredPair } | null,
  canCompare: boolean | null,
  onStart: (finding: Finding) => void,
  onFound: (point: Vec3) => void,
  onAlone: (finding: Finding) => void,
): FindingState {
  const [finding, setFinding] = useState<Finding | null>(null);
  const [words, setWords] = useState('');
  // A link is followed once; when the page takes the wish out of its address, the search goes on.
  const key = asked ? JSON.stringify(asked) : '';
  const [known, setKnown] = useState('');
  if (key !== known) {
    setKnown(key);
    if (key !== '') {
      setFinding(JSON.parse(key) as Finding);
      setWords('');
    }
  }
  const calls = useRef({ onStart, onFound, onAlone });
  const done = useRef<Finding | null>(null);
  useEffect(() => {
    calls.current = { onStart, onFound, onAlone };
  });

  useEffect(() => {
    if (!finding || canCompare === null || done.current === finding) return;
    calls.current[canCompare ? 'onStart' : 'onAlone'](finding);
    if (!canCompare) done.current = finding;
  }, [finding, canCompare]);

  useEffect(() => {
    if (!finding || ready?.region !== finding.region || done.current === finding) return;
    const { list, pair } = ready;
    const leaving = new AbortController();
    findPlace(finding, list, pair, leaving.signal).then(
      (place) => {
        if (leaving.signal.aborted) return;
        done.current = finding;
        setWords(place ? `${finding.region}: ${place.words}.` : `Nothing is wrong with ${finding.region}.`);
        if (place) calls.current.onFound(pointLps(pair.geometry, place.atIjk));
      },
      (error: Error) => {
        done.current = finding;
        setWords(error.message);
      },
    );
    return () => leaving.abort();
  }, [finding, ready]);

  const find = (next: Finding): void => {
    setWords('');
    setFinding({ ...next }); // the same figure may be asked for again
  };
  return { words, find };
}

async function findPlace(
  { metric }: Finding,
  list: ErrorList,
  { geometry, ...request }: MeasuredPair,
  signal: AbortSignal,
): Promise<{ readonly atIjk: Vec3; readonly words: string } | null> {
  const cause = causeOf(metric);
  if (cause === 'surface' && list.regionCount > 0) {
    const { sizeXyz, spacingMm } = geometry;
    const farthest = (await measureSurfaces({ ...request, sizeXyz, spacingMm }, signal)).at(0)?.farthest;
    // One side may be empty: then there is no distance, but there is what was missed or invented.
    if (farthest)
      return { atIjk: farthest.atIjk, words: `the surfaces lie farthest apart here, ${farthest.mm.toFixed(1)} mm` };
  }
  return placeInList(list, cause);
}
