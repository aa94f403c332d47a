import { voxelCount } from '../geometry.js';
import type { Geometry } from '../geometry.js';
import { ImageFormatError } from '../image-format-error.js';
import type { LabelMap } from '../volume.js';

/** Segments that share no voxel, as one label map whose labels are their numbers. */
export interface SegmentationLayer {
  readonly segments: readonly number[];
  readonly labelMap: LabelMap;
}

interface Layer {
  readonly segments: number[];
  readonly data: Uint8Array | Uint16Array;
}

/** Label maps on one grid, more of them only where segments overlap. */
export class Layers {
  readonly #layers: Layer[] = [];

  constructor(
    readonly reference: Geometry,
    private readonly largest: number,
    /** Of all layers together: a small file may declare many segments that share one voxel of a large image. */
    private readonly maxBytes: number,
  ) {}

  /**
   * Puts a segment into the first layer where all of its voxels are free.
   *
   * @param each goes through the voxels; called again for every layer, so that no list of them is held
   */
  async add(number: number, each: (mark: (voxel: number) => boolean) => Promise<boolean>): Promise<void> {
    let free: Layer | undefined;
    for (const layer of this.#layers) {
      if (!free && (await each((v) => layer.data[v] === 0))) free = layer;
    }
    const { segments, data } = free ?? this.#another();
    segments.push(number);
    await each((v) => {
      data[v] = number;
      return true;
    });
  }

  /** Marks one voxel in the first layer. */
  set(number: number, voxel: number): void {
    const layer = this.#layers[0] ?? this.#another();
    if (layer.data[voxel] !== 0)
      throw new ImageFormatError(
        'dicom-segments',
        'two frames of a label map lie in one place; expected each place once',
      );
    if (!layer.segments.includes(number)) layer.segments.push(number);
    layer.data[voxel] = number;
  }

  finished(): SegmentationLayer[] {
    if (this.#layers.length === 0) this.#another();
    return this.#layers.map(({ segments, data }) => ({
      segments: segments.sort((a, b) => a - b),
      labelMap: { geometry: this.reference, data } as LabelMap,
    }));
  }

  #another(): Layer {
    const count = voxelCount(this.reference);
    const bytes = count * (this.largest > 255 ? 2 : 1);
    if (this.#layers.length > 0 && (this.#layers.length + 1) * bytes > this.maxBytes)
      throw new ImageFormatError(
        'dicom-too-large',
        `structures overlap so much that they need more than ${this.#layers.length} label maps of ${bytes} bytes; expected at most ${this.maxBytes} bytes`,
      );
    const layer = { segments: [], data: this.largest > 255 ? new Uint16Array(count) : new Uint8Array(count) };
    this.#layers.push(layer);
    return layer;
  }
}
