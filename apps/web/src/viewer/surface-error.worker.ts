/// <reference lib="webworker" />
import { onlySegments, withoutIgnored, withoutSegments } from './segments.js';
import { surfaceErrors } from './surface-error.js';
import type { SurfaceRequest, SurfaceAnswer } from './measure-surfaces.js';

// Measures surfaces once and is ended: it may hold several times the label maps meanwhile.

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.addEventListener('message', ({ data }: MessageEvent<SurfaceRequest>) => {
  const { sizeXyz, spacingMm, reference, prediction, parts } = data;
  const compared = (segments: Uint8Array): Uint8Array =>
    parts.regionSegments
      ? onlySegments(segments, parts.regionSegments)
      : withoutSegments(segments, parts.hiddenSegments);
  const [ours, theirs] = withoutIgnored(reference, prediction, parts.ignoredSegment);
  const answer: SurfaceAnswer = surfaceErrors({ sizeXyz, spacingMm }, compared(ours), compared(theirs));
  scope.postMessage(answer);
});
