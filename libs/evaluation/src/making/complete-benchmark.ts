import type { BenchmarkDefinition, NewBenchmarkFields } from '#contracts';
import {
  isolationReaches,
  patientsBesideShowcase,
  requiredIsolation,
  revealFaults,
  type Penalty,
  type WindowPreset,
} from '#domain';
import { isMetricId, metricDefinition } from '#metrics';
import type { Dataset, DatasetCase } from '../datasets/dataset-records.js';
import { drawCases, usualSplit, type DrawnCases } from './draw-cases.js';
import type { MakingFinding } from './making-records.js';
import { writeRules } from './write-rules.js';

/** Fewer patients than this say little of any other patient; figures that stand on fewer are withheld elsewhere, too. */
export const FEW_PATIENTS = 10;

/** Colour-blind safe (Okabe and Ito). */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#cc79a7', '#56b4e9', '#f0e442'] as const;
const METRICS = ['dice', 'nsd@2', 'hd95'] as const;
const CT_WINDOWS: readonly WindowPreset[] = [
  { name: 'Soft tissue', center: 50, width: 400 },
  { name: 'Liver', center: 90, width: 170 },
  { name: 'Lung', center: -550, width: 1500 },
  { name: 'Bone', center: 450, width: 1800 },
];

export interface CompletedBenchmark {
  /** Null where a choice is missing that has no good default, or makes no sense. */
  readonly definition: BenchmarkDefinition | null;
  readonly drawn: DrawnCases;
  readonly patients: { readonly practice: number; readonly test: number };
  /** Without those that need its voxels or a dry run. With an error, no draft is made. */
  readonly findings: readonly MakingFinding[];
}

/** What a dataset must tell: its rows, not its voxels. */
export type DescribedDataset = Pick<
  Dataset,
  'labels' | 'regions' | 'ignoreLabel' | 'channels' | 'synthetic' | 'name' | 'licence'
>;
type DescribedCase = Pick<DatasetCase, 'name' | 'patient' | 'split' | 'facts'> &
  Partial<Pick<DatasetCase, 'withdrawnAt'>> & {
    readonly references: readonly { readonly reader: string; readonly consensus: boolean }[];
  };

/** Puts every default in its place and says everything that can be said without looking at a voxel. */
export function completeBenchmark(
  body: NewBenchmarkFields,
  dataset: DescribedDataset,
  cases: readonly DescribedCase[],
): CompletedBenchmark {
  const findings: MakingFinding[] = [];
  const say = (severity: MakingFinding['severity'], code: string, where: string, message: string): unknown =>
    findings.push({ severity, code, where, message });
  const split = body.split ?? usualSplit(cases);
  const { drawn, findings: ofSplit } = drawCases(cases, split);
  findings.push(...ofSplit);
  const left = new Set(drawn.left);
  const patientsOf = (names: readonly string[]): number => {
    const within = new Set(names);
    return new Set(cases.filter(({ name }) => within.has(name)).map(({ patient }) => patient)).size;
  };
  const patients = { practice: patientsOf(drawn.practice), test: patientsOf(drawn.test) };
  if (patients.test > 0 && patients.test < FEW_PATIENTS)
    say(
      'warning',
      'few-patients',
      'split',
      `${patients.test} patient(s) are held out; with fewer than ${FEW_PATIENTS}, counts are withheld and intervals say little`,
    );
  const withdrawn = cases.filter(({ name, withdrawnAt }) => withdrawnAt != null && !left.has(name));
  if (withdrawn.length > 0)
    say(
      'error',
      'case-withdrawn',
      'dataset.version',
      `${withdrawn.length} case(s) were withdrawn since it was frozen: ${withdrawn
        .slice(0, 10)
        .map(({ name }) => name)
        .join(', ')}${withdrawn.length > 10 ? ', …' : ''}; freeze a new version, or leave them out of both phases`,
    );
  if (drawn.left.length > 0)
    say(
      'note',
      'cases-left-out',
      'split',
      `${drawn.left.length} case(s) of the version are in neither phase: ${drawn.left.slice(0, 10).join(', ')}${drawn.left.length > 10 ? ', …' : ''}`,
    );

  const { labels, regions } = completeLabels(body, dataset, say);
  sayAboutReferences(body, cases, drawn, say);
  const metrics = completeMetrics(body, say);
  const ranking = completeRanking(body, say);
  const phases = completePhases(body, dataset, cases, drawn, say);
  if (body.requiredIsolation !== undefined) {
    const usual = requiredIsolation({}, { label: phases.test.label, synthetic: dataset.synthetic });
    if (!isolationReaches(body.requiredIsolation, usual))
      say(
        'warning',
        'isolation-lowered',
        'requiredIsolation',
        `${body.requiredIsolation} is less than ${usual}, which sealed images of people ask for: a model could carry them off`,
      );
  }
  if (metrics === null || ranking === null) return { definition: null, drawn, patients, findings };
  const question = body.question ?? `How well does an algorithm outline ${inWords(regions.map(({ name }) => name))}?`;
  const whole = {
    ...body,
    question,
    split,
    labels,
    regions,
    metrics,
    ranking,
    phases,
    windowPresets: body.windowPresets ?? usualWindows(dataset, cases),
  };
  const definition: BenchmarkDefinition = { ...whole, rules: body.rules ?? writeRules(whole, dataset) };
  return { definition, drawn, patients, findings };
}

function inWords(names: readonly string[]): string {
  if (names.length > 6) return `${names.slice(0, 5).join(', ')} and ${names.length - 5} more structures`;
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

type Say = (severity: MakingFinding['severity'], code: string, where: string, message: string) => unknown;

function completeLabels(
  body: NewBenchmarkFields,
  dataset: DescribedDataset,
  say: Say,
): Pick<BenchmarkDefinition, 'labels' | 'regions'> {
  const chosen: NonNullable<NewBenchmarkFields['labels']> = body.labels ?? [...dataset.labels];
  const labels = chosen.map(({ value, name, color }, n) => ({
    value,
    name,
    color: color ?? COLORS[n % COLORS.length],
  }));
  const declared = new Set(labels.map(({ value }) => value));
  const usual: NonNullable<NewBenchmarkFields['regions']> =
    dataset.regions.length > 0 && body.labels === undefined
      ? dataset.regions.map(({ name, labels: parts }) => ({ name, labels: [...parts] }))
      : labels.map(({ value, name }) => ({ name, labels: [value] }));
  const regions = (body.regions ?? usual).map((region) => ({
    ...region,
    color:
      region.color ??
      (region.labels.length === 1 ? labels.find(({ value }) => value === region.labels[0])?.color : undefined),
  }));
  for (const { name, labels: parts } of regions) {
    const unknown = parts.filter((value) => !declared.has(value));
    if (unknown.length > 0)
      say(
        'error',
        'region-unknown-label',
        `regions.${name}`,
        `is made of labels ${unknown.join(', ')}; declared are ${[...declared].join(', ')}`,
      );
  }
  const inDataset = new Set(dataset.labels.map(({ value }) => value));
  for (const { value, name } of labels)
    if (!inDataset.has(value))
      say(
        'error',
        'label-unknown',
        `labels.${name}`,
        `is label ${value}; the dataset declares ${[...inDataset].join(', ')}`,
      );
  const scored = new Set(regions.flatMap((region) => region.labels));
  for (const { value, name } of dataset.labels)
    if (!scored.has(value))
      say(
        'note',
        'label-not-scored',
        `labels.${name}`,
        `label ${value} of the dataset is in no region: it is not scored`,
      );
  if (dataset.ignoreLabel !== null)
    say(
      'note',
      'ignore-label',
      'labels',
      `voxels that a reference segmentation marks with label ${dataset.ignoreLabel} count neither for nor against, as the dataset declares`,
    );
  return {
    labels,
    regions: regions.map(({ color, ...region }) => (color === undefined ? region : { ...region, color })),
  };
}

function sayAboutReferences(
  { consensus }: NewBenchmarkFields,
  cases: readonly DescribedCase[],
  { left }: DrawnCases,
  say: Say,
): void {
  const outside = new Set(left);
  for (const { name, references } of cases) {
    if (outside.has(name) || references.some((one) => one.consensus)) continue;
    const readers = references.map(({ reader }) => reader);
    if (readers.length === 0)
      say('error', 'case-without-reference', `cases.${name}`, 'has no reference segmentation; expected at least one');
    else if (consensus.kind === 'reader' && !readers.includes(consensus.reader))
      say(
        'error',
        'reader-unknown',
        'consensus',
        `case ${name} was not drawn by "${consensus.reader}" but by ${readers.join(', ')}`,
      );
    else if (consensus.kind === 'majority' && readers.length === 2)
      say(
        'note',
        'majority-of-two',
        'consensus',
        `case ${name} has two readers: a majority of two is where both agree`,
      );
  }
}

function completeMetrics({ metrics }: NewBenchmarkFields, say: Say): BenchmarkDefinition['metrics'] | null {
  const whole: BenchmarkDefinition['metrics'] = [];
  for (const { id, penalty } of metrics ?? METRICS.map((one) => ({ id: one, penalty: undefined }))) {
    const where = `metrics.${id}`;
    if (!isMetricId(id)) {
      say(
        'error',
        'metric-unknown',
        where,
        'is not in the catalogue; `voxelmark metrics propose` names metrics that suit a problem',
      );
      continue;
    }
    const chosen = penalty ?? usualPenalty(id);
    if (chosen === null) {
      say(
        'error',
        'penalty-missing',
        where,
        `has no worst value (${metricDefinition(id).unit || 'no unit'}, from ${metricDefinition(id).range.min} on); say with \`penalty\` what a failed case is worth`,
      );
      continue;
    }
    whole.push({ id, penalty: { ...chosen } });
  }
  return whole.length === (metrics ?? METRICS).length ? whole : null;
}

/** The worst value that a metric can have; in mm without an end, the diagonal of the volume. */
function usualPenalty(id: string): Penalty | null {
  const { direction, range, unit } = metricDefinition(id);
  if (direction === 'higher') return { kind: 'fixed', value: range.min };
  if (range.max !== null) return { kind: 'fixed', value: range.max };
  return unit === 'mm' ? { kind: 'volume-diagonal' } : null;
}

function completeRanking({ metrics, ranking }: NewBenchmarkFields, say: Say): BenchmarkDefinition['ranking'] | null {
  const ids = metrics?.map(({ id }) => id) ?? [...METRICS];
  const first = ids.find((id) => isMetricId(id) && metricDefinition(id).role === 'rank');
  if (ranking === undefined && first === undefined) {
    say(
      'error',
      'ranking-missing',
      'ranking',
      'no metric of this benchmark can be ranked by; add one, dice for instance',
    );
    return null;
  }
  const chosen = ranking ?? { kind: 'mean-then-rank', metric: first!, ties: 'min' };
  let sound = true;
  for (const id of chosen.kind === 'consensus' ? chosen.metrics : [chosen.metric]) {
    if (!ids.includes(id))
      say(
        'error',
        'ranking-not-measured',
        'ranking',
        `ranks by ${id}, which is not measured; metrics are ${ids.join(', ')}`,
      );
    else if (isMetricId(id) && metricDefinition(id).role === 'report')
      say(
        'error',
        'ranking-by-report',
        'ranking',
        `ranks by ${id}, which is a figure to report and no measure of quality`,
      );
    else continue;
    sound = false;
  }
  return sound ? chosen : null;
}

function completePhases(
  { phases }: NewBenchmarkFields,
  { synthetic }: DescribedDataset,
  cases: readonly DescribedCase[],
  drawn: DrawnCases,
  say: Say,
): BenchmarkDefinition['phases'] {
  const many = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  const practice = {
    ...phases.practice,
    title: phases.practice.title ?? `Practice: ${many(drawn.practice.length, 'case')}`,
    label: phases.practice.label ?? (synthetic ? ('PUBLIC' as const) : ('PARTICIPANT' as const)),
  };
  const test = {
    ...phases.test,
    title: phases.test.title ?? `Test: ${many(drawn.test.length, 'held-out case')}`,
    label: phases.test.label ?? ('SEALED' as const),
  };
  if (practice.label === 'PUBLIC' && !synthetic)
    say(
      'warning',
      'practice-public',
      'phases.practice',
      'images of people will be for everybody on the net to load; PARTICIPANT shows them to people with an account',
    );
  if (practice.label === 'SEALED')
    say(
      'warning',
      'practice-sealed',
      'phases.practice',
      'nobody will see practice cases, nor their scores; expected PUBLIC or PARTICIPANT',
    );
  if (test.label !== 'SEALED')
    say(
      'warning',
      'test-open',
      'phases.test',
      `held-out cases are ${test.label}: whoever may see them can train on them`,
    );
  for (const [kind, phase] of Object.entries({ practice, test }) as ['practice' | 'test', typeof test][]) {
    for (const fault of revealFaults(phase, drawn[kind])) say('error', 'reveal-invalid', `phases.${kind}`, fault);
    const within = new Set(drawn[kind]);
    const beside = patientsBesideShowcase(
      { label: phase.label, rules: phase },
      cases.filter(({ name }) => within.has(name)),
    );
    if (beside !== null && beside < FEW_PATIENTS)
      say(synthetic ? 'warning' : 'error', 'showcase-leaves-few', `phases.${kind}`, showcaseLeavesFew(beside));
  }
  if (test.reveal !== undefined && test.reveal.kind !== 'never')
    say(
      'warning',
      'held-out-revealed',
      'phases.test',
      {
        all: 'references of held-out cases will be as open as their label says',
        showcase:
          'the showcase cases will be shown whole, image and predictions too; whoever saw them can do well on them',
        'after-close': 'held-out cases will be shown whole once the phase has closed, and are held out no longer',
        readers: 'readers of the benchmark will see held-out cases with their references',
      }[test.reveal.kind],
    );
  return { practice, test };
}

/** Why a showcase is refused beside which cases of so few patients stay closed. */
export function showcaseLeavesFew(patients: number): string {
  return `beside the showcase the cases of ${patients} patient(s) stay closed; expected ${FEW_PATIENTS} or more, or none: means over all cases are released, and whoever takes the showcase out of them has figures of these few`;
}

/** Those of CT where the images are CT: as their channel says, or else as the headers of all cases do that say anything. */
function usualWindows(
  { channels: [first, ...others] }: DescribedDataset,
  cases: readonly DescribedCase[],
): BenchmarkDefinition['windowPresets'] {
  const told = new Set(others.length > 0 ? [] : cases.flatMap(({ facts: { modality } }) => modality ?? []));
  const modalities = first.modality === undefined && told.size > 0 ? [...told] : [first.modality ?? first.name];
  const isCt = modalities.every((modality) => String(modality).toUpperCase() === 'CT');
  return isCt ? CT_WINDOWS.map((preset) => ({ ...preset })) : [];
}
