/** Voxels of a label map, x fastest. */
export type Labels = Uint8Array | Uint16Array;

/** How the readers, in their order, marked a voxel, and in how many voxels they did so. */
export interface LabelPattern {
  readonly labels: readonly number[];
  readonly voxels: number;
}

/**
 * The label maps of several readers as the few combinations of labels that occur in them. What a rule makes of a voxel depends
 * on its combination alone, so it is worked out once for each of them and not for each voxel.
 */
export class LabelPatterns {
  readonly patterns: readonly LabelPattern[];
  readonly #maps: readonly Labels[];
  /** Number of the pattern by label, where all readers agree; -1 where none such occurs. */
  readonly #agreed = new Int32Array(1 << 16).fill(-1);
  readonly #disagreed = new Map<string, number>();

  /** @throws RangeError without maps, or when they differ in length */
  constructor(maps: readonly Labels[]) {
    if (maps.length === 0) throw new RangeError('no label maps; expected at least one');
    const other = maps.find(({ length }) => length !== maps[0].length);
    if (other) throw new RangeError(`label maps differ in length: ${maps[0].length} and ${other.length} voxels`);
    this.#maps = maps;
    const labels: number[][] = [];
    const voxels: number[] = [];
    this.#walk((from, to) => {
      let id = this.#find(from);
      if (id < 0) {
        id = labels.length;
        labels.push(maps.map((map) => map[from]));
        voxels.push(0);
        this.#remember(from, id);
      }
      voxels[id] += to - from;
    });
    this.patterns = labels.map((tuple, n) => ({ labels: tuple, voxels: voxels[n] }));
  }

  /** The label map that a rule makes of each pattern. @param outcome a label for each of `patterns` */
  paint(outcome: readonly number[]): Labels {
    const count = this.#maps[0].length;
    const data = Math.max(...outcome) > 255 ? new Uint16Array(count) : new Uint8Array(count);
    this.#walk((from, to) => data.fill(outcome[this.#find(from)], from, to));
    return data;
  }

  /** Visits runs of voxels that are marked alike, in order. */
  #walk(visit: (from: number, to: number) => void): void {
    const maps = this.#maps;
    const total = maps[0].length;
    for (let from = 0; from < total; ) {
      let to = total;
      for (const map of maps) {
        const label = map[from];
        let end = from + 1;
        while (end < to && map[end] === label) end++;
        to = end;
      }
      visit(from, to);
      from = to;
    }
  }

  #find(v: number): number {
    const label = this.#maps[0][v];
    return this.#maps.every((map) => map[v] === label) ? this.#agreed[label] : (this.#disagreed.get(this.#key(v)) ?? -1);
  }

  #remember(v: number, id: number): void {
    const label = this.#maps[0][v];
    if (this.#maps.every((map) => map[v] === label)) this.#agreed[label] = id;
    else this.#disagreed.set(this.#key(v), id);
  }

  #key(v: number): string {
    return this.#maps.map((map) => String.fromCharCode(map[v])).join('');
  }
}
