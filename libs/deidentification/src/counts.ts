/** How many elements were treated in which way, those inside of sequences included. No value, no tag. */
export interface ActionCounts {
  kept: number;
  cleaned: number;
  shifted: number;
  newUid: number;
  removed: number;
  emptied: number;
  dummy: number;
  /** Private elements removed. */
  private: number;
  /** Values that have not the form of their representation, or repeat a name of the file: gone. */
  unusable: number;
}

export const noCounts = (): ActionCounts => ({
  kept: 0,
  cleaned: 0,
  shifted: 0,
  newUid: 0,
  removed: 0,
  emptied: 0,
  dummy: 0,
  private: 0,
  unusable: 0,
});
