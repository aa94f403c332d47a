/** What a case was seen to need that nothing was prepared beside. */
export interface Alone {
  /** Unpacked bytes of its images. */
  readonly imageBytes: number;
  /** What preparing it added to the memory of the process, at most. */
  readonly preparedBytes: number;
  /** Most memory of the process until it was done. */
  readonly peakBytes: number;
}

/** Whether a case may be prepared while another one runs, without the two together reaching the limit of the process. */
export interface Room {
  note(seen: Alone): void;
  /** @param runningBytes unpacked bytes of the images of the case that runs; `nextBytes` of the one to prepare */
  allows(runningBytes: number, nextBytes: number): boolean;
}

/** Part of the limit that is planned with: what was measured is not exactly what comes next. */
const PLANNED = 0.85;

/**
 * Nothing is computed from the manifest: what earlier cases needed alone is what the next are taken to need, more for larger
 * images and never less for smaller ones. Until a case has been through alone, nothing is prepared ahead.
 */
export function createRoom(limitBytes: number): Room {
  let largest = 1;
  let peak = 0;
  let prepared = 0;
  return {
    note({ imageBytes, preparedBytes, peakBytes }) {
      largest = Math.max(largest, imageBytes);
      peak = Math.max(peak, peakBytes);
      prepared = Math.max(prepared, preparedBytes);
    },
    allows(runningBytes, nextBytes) {
      const larger = (bytes: number) => Math.max(1, bytes / largest);
      return peak > 0 && peak * larger(runningBytes) + prepared * larger(nextBytes) <= PLANNED * limitBytes;
    },
  };
}
