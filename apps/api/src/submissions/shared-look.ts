/**
 * One answer for all who ask the same thing at the same moment: a thousand pages that watch one submission cost one look at
 * the database, not a thousand. An answer is shared while it is on its way and for a moment afterwards, unless `forget`
 * said in between that it may be old.
 */
export class SharedLook<T> {
  /** Oldest first. */
  private readonly recent = new Map<string, { readonly answer: Promise<T>; readonly askedMs: number; on: boolean }>();

  /**
   * @param read what is asked; a failure is told to those who wait for it, and kept for nobody else
   * @param nowMs monotonic clock, milliseconds
   * @param freshMs so long after it was asked an answer is given to others too
   */
  constructor(
    private readonly read: (id: string) => Promise<T>,
    private readonly nowMs: () => number,
    private readonly freshMs: number,
  ) {}

  look(id: string): Promise<T> {
    const now = this.nowMs();
    for (const [old, { askedMs, on }] of this.recent) {
      if (!on && now - askedMs >= this.freshMs) this.recent.delete(old);
    }
    const known = this.recent.get(id);
    if (known !== undefined) return known.answer;
    const answer = this.read(id);
    const entry = { answer, askedMs: now, on: true };
    this.recent.set(id, entry);
    answer.then(
      () => (entry.on = false),
      () => {
        if (this.recent.get(id) === entry) this.recent.delete(id);
      },
    );
    return answer;
  }

  /** Something changed: an answer that was asked for before now is given to nobody who asks from now on. */
  forget(id: string): void {
    this.recent.delete(id);
  }

  /** How many answers are kept. */
  get size(): number {
    return this.recent.size;
  }
}
