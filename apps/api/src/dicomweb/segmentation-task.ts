import { instanceUidOf } from '#evaluation';
import { joinedBytes, readLabelMap, writeSegmentation, type DicomInstance, type SegmentationNames, type SegmentName } from '#imaging';

/** A stored label map, and what its DICOM segmentation is to say of itself. Plain data: it goes to a thread. */
export interface SegmentationTask {
  /** NIfTI, compressed or not. */
  readonly file: Uint8Array;
  readonly labels: readonly SegmentName[];
  readonly names: Omit<SegmentationNames, 'source'>;
  /** The series of slices that it was drawn on. */
  readonly source: { readonly seriesInstanceUid: string; readonly sopClassUid: string };
}

/** Each element in one piece. @throws ImageFormatError, DicomInexpressible */
export async function makeSegmentation({ file, labels, names, source }: SegmentationTask): Promise<DicomInstance> {
  const sopInstanceUid = (k: number): string => instanceUidOf(source.seriesInstanceUid, k + 1);
  const made = writeSegmentation(await readLabelMap(file), labels, { ...names, source: { ...source, sopInstanceUid } });
  const inOne = (pieces: readonly Uint8Array[]): readonly Uint8Array[] => (pieces.length === 1 ? pieces : [joinedBytes(pieces)]);
  return { ...made, elements: made.elements.map((element) => ({ ...element, pieces: inOne(element.pieces) })) };
}
