import type { Vec3 } from '#imaging';
import type { PlaneName } from './planes.js';

/**
 * What a test may ask of the viewer that is on the page. It can look, not touch.
 *
 * Lives at `window.__voxelmarkViewer` while a viewer is mounted.
 */
export interface ViewerProbe {
  readonly state: 'loading' | 'ready' | 'error';
  /** `fnv1a` of the image's voxels as they lie in the renderer's cache, canonical (L, P, S) order. */
  imageChecksum(): string;
  readonly positionLps: Vec3;
  readonly value: number | null;
  /** Label under the crosshair by layer id; 0 is background, -1 a label that the benchmark does not declare. */
  readonly labels: Readonly<Record<string, number>>;
  /** Class of the error map under the crosshair, or null when there is none. */
  readonly errorClass: number | null;
  /** Directions of the screen's right and upper edge in LPS, read back from the renderer. */
  screenAxes(plane: PlaneName): { readonly right: Vec3; readonly up: Vec3 };
  /** Pixel, from the upper left corner of the plane's picture, at which a point is drawn. */
  pixelOfPoint(plane: PlaneName, pointLps: Vec3): readonly [number, number];
}

declare global {
  interface Window {
    __voxelmarkViewer?: ViewerProbe;
  }
}

/** Makes a probe findable; returns what takes it away again. */
export function publishProbe(probe: ViewerProbe): () => void {
  window.__voxelmarkViewer = probe;
  return () => {
    if (window.__voxelmarkViewer === probe) delete window.__voxelmarkViewer;
  };
}
