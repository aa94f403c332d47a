import { useCallback, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import type { ShownImage } from './case-volumes.js';
import type { Scene } from './cornerstone-adapter.js';
import { betterDrawing } from './drawing.js';
import type { Drawing } from './drawing.js';
import type { GreyWindow } from './grey-window.js';
import type { PlaneName } from './planes.js';
import { stage } from './stage.js';

export type SceneState =
  | { readonly status: 'waiting' }
  | { readonly status: 'open'; readonly scene: Scene }
  /** There is no renderer and will be none: planes are painted. */
  | { readonly status: 'painted' }
  | { readonly status: 'failed'; readonly why: 'webgl-missing' | 'context-lost' | 'defect'; readonly sentence: string };

const CONTEXT_LOST =
  'The graphics context was lost, which happens when the graphics driver restarts or too many pages draw at once.';

/** The renderer is large: it comes by itself, while the first slices are already painted without it. */
const renderer = (): Promise<typeof import('./cornerstone-adapter.js')> => import('./cornerstone-adapter.js');

/**
 * How long the renderer waits, from the whole image on, for all that belongs to the view to have come and been painted
 * without it. Starting it holds up the page; a slow download, or a tab in the background, which paints nothing, must not
 * hold it up for ever.
 */
const STARTS_WITHIN_MS = 5000;
/** Long enough for a picture that is due to be painted first. */
const AFTER_PAINTING_MS = 50;

export interface SceneAndPreview {
  readonly sceneState: SceneState;
  /** To be called when a plane has been painted without the renderer, no slice missing. */
  readonly onPreviewPainted: () => void;
  /** To be called when all that belongs to the view has come. */
  readonly onComplete: () => void;
}

/**
 * Draws an image into the elements of the planes while the component is mounted.
 *
 * @param wanted who is to draw; undefined: what this browser is better at
 */
export function useScene(
  elements: RefObject<Partial<Record<PlaneName, HTMLDivElement>>>,
  image: ShownImage | null,
  firstWindow: GreyWindow,
  wanted: Drawing | undefined,
): SceneAndPreview {
  const [state, setState] = useState<SceneState>({ status: 'waiting' });
  const window = useRef(firstWindow);
  useEffect(() => {
    window.current = firstWindow;
  });
  const drawing = useRef(wanted);
  const onPreviewPainted = useCallback(() => {
    // Only its script, and only where it is sure to be needed: to ask the browser what it is better at takes its graphics for
    // a while, and with them the first picture. What is wrong with the script is told when it is needed.
    if (drawing.current === 'graphics')
      requestAnimationFrame(() => setTimeout(() => renderer().catch(() => undefined)));
  }, []);
  const isComplete = useRef(false);
  const start = useRef<() => void>(() => undefined);
  const onComplete = useCallback(() => {
    isComplete.current = true;
    start.current();
  }, []);

  useEffect(() => {
    const { axial, coronal, sagittal } = elements.current;
    if (!image || !axial || !coronal || !sagittal) return;
    let left = false;
    const lost = (): void => setState({ status: 'failed', why: 'context-lost', sentence: CONTEXT_LOST });
    const shown = new Promise<void>((resolve) => {
      setTimeout(resolve, STARTS_WITHIN_MS);
      start.current = () => void requestAnimationFrame(() => setTimeout(resolve, AFTER_PAINTING_MS));
      if (isComplete.current) start.current();
    });
    const opening = (async () => {
      await shown;
      drawing.current ??= betterDrawing();
      if (left || drawing.current === 'painter') return null;
      const { Scene } = await renderer();
      if (left) return null;
      return Scene.open({ axial, coronal, sagittal }, image, window.current, lost);
    })();
    opening.then(
      (scene) => {
        if (left) return;
        if (!scene) return setState({ status: 'painted' });
        stage('renderer');
        setState({ status: 'open', scene });
      },
      (error: unknown) => {
        if (left) return;
        const why = error instanceof Error && error.name === 'WebGlMissing' ? 'webgl-missing' : 'defect';
        setState({ status: 'failed', why, sentence: error instanceof Error ? error.message : String(error) });
        if (why === 'defect') reportError(error);
      },
    );
    return () => {
      left = true;
      setState({ status: 'waiting' });
      opening.then(
        (scene) => scene?.close(),
        () => undefined, // it failed to open, so there is nothing to close
      );
    };
  }, [elements, image]);

  return { sceneState: state, onPreviewPainted, onComplete };
}
