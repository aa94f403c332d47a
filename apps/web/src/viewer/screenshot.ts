import type { Vec3 } from '#imaging';
import type { GreyWindow } from './grey-window.js';
import { sideDistance } from './planes.js';

/** What a picture has to say about itself once it has left the page. */
export interface PictureCaption {
  readonly caseName: string;
  /** Titles of what is drawn over the image. */
  readonly layers: readonly string[];
  readonly positionLps: Vec3;
  readonly window: GreyWindow;
  readonly inverted: boolean;
  readonly unit: string;
  readonly errorsOf: string | null;
  /** Of an image of which slices are damaged. */
  readonly damage: string | null;
  /** Of the grid and of the voxels of the image. */
  readonly gridHash: string;
  readonly voxelHash: string;
}

/** The caption, line by line. The last line is the same on every picture. */
export function captionLines(caption: PictureCaption): string[] {
  const { center, width } = caption.window;
  const at = ([0, 1, 2] as const).map((axis) => sideDistance(axis, caption.positionLps[axis]).replace(' mm', ''));
  return [
    `Case ${caption.caseName} · ${caption.layers.length === 0 ? 'image only' : caption.layers.join(' · ')}`,
    [
      caption.errorsOf === null ? null : `errors of ${caption.errorsOf}`,
      `at ${at.join(', ')} mm`,
      `window ${width} / ${center} ${caption.unit}`.trim() + (caption.inverted ? ', inverted' : ''),
      `grid ${caption.gridHash}, voxels ${caption.voxelHash}`,
    ]
      .filter((part) => part !== null)
      .join(' · '),
    ...(caption.damage === null ? [] : [caption.damage]),
    'Voxelmark · Research only, not for care',
  ];
}

/** Name of the file: letters, digits, dots and hyphens only. */
export function pictureName(caseName: string, [x, y, z]: Vec3): string {
  const safe = caseName.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/^[.-]+/, '') || 'case';
  return `${safe}_${[x, y, z].map((mm) => Math.round(mm)).join('_')}.png`;
}

const LINE_PX = 18;
const MARGIN_PX = 10;
const FONT = 'system-ui, sans-serif';

/**
 * A picture of the planes as they are on the page, with a caption below.
 *
 * @param stage element that holds the planes; canvases, lines and texts in it are drawn again, buttons are not
 */
export async function takePicture(stage: HTMLElement, lines: readonly string[]): Promise<Blob> {
  const box = stage.getBoundingClientRect();
  const scale = Math.max(1, window.devicePixelRatio);
  const canvas = document.createElement('canvas');
  const height = box.height + lines.length * LINE_PX + 2 * MARGIN_PX;
  canvas.width = Math.round(box.width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser gives no canvas to draw the picture on');
  context.scale(scale, scale);
  context.fillStyle = '#000';
  context.fillRect(0, 0, box.width, height);
  for (const plane of stage.querySelectorAll<HTMLElement>('.vmv-plane:not([hidden])')) drawPlane(context, plane, box);
  context.font = `13px ${FONT}`;
  context.fillStyle = '#fff';
  context.textBaseline = 'top';
  context.textAlign = 'left';
  lines.forEach((line, n) =>
    context.fillText(line, MARGIN_PX, box.height + MARGIN_PX + n * LINE_PX, box.width - 2 * MARGIN_PX),
  );
  return new Promise((done, fail) =>
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('the picture could not be made'))), 'image/png'),
  );
}

function drawPlane(context: CanvasRenderingContext2D, plane: HTMLElement, stage: DOMRect): void {
  const own = plane.getBoundingClientRect();
  context.save();
  context.beginPath();
  context.rect(own.left - stage.left, own.top - stage.top, own.width, own.height);
  context.clip();
  for (const picture of plane.querySelectorAll('canvas')) {
    const { left, top, width, height } = picture.getBoundingClientRect();
    if (picture.width > 0 && picture.height > 0)
      context.drawImage(picture, left - stage.left, top - stage.top, width, height);
  }
  for (const svg of plane.querySelectorAll('.vmv-unreadable')) drawUnreadable(context, svg, stage);
  for (const svg of plane.querySelectorAll('.vmv-crosshair, .vmv-measures, .vmv-scale svg'))
    drawLines(context, svg, stage);
  for (const text of plane.querySelectorAll<HTMLElement>('.vmv-letter, .vmv-caption')) {
    if (text.querySelector('span')) {
      for (const part of text.querySelectorAll<HTMLElement>(':scope > span')) drawText(context, part, stage);
    } else drawText(context, text, stage);
  }
  context.restore();
}

/** Without the hatching: a plain area, and the caption says what it is. */
function drawUnreadable(context: CanvasRenderingContext2D, svg: Element, stage: DOMRect): void {
  const { left, top } = svg.getBoundingClientRect();
  const ground = svg.querySelector('.vmv-unreadable-ground');
  context.fillStyle = ground ? getComputedStyle(ground).fill : '#000';
  for (const area of svg.querySelectorAll('polygon')) {
    context.beginPath();
    for (const pixel of (area.getAttribute('points') ?? '').split(' ')) {
      const [x, y] = pixel.split(',').map(Number);
      context.lineTo(x + left - stage.left, y + top - stage.top);
    }
    context.fill();
  }
}

function drawText(context: CanvasRenderingContext2D, element: HTMLElement, stage: DOMRect): void {
  const { left, top, height } = element.getBoundingClientRect();
  const { color, fontWeight, fontSize } = getComputedStyle(element);
  context.font = `${fontWeight} ${fontSize} ${FONT}`;
  context.fillStyle = color;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillText((element.textContent ?? '').trim(), left - stage.left, top - stage.top + height / 2);
}

function drawLines(context: CanvasRenderingContext2D, svg: Element, stage: DOMRect): void {
  const { left, top } = svg.getBoundingClientRect();
  context.save();
  context.translate(left - stage.left, top - stage.top);
  for (const shape of svg.querySelectorAll('path, ellipse')) {
    const { stroke, strokeWidth, strokeOpacity } = getComputedStyle(shape);
    context.strokeStyle = stroke;
    context.lineWidth = Number.parseFloat(strokeWidth);
    context.globalAlpha = Number.parseFloat(strokeOpacity);
    context.stroke(pathOf(shape));
  }
  context.globalAlpha = 1;
  for (const text of svg.querySelectorAll('tspan')) {
    const box = text.getBoundingClientRect();
    const { fill, fontWeight, fontSize } = getComputedStyle(text);
    context.font = `${fontWeight} ${fontSize} ${FONT}`;
    context.fillStyle = fill;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.fillText(text.textContent ?? '', box.left - left, box.top - top + box.height / 2);
  }
  context.restore();
}

function pathOf(shape: Element): Path2D {
  const number = (name: string): number => Number(shape.getAttribute(name));
  if (shape.tagName !== 'ellipse') return new Path2D(shape.getAttribute('d') ?? '');
  const path = new Path2D();
  path.ellipse(number('cx'), number('cy'), number('rx'), number('ry'), 0, 0, 2 * Math.PI);
  return path;
}

/** Hands a file to the person. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // the browser has begun to read it by then
}
