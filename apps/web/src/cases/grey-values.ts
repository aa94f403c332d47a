import type { BenchmarkView } from '#contracts';
import { channelByName } from '#domain';
import type { CaseViewerProps } from '../viewer/case-viewer.js';

/** What grey values mean: as their channel says, or, where it says nothing (benchmarks of older imports), as its name does. */
export function greyValues(
  channel: BenchmarkView['channels'][number] | undefined,
): Pick<CaseViewerProps, 'modality' | 'valueUnit'> {
  if (channel === undefined) return {};
  const silent = channel.modality === undefined && channel.unit === undefined;
  const { modality, unit } = silent ? channelByName(channel.name) : channel;
  return { modality, valueUnit: unit };
}
