import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { DisplayVoxels } from './case-volumes.js';
import { fnv1a } from './checksum.js';
import type { Scene } from './cornerstone-adapter.js';
import type { ShownLabel } from './overlay-style.js';
import { pixelOfPoint } from './plane-camera.js';
import type { PlaneCamera } from './plane-camera.js';
import { PLANES } from './planes.js';
import type { PlaneName } from './planes.js';
import type { PointReading } from './point-reading.js';
import { publishProbe } from './probe.js';
import { stage } from './stage.js';
import type { ViewerProbe } from './probe.js';
import type { ViewState } from './view-state.js';

export interface ProbedViewer {
  readonly scene: Scene | null;
  /** Voxels of the whole image where planes are painted for good, without a scene. */
  readonly painted: DisplayVoxels | null;
  /** Nothing is or will be drawn. */
  readonly refused: boolean;
  /** All layers have arrived or were refused, and the comparison is that of what is shown. */
  readonly complete: boolean;
  readonly view: ViewState;
  readonly reading: PointReading | null;
  readonly labels: readonly ShownLabel[];
  readonly cameras: Readonly<Record<PlaneName, PlaneCamera | null>>;
}

/** Publishes the probe and tells when everything asked for is on the screen. */
export function useProbe(viewer: ProbedViewer): ViewerProbe['state'] {
  const { scene, painted, refused, complete } = viewer;
  const [settledScene, setSettledScene] = useState<Scene | null>(null);
  useEffect(() => {
    if (!scene || !complete) return;
    let left = false;
    scene.settled().then(() => {
      if (left) return;
      stage('settled');
      setSettledScene(scene);
    }, reportError);
    return () => {
      left = true;
    };
  }, [scene, complete]);
  const [settledPainting, setSettledPainting] = useState<DisplayVoxels | null>(null);
  useEffect(() => {
    if (!painted || !complete) return;
    let left = false;
    // Pictures that are due are painted by timers that were set before this one.
    const due = setTimeout(() =>
      requestAnimationFrame(() => {
        if (left) return;
        stage('settled');
        setSettledPainting(painted);
      }),
    );
    return () => {
      left = true;
      clearTimeout(due);
    };
  }, [painted, complete]);
  const settled = (scene !== null && settledScene === scene) || (painted !== null && settledPainting === painted);
  // Later changes (a structure switched off) do not take the readiness away.
  const state: ViewerProbe['state'] = refused ? 'error' : settled ? 'ready' : 'loading';

  const latest = useRef({ ...viewer, state });
  useLayoutEffect(() => {
    latest.current = { ...viewer, state };
  });
  useEffect(() => {
    const open = (): Scene => {
      if (!latest.current.scene) throw new Error('no image is shown');
      return latest.current.scene;
    };
    const labelOf = (segment: number): number =>
      segment === 0 ? 0 : (latest.current.labels[segment - 1]?.value ?? -1);
    return publishProbe({
      get state() {
        return latest.current.state;
      },
      get positionLps() {
        return latest.current.view.positionLps;
      },
      get value() {
        return latest.current.reading?.value ?? null;
      },
      get labels() {
        const segments = latest.current.reading?.segments ?? {};
        return Object.fromEntries(Object.entries(segments).map(([id, segment]) => [id, labelOf(segment)]));
      },
      get errorClass() {
        return latest.current.reading?.errorClass ?? null;
      },
      imageChecksum: () => fnv1a(latest.current.painted ?? open().imageVoxels()),
      screenAxes: (plane) => (latest.current.painted ? PLANES[plane] : open().screenAxes(plane)),
      pixelOfPoint: (plane, point) => {
        const camera = latest.current.cameras[plane];
        if (!camera) throw new Error(`the ${plane} plane is not shown`);
        return pixelOfPoint(camera, point);
      },
    });
  }, []);
  return state;
}
