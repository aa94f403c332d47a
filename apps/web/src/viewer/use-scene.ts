import { useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import type { ShownImage } from './case-volumes.js';
import { Scene, WebGlMissing } from './cornerstone-adapter.js';
import type { GreyWindow } from './grey-window.js';
import type { PlaneName } from './planes.js';

export type SceneState =
  | { readonly status: 'waiting' }
  | { readonly status: 'open'; readonly scene: Scene }
  | { readonly status: 'failed'; readonly why: 'webgl-missing' | 'context-lost' | 'defect'; readonly sentence: string };

const CONTEXT_LOST =
  'The graphics context was lost, which happens when the graphics driver restarts or too many pages draw at once.';

/** Draws an image into the elements of the planes while the component is mounted. */
export function useScene(
  elements: RefObject<Partial<Record<PlaneName, HTMLDivElement>>>,
  image: ShownImage | null,
  firstWindow: GreyWindow,
): SceneState {
  const [state, setState] = useState<SceneState>({ status: 'waiting' });
  const window = useRef(firstWindow);
  useEffect(() => {
    window.current = firstWindow;
  });

  useEffect(() => {
    const { axial, coronal, sagittal } = elements.current;
    if (!image || !axial || !coronal || !sagittal) return;
    let left = false;
    const lost = (): void => setState({ status: 'failed', why: 'context-lost', sentence: CONTEXT_LOST });
    const opening = Scene.open({ axial, coronal, sagittal }, image, window.current, lost);
    opening.then(
      (scene) => !left && setState({ status: 'open', scene }),
      (error: unknown) => {
        if (left) return;
        const why = error instanceof WebGlMissing ? 'webgl-missing' : 'defect';
        setState({ status: 'failed', why, sentence: error instanceof Error ? error.message : String(error) });
        if (why === 'defect') reportError(error);
      },
    );
    return () => {
      left = true;
      setState({ status: 'waiting' });
      opening.then(
        (scene) => scene.close(),
        () => undefined, // it failed to open, so there is nothing to close
      );
    };
  }, [elements, image]);

  return state;
}
