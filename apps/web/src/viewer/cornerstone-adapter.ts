import {
  cache,
  Enums,
  eventTarget,
  getRenderingEngine,
  init as initCore,
  RenderingEngine,
  setVolumesForViewports,
} from '@cornerstonejs/core';
import type { Types } from '@cornerstonejs/core';
import { init as initTools } from '@cornerstonejs/tools';
import type { Vec3 } from '#imaging';
import type { DisplayVoxels, ShownImage } from './case-volumes.js';
import { Overlays, removeOverlays } from './cornerstone-overlays.js';
import { addVolume, forgetVolumes } from './cornerstone-volume.js';
import { windowRange } from './grey-window.js';
import type { GreyWindow } from './grey-window.js';
import type { OverlayStyle } from './overlay-style.js';
import type { PlaneCamera } from './plane-camera.js';
import { PLANE_NAMES, PLANES } from './planes.js';
import type { PlaneName } from './planes.js';
import { thicken } from './thicken.js';

// The only module, with its two helpers cornerstone-volume and cornerstone-overlays, that knows Cornerstone3D. The legacy viewport family is announced as
// temporary by its makers; moving to its successor should touch this file alone.

const ENGINE_ID = 'voxelmark';
const { IMAGE_RENDERED, WEBGL_CONTEXT_LOST } = Enums.Events;

export class WebGlMissing extends Error {
  override readonly name = 'WebGlMissing';
  constructor() {
    super('This browser does not offer WebGL 2, which the viewer needs to draw.');
  }
}

let ready: Promise<void> | undefined;

/** Starts the libraries once for the life of the page; React mounts components twice while developing. */
function startOnce(): Promise<void> {
  ready ??= (async () => {
    if (!offersWebGl2()) throw new WebGlMissing();
    // Volume views all draw in the first context of the pool; more contexts would only wait.
    initCore({ rendering: { webGlContextCount: 1 }, debug: {} });
    initTools();
  })();
  ready.catch(() => (ready = undefined)); // a context may be free at the next attempt
  return ready;
}

function offersWebGl2(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  gl?.getExtension('WEBGL_lose_context')?.loseContext(); // a probe must not keep one of the browser's few contexts
  return gl !== null;
}

/** One engine for the life of the page: the graphics contexts of a destroyed one are never given back. */
function engine(): Types.IRenderingEngine {
  return getRenderingEngine(ENGINE_ID) ?? new RenderingEngine(ENGINE_ID);
}

/** Set when the browser took the context away: the engine that owned it can never draw again. */
let contextLost = false;

/** Openings take turns, because they share the engine and the names of its three views. */
let turn: Promise<void> = Promise.resolve();
let openings = 0;

/** Three planes of one image with label maps over it, drawn by Cornerstone3D. */
export class Scene {
  readonly #viewports: Readonly<Record<PlaneName, Types.IVolumeViewport>>;
  readonly #image: Types.IImageVolume;
  readonly #overlays: Overlays;
  readonly #endTurn: () => void;
  readonly #onContextLost: () => void;
  #renderings = 0;
  #closed = false;

  private constructor(
    viewports: Record<PlaneName, Types.IVolumeViewport>,
    image: Types.IImageVolume,
    overlays: Overlays,
    endTurn: () => void,
    onContextLost: () => void,
  ) {
    this.#viewports = viewports;
    this.#image = image;
    this.#overlays = overlays;
    this.#endTurn = endTurn;
    this.#onContextLost = () => {
      contextLost = true;
      onContextLost();
    };
    for (const viewport of Object.values(viewports))
      viewport.element.addEventListener(IMAGE_RENDERED, this.#countRendering);
    eventTarget.addEventListener(WEBGL_CONTEXT_LOST, this.#onContextLost);
  }

  /**
   * Draws an image into three elements of the page.
   *
   * @param onContextLost called when the browser takes the graphics context away; the scene is then of no more use
   * @throws WebGlMissing
   */
  static async open(
    elements: Readonly<Record<PlaneName, HTMLDivElement>>,
    image: ShownImage,
    window: GreyWindow,
    onContextLost: () => void,
  ): Promise<Scene> {
    const before = turn;
    let endTurn: () => void = () => undefined;
    turn = new Promise((resolve) => (endTurn = resolve));
    await before;
    try {
      await startOnce();
      const name = `voxelmark-${++openings}`;
      const volume = addVolume(`${name}-image`, image.geometry, thicken(image.voxels, image.geometry.sizeXyz), window);
      for (const plane of PLANE_NAMES) {
        const { normal, up } = PLANES[plane];
        engine().enableElement({
          viewportId: plane,
          element: elements[plane],
          type: Enums.ViewportType.ORTHOGRAPHIC,
          defaultOptions: { orientation: { viewPlaneNormal: [...normal], viewUp: [...up] }, background: [0, 0, 0] },
        });
      }
      await setVolumesForViewports(engine(), [{ volumeId: volume.volumeId }], [...PLANE_NAMES]);
      const viewports = Object.fromEntries(PLANE_NAMES.map((plane) => [plane, engine().getViewport(plane)]));
      const overlays = new Overlays(name, image.geometry, volume);
      return new Scene(viewports as Record<PlaneName, Types.IVolumeViewport>, volume, overlays, endTurn, onContextLost);
    } catch (error) {
      release();
      endTurn();
      throw error;
    }
  }

  #countRendering = (): void => {
    this.#renderings++;
  };

  /** Points a plane's camera. */
  frame({ plane, heightPx, mmPerPx, focalPointLps: focal }: PlaneCamera): void {
    if (this.#closed) return;
    const viewport = this.#viewports[plane.name];
    const distanceMm = 1000; // parallel projection: only the direction matters
    const position = focal.map((mm, w) => mm + plane.normal[w] * distanceMm);
    viewport.setCamera({
      focalPoint: [...focal],
      position: position as Types.Point3,
      viewPlaneNormal: [...plane.normal],
      viewUp: [...plane.up],
      parallelScale: (heightPx / 2) * mmPerPx,
    });
    viewport.render();
  }

  setWindow(window: GreyWindow, inverted: boolean): void {
    if (this.#closed) return;
    for (const viewport of Object.values(this.#viewports)) {
      viewport.setProperties({ voiRange: windowRange(window), invert: inverted }, this.#image.volumeId);
      viewport.render();
    }
  }

  /** Adds a label map on the image's grid, or gives one that is there new content. The array is kept, not copied. */
  setOverlay(id: string, data: Uint8Array, segmentNames: readonly string[]): void {
    if (!this.#closed) this.#overlays.set(id, data, segmentNames);
  }

  /** Draws a label map in a new manner. */
  styleOverlay(id: string, style: OverlayStyle): void {
    if (!this.#closed) this.#overlays.style(id, style);
  }

  /** Tells Cornerstone that elements may have changed their size. Frame the planes again afterwards. */
  resize(): void {
    if (!this.#closed) engine().resize(true, false);
  }

  /** Resolves when every overlay is mounted and two frames passed without a new picture. */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < 2 && !this.#closed;) {
      const before = this.#renderings;
      await new Promise(requestAnimationFrame);
      const mounted = Object.values(this.#viewports).every((v) => v.getActors().length === 1 + this.#overlays.size);
      // Where no plane has a size, in a layout without them, nothing will be rendered.
      const unseen = Object.values(this.#viewports).every(({ element }) => element.clientWidth === 0);
      quiet = mounted && this.#renderings === before && (this.#renderings > 0 || unseen) ? quiet + 1 : 0;
    }
  }

  /** Value of a voxel as it lies in Cornerstone's cache. */
  valueAt([i, j, k]: Vec3): number {
    return Number(this.#image.voxelManager?.getAtIJK(i, j, k));
  }

  /** Voxels of the image as they lie in Cornerstone's cache, x fastest, in canonical (L, P, S) order; flat ones thickened. */
  imageVoxels(): DisplayVoxels {
    const voxels = this.#image.voxelManager?.getCompleteScalarDataArray?.();
    if (!voxels) throw new Error('the image is no longer in the cache of the renderer');
    return voxels as DisplayVoxels;
  }

  /** Which way the picture of a plane really looks, read back from the renderer. */
  screenAxes(plane: PlaneName): { right: Vec3; up: Vec3 } {
    const { viewUp, viewPlaneNormal: n } = this.#viewports[plane].getCamera();
    if (!viewUp || !n) throw new Error(`the ${plane} view has no camera`);
    const [a, b, c] = viewUp;
    const right: Vec3 = [b * n[2] - c * n[1] + 0, c * n[0] - a * n[2] + 0, a * n[1] - b * n[0] + 0]; // + 0: no negative zeros
    return { up: [a + 0, b + 0, c + 0], right };
  }

  /** Gives elements, voxels and textures back. The engine stays for the next opening. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    eventTarget.removeEventListener(WEBGL_CONTEXT_LOST, this.#onContextLost);
    for (const viewport of Object.values(this.#viewports))
      viewport.element.removeEventListener(IMAGE_RENDERED, this.#countRendering);
    release();
    this.#endTurn();
  }
}

function release(): void {
  removeOverlays();
  const open = getRenderingEngine(ENGINE_ID);
  for (const plane of PLANE_NAMES) if (open?.getViewport(plane)) open.disableElement(plane);
  if (contextLost) {
    open?.destroy();
    contextLost = false;
  }
  cache.purgeCache();
  forgetVolumes();
}
