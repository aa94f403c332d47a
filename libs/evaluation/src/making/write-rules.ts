import type { BenchmarkDefinition } from '#contracts';
import { metricDefinition } from '#metrics';

/** The rules of a benchmark in words, from its choices, for organisers who wrote none. Markdown. */
export function writeRules(
  { labels, regions, metrics, ranking, limits, phases, consensus, predictionGrid }: Omit<BenchmarkDefinition, 'rules'>,
  { licence, ignoreLabel }: { readonly licence: string; readonly ignoreLabel: number | null },
): string {
  const together = regions.filter((region) => region.labels.length > 1);
  const names = (values: readonly number[]): string =>
    values.map((value) => labels.find((label) => label.value === value)?.name ?? value).join(', ');
  const drawnBy = {
    majority:
      'Where several readers drew a case and none of them is marked as the consensus, the label of the majority counts.',
    staple:
      'Where several readers drew a case and none of them is marked as the consensus, it is estimated from all of them (STAPLE).',
    reader: `Where several readers drew a case and none of them is marked as the consensus, that of ${consensus.kind === 'reader' ? consensus.reader : ''} counts.`,
  }[consensus.kind];
  const means = ranking.kind === 'mean-then-rank' ? metricDefinition(ranking.metric).abbreviation : null;
  return `### What to segment
Give every voxel one label: 0 background, ${labels.map(({ value, name }) => `${value} ${name}`).join(', ')}.${ignoreLabel === null ? '' : ` Label ${ignoreLabel} of the reference segmentations marks what nobody could tell: these voxels count neither for nor against.`}${together.length === 0 ? '' : ` Scored together: ${together.map(({ name, labels: parts }) => `${name} (${names(parts)})`).join('; ')}.`}

### Reference segmentation
${drawnBy} Predictions are compared on the grid of the reference${predictionGrid === 'nearest' ? '; those on another grid are brought to it by the nearest voxel' : ''}.

### Scoring
${metrics.map(({ id, penalty }) => `- ${metricDefinition(id).name} (\`${id}\`): a case that fails, or whose value is unbounded or undefined, counts with ${penalty.kind === 'fixed' ? `${penalty.value}${metricDefinition(id).unit ? ` ${metricDefinition(id).unit}` : ''}` : 'the diagonal of its volume'}.`).join('\n')}

A structure that is missing from both the reference and the prediction is agreement.

### Ranking
${means !== null ? `By ${means}, averaged over the cases of each structure and then over the structures; equal means share a place.` : `By the consensus of the ranks in ${ranking.kind === 'consensus' ? ranking.metrics.map((id) => metricDefinition(id).abbreviation).join(', ') : ''}, each averaged over the cases of each structure and then over the structures; equal places are shared.`} All other measures are shown and do not rank.

### Limits
${limits.loadSeconds} s to load a model, ${limits.caseSeconds} s and ${limits.memoryMib} MiB for a case, ${limits.threads} thread${limits.threads === 1 ? '' : 's'}.

### Phases
${phases.practice.title}. ${{ PUBLIC: 'Everybody may see images, references, scores and overlays.', PARTICIPANT: 'Whoever is signed in may see images, references, scores and overlays.', SEALED: 'Only organisers and stewards see them.' }[phases.practice.label]}
${phases.test.title}. ${phases.test.label === 'SEALED' ? 'Only means over all of them are shown.' : 'Their images can be seen.'}${{ all: '', never: '', showcase: ' Some of them are shown as examples.', 'after-close': ' Once the phase has closed they are shown.', readers: '' }[phases.test.reveal?.kind ?? 'never']}${phases.test.closesAt === undefined ? '' : ` Submissions are taken until ${phases.test.closesAt}.`}

### Licence of the images
${licence}`;
}
