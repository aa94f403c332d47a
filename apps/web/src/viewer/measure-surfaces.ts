import type { Vec3 } from '#imaging';
import type { ComparedParts } from './case-volumes.js';
import type { StructureSurfaces } from './surface-error.js';

/** Two label maps on one canonical grid, as segments, and what of them is measured. */
export interface SurfaceRequest {
  readonly sizeXyz: Vec3;
  readonly spacingMm: Vec3;
  readonly reference: Uint8Array;
  readonly prediction: Uint8Array;
  readonly parts: ComparedParts;
}

export type SurfaceAnswer = StructureSurfaces[];

/**
 * Measures how far two surfaces lie apart, in a worker that lives as long as the measuring. Of a region, its segments
 * have become segment 1.
 *
 * @param signal ends the worker; the promise is then never settled
 */
export function measureSurfaces(request: SurfaceRequest, signal: AbortSignal): Promise<SurfaceAnswer> {
  const worker = new Worker(new URL('./surface-error.worker.ts', import.meta.url), {
    type: 'module',
    name: 'voxelmark surface distances',
  });
  signal.addEventListener('abort', () => worker.terminate(), { once: true });
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<SurfaceAnswer>) => {
      worker.terminate();
      resolve(data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      worker.terminate();
      reject(
        new Error(
          event.message
            ? `The distances could not be measured (${event.message}).`
            : 'Part of the viewer could not be loaded. Reload the page.',
        ),
      );
    });
    worker.postMessage(request);
  });
}
