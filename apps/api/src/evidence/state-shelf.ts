const MOST_BYTES = 128 * 1024 * 1024;

interface Kept {
  readonly answer: Promise<unknown>;
  /** 0 while it is being worked out. */
  bytes: number;
}

/**
 * What was worked out about states of boards, each answer once: a state never changes, so an answer about it never does.
 * Whoever asks while one is being worked out waits for the same one. Beyond a number of bytes, what was not asked for
 * longest is forgotten; what failed is not kept.
 */
export class StateShelf {
  private readonly kept = new Map<string, Kept>();
  private bytes = 0;

  constructor(private readonly mostBytes = MOST_BYTES) {}

  /**
   * @param hash address of the state
   * @param question what is asked about it; equal JSON is the same question
   * @param bytesOf room that an answer takes, roughly; by default the length of its JSON
   */
  once<T>(
    hash: string,
    question: readonly unknown[],
    work: () => Promise<T>,
    bytesOf: (answer: T) => number = (answer) => JSON.stringify(answer).length,
  ): Promise<T> {
    const key = JSON.stringify([hash, ...question]);
    const known = this.kept.get(key);
    if (known) {
      this.kept.delete(key); // asked for again: kept longest from here
      this.kept.set(key, known);
      return known.answer as Promise<T>;
    }
    const answer = work();
    const entry: Kept = { answer, bytes: 0 };
    this.kept.set(key, entry);
    answer.then(
      (value) => {
        entry.bytes = bytesOf(value);
        this.bytes += entry.bytes;
        this.forgetOldest();
      },
      () => this.kept.delete(key),
    );
    return answer;
  }

  private forgetOldest(): void {
    for (const [key, { bytes }] of this.kept) {
      if (this.bytes <= this.mostBytes) break;
      if (bytes === 0) continue; // somebody waits for it
      this.kept.delete(key);
      this.bytes -= bytes;
    }
  }
}
