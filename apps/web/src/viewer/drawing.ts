/**
 * Who draws the planes: the renderer, on the graphics card, or the painter of single slices. Where a browser has no graphics
 * card to offer, it imitates one, and drawing slices of a volume so is several times slower than painting them.
 */
export type Drawing = 'graphics' | 'painter';

/** Names under which browsers offer graphics that the processor computes: Chromium, Mesa, Windows. */
const IMITATED = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** What this browser is better at. Asks the browser for a graphics context and gives it back: once is enough. */
export function betterDrawing(): Drawing {
  const context = document
    .createElement('canvas')
    .getContext('webgl2', { failIfMajorPerformanceCaveat: true }) as WebGL2RenderingContext | null;
  if (!context) return 'painter';
  // A browser that was told to imitate does not count it as a caveat.
  const told = context.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = context.getParameter(told ? told.UNMASKED_RENDERER_WEBGL : context.RENDERER);
  context.getExtension('WEBGL_lose_context')?.loseContext(); // a browser has few of them
  return IMITATED.test(String(name)) ? 'painter' : 'graphics';
}
