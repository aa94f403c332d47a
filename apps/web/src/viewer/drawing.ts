/**
 * Who draws the planes: the renderer, on the graphics card, or the painter of single slices. Where a browser has no graphics
 * card to offer, it imitates one, and drawing slices of a volume so is several times slower than painting them.
 */
export type Drawing = 'graphics' | 'painter';

/** What this browser is better at. Asks the browser for a graphics context and gives it back: once is enough. */
export function betterDrawing(): Drawing {
  const context = document
    .createElement('canvas')
    .getContext('webgl2', { failIfMajorPerformanceCaveat: true }) as WebGL2RenderingContext | null;
  context?.getExtension('WEBGL_lose_context')?.loseContext(); // a browser has few of them
  return context ? 'graphics' : 'painter';
}
