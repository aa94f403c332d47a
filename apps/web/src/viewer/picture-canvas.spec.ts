import fc from 'fast-check';
import { changedRectangle, fineCamera, PictureCanvas } from './picture-canvas.js';

describe('what changes of a picture', () => {
  it('is the smallest rectangle that holds every pixel that differs', () => {
    const pictures = fc.integer({ min: 1, max: 7 }).chain((width) =>
      fc
        .array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })), {
          minLength: width * 5,
          maxLength: width * 5,
        })
        .map((pairs) => ({
          width,
          before: Uint32Array.from(pairs, ([one]) => one),
          after: Uint32Array.from(pairs, ([, other]) => other),
        })),
    );
    fc.assert(
      fc.property(pictures, ({ width, before, after }) => {
        const found = changedRectangle(before, after, width);
        const differ = [...after.keys()]
          .filter((n) => before[n] !== after[n])
          .map((n) => [n % width, Math.floor(n / width)]);
        if (differ.length === 0) return expect(found).toBeNull();
        const [xs, ys] = [differ.map(([x]) => x), differ.map(([, y]) => y)];
        const [left, top] = [Math.min(...xs), Math.min(...ys)];
        expect(found).toEqual({ left, top, width: Math.max(...xs) - left + 1, height: Math.max(...ys) - top + 1 });
      }),
    );
  });
});

describe('a canvas', () => {
  const put: unknown[][] = [];
  const context = {
    putImageData: (image: { width: number; height: number }, ...where: number[]) =>
      void put.push([image.width, image.height, ...where]),
    clearRect: (...where: number[]) => void put.push(['clear', ...where]),
  };
  const canvas = (): HTMLCanvasElement =>
    ({ width: 300, height: 150, getContext: () => context }) as unknown as HTMLCanvasElement;
  const picture = (...dots: number[]): Uint8ClampedArray<ArrayBuffer> => {
    const pixels = new Uint8ClampedArray(4 * 3 * 4);
    for (const dot of dots) pixels[4 * dot] = 255;
    return pixels;
  };
  beforeAll(() => {
    (globalThis as { ImageData?: unknown }).ImageData = class {
      constructor(
        readonly data: Uint8ClampedArray,
        readonly width: number,
        readonly height: number,
      ) {}
    };
  });
  beforeEach(() => void (put.length = 0));
  afterAll(() => void delete (globalThis as { ImageData?: unknown }).ImageData);

  it('is given the whole of its first picture, then what changes, and nothing where nothing does', () => {
    const [element, shown] = [canvas(), new PictureCanvas()];
    shown.show(element, picture(1), 4);
    expect([element.width, element.height]).toEqual([4, 3]);
    shown.show(element, picture(1, 6, 11), 4);
    shown.show(element, picture(1, 6, 11), 4);
    shown.show(element, picture(), 4);
    expect(put).toEqual([
      [4, 3, 0, 0, 0, 0, 4, 3],
      [4, 3, 0, 0, 2, 1, 2, 2],
      [4, 3, 0, 0, 1, 0, 3, 3],
    ]);
  });

  it('is given the whole again when it has another size, was cleared, or is another canvas', () => {
    const [element, shown] = [canvas(), new PictureCanvas()];
    shown.show(element, picture(), 4);
    shown.show(element, picture(), 3);
    shown.clear(element);
    shown.clear(element);
    shown.show(element, picture(), 3);
    shown.show(canvas(), picture(), 3);
    expect(put).toEqual([
      [4, 3, 0, 0, 0, 0, 4, 3],
      [3, 4, 0, 0, 0, 0, 3, 4],
      ['clear', 0, 0, 3, 4],
      [3, 4, 0, 0, 0, 0, 3, 4],
      [3, 4, 0, 0, 0, 0, 3, 4],
    ]);
  });
});

it('a view at the resolution of the screen shows the same millimetres', () => {
  (globalThis as { devicePixelRatio?: number }).devicePixelRatio = 1.5;
  try {
    const camera = { widthPx: 101, heightPx: 50, mmPerPx: 2 } as never;
    const fine = fineCamera(camera);
    expect([fine.widthPx, fine.heightPx]).toEqual([152, 75]);
    expect(fine.mmPerPx * fine.widthPx).toBeCloseTo(202, 10);
  } finally {
    delete (globalThis as { devicePixelRatio?: number }).devicePixelRatio;
  }
});
