/**
 * Runs in the page from navigation on, without a word from what is measured: at every frame it shrinks what can be seen
 * of each plane to a few cells and keeps when how many of them were lit and how many were coloured.
 */
export function watchPlanes(selectors) {
  const SIDE = 32;
  const seen = (globalThis.__seen = { frames: [] });
  const small = new OffscreenCanvas(SIDE, SIDE);
  const context = small.getContext('2d', { willReadFrequently: true });
  const look = (selector) => {
    context.clearRect(0, 0, SIDE, SIDE);
    for (const canvas of document.querySelectorAll(`${selector} canvas`)) {
      if (canvas.width > 0 && canvas.height > 0 && getComputedStyle(canvas).visibility !== 'hidden')
        context.drawImage(canvas, 0, 0, SIDE, SIDE);
    }
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    let cells = '';
    for (let n = 0; n < data.length; n += 4) {
      const [least, most] = [Math.min(data[n], data[n + 1], data[n + 2]), Math.max(data[n], data[n + 1], data[n + 2])];
      cells += (most > 24 ? 1 : 0) + (most - least > 24 ? 2 : 0);
    }
    return cells;
  };
  const frame = () => {
    const now = performance.now();
    // The documented signal of either page that all is on the screen.
    const ready =
      document.querySelector('[data-viewer-state=ready]') !== null ||
      document.querySelector('#state')?.textContent === 'ready';
    seen.frames.push({ now, ready, planes: selectors.map(look) });
    if (!ready) requestAnimationFrame(frame);
    else seen.ready = now;
  };
  requestAnimationFrame(frame);
}

/**
 * When the planes first looked as they do in the end, in milliseconds since navigation: which cells are lit, where it is
 * dark, and, when asked for, which are coloured. A volume that is still empty is lit all over, and does not count.
 *
 * @param frames   as `watchPlanes` keeps them
 * @param planes   which of the planes; all of them have to be there
 * @param coloured whether the colours of overlays count, too
 */
export function firstFrameWith(frames, planes, coloured, share = 0.97) {
  const last = frames.at(-1);
  if (!last) throw new Error('the page drew no frame');
  const shown = (cell) => (coloured ? cell : cell & 1);
  const alike = (now, then) => {
    let count = 0;
    for (let n = 0; n < now.length; n++) if (shown(now[n]) === shown(then[n])) count++;
    return count / now.length;
  };
  const inTheEnd = planes.map((plane) => [...last.planes[plane]].map(Number));
  if (inTheEnd.some((cells) => cells.every((cell) => shown(cell) === shown(cells[0]))))
    throw new Error('a plane is empty in the end');
  return frames.find((frame) =>
    planes.every((plane, n) => alike([...frame.planes[plane]].map(Number), inTheEnd[n]) >= share),
  ).now;
}

/**
 * Runs in the page: scrolls a plane for a while, a slice a frame, to and fro.
 *
 * @returns different pictures a second
 */
export async function scrollPlane({ selector, slices, forMs }) {
  const picture = pictureOf(selector);
  const frame = () => new Promise(requestAnimationFrame);
  const target = document.querySelector(`${selector} .vmv-surface`) ?? document.querySelector(`${selector} canvas`);
  let last = picture();
  let pictures = 0;
  const began = performance.now();
  for (let n = 0; performance.now() - began < forMs; n++) {
    const deltaY = Math.floor(n / slices) % 2 === 0 ? 120 : -120;
    target.dispatchEvent(new WheelEvent('wheel', { deltaY, bubbles: true, cancelable: true }));
    await frame();
    const now = picture();
    if (now !== last) pictures++;
    last = now;
  }
  return (1000 * pictures) / (performance.now() - began);
}

/**
 * Runs in the page: does something and waits until the picture of a plane is another one.
 *
 * @param act text of an expression that does it
 * @returns milliseconds from the doing to the first frame with the other picture, and to the frame after that: by then the
 *   browser has handed the picture over to be shown
 */
export async function timeChange({ selector, act }) {
  const picture = pictureOf(selector);
  const before = picture();
  const began = performance.now();
  (0, eval)(act);
  while (picture() === before) {
    if (performance.now() - began > 20_000) throw new Error(`nothing changed in ${selector} after ${act}`);
    await new Promise(requestAnimationFrame);
  }
  const changedMs = performance.now() - began;
  await new Promise(requestAnimationFrame);
  return { changedMs, shownMs: performance.now() - began };
}

/** A function that tells a plane's pictures apart; the page is given its text together with those that use it. */
export function pictureOf(selector) {
  const small = new OffscreenCanvas(48, 48);
  const context = small.getContext('2d', { willReadFrequently: true });
  return () => {
    context.clearRect(0, 0, 48, 48);
    for (const canvas of document.querySelectorAll(`${selector} canvas`)) context.drawImage(canvas, 0, 0, 48, 48);
    let hash = 0x811c9dc5;
    for (const byte of context.getImageData(0, 0, 48, 48).data) hash = Math.imul(hash ^ byte, 0x01000193);
    return hash;
  };
}
