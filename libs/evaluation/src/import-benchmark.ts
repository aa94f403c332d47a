import {
  BenchmarkMisconfigured,
  patientsBesideShowcase,
  revealFaults,
  SINGLE_CHANNEL,
  type BenchmarkChannel,
  type PhaseKind,
  type PhaseRules,
  type SecrecyLabel,
} from '#domain';
import {
  describeGrid,
  GRID_RULES,
  ImageFormatError,
  labelExtents,
  readLabelMap,
  readNifti,
  sameGrid,
  storedGeometry,
  writeNifti,
  type Geometry,
  type LabelMap,
} from '#imaging';
import { intendedSpacing, isMetricId, metricDefinition, scoreCase } from '#metrics';
import { plainName } from './channels.js';
import { FEW_PATIENTS, showcaseLeavesFew } from './making/complete-benchmark.js';
import type { BlobStore, StoredBlob } from './ports.js';
import type { Benchmark, EvaluationRecords, NewBenchmark, NewCase, ReferenceStudy } from './records.js';

/** A case as files: bytes of NIfTI, gzipped or not. `files` is called once, when the case's turn has come. */
export interface ImportedCase {
  readonly name: string;
  readonly patient: string;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly files: () => Promise<CaseFiles>;
}

/** One image, or an image for each channel of the benchmark. */
export type CaseFiles = (
  | { readonly image: Uint8Array }
  | { readonly images: readonly { readonly channel: string; readonly bytes: Uint8Array }[] }
) & {
  /** Exactly one of them is the consensus, against which algorithms are scored. */
  readonly references: readonly {
    readonly reader: string;
    readonly consensus: boolean;
    readonly labels: Uint8Array;
  }[];
};

export type ImportedBenchmark = Omit<NewBenchmark, 'phases'> & {
  readonly phases: readonly {
    readonly kind: PhaseKind;
    readonly title: string;
    readonly label: SecrecyLabel;
    readonly rules: PhaseRules;
    readonly cases: readonly ImportedCase[];
  }[];
};

export interface ImportPorts {
  readonly records: Pick<EvaluationRecords, 'findBenchmark' | 'createBenchmark'>;
  readonly blobs: Pick<BlobStore, 'put'>;
}

/**
 * Makes a benchmark from files. Every image and reference is read, checked and written anew, so that what is stored holds
 * voxels and geometry and nothing else of the file it came from. Cases are handled one after the other.
 *
 * Doing it again for a slug that exists changes nothing and returns the benchmark that is there.
 *
 * @param onCase called after each case, for progress
 * @throws BenchmarkMisconfigured `benchmark-invalid` with all faults of rules and cases, not only the first; no benchmark
 *   is made then (blobs already written are referred to by nothing)
 */
export async function importBenchmark(
  { records, blobs }: ImportPorts,
  benchmark: ImportedBenchmark,
  onCase: (name: string) => void = () => undefined,
): Promise<{ readonly benchmark: Benchmark; readonly existing: boolean }> {
  const known = await records.findBenchmark(benchmark.slug);
  if (known) return { benchmark: known, existing: true };
  const problems = ruleProblems(benchmark);
  const phases: NewBenchmark['phases'][number][] = [];
  for (const phase of benchmark.phases) {
    const cases: NewCase[] = [];
    for (const imported of phase.cases) {
      try {
        cases.push(await storeCase(blobs, imported, benchmark, phase.rules));
        onCase(imported.name);
      } catch (error) {
        if (!(error instanceof CaseFault || error instanceof ImageFormatError)) throw error;
        problems.push(`case "${imported.name}": ${error.message}`);
      }
    }
    phases.push({ ...phase, cases });
  }
  if (problems.length > 0) {
    throw new BenchmarkMisconfigured(
      'benchmark-invalid',
      `benchmark "${benchmark.slug}" cannot be imported:\n- ${problems.join('\n- ')}`,
    );
  }
  return { benchmark: await records.createBenchmark({ ...benchmark, phases }), existing: false };
}

/** Something about a case that the organiser has to correct. */
export class CaseFault extends Error {}

async function storeCase(
  blobs: ImportPorts['blobs'],
  imported: ImportedCase,
  { labels: declared, channels = SINGLE_CHANNEL }: Pick<ImportedBenchmark, 'labels' | 'channels'>,
  rules: PhaseRules,
): Promise<NewCase> {
  const { name, patient, facts } = imported;
  const files = await imported.files();
  const consensus = files.references.filter((reference) => reference.consensus);
  if (consensus.length !== 1) throw new CaseFault(`${consensus.length} consensus references; expected exactly one`);
  const { geometry, images } = await storeImages(blobs, files, channels);
  const references: NewCase['references'][number][] = [];
  const drawn: Drawn[] = [];
  for (const { reader, consensus, labels } of files.references) {
    const map = await readReference(`reference of "${reader}"`, labels, geometry, [
      ...declared.map(({ value }) => value),
      ...(rules.ignoreLabel === undefined ? [] : [rules.ignoreLabel]),
    ]);
    drawn.push({ reader, consensus, map });
    references.push({ reader, consensus, blob: await store(blobs, await writeNifti(map, { gzip: true })) });
  }
  return {
    name,
    patient,
    facts,
    geometry,
    images,
    references,
    referenceStudy: studyReferences(drawn, rules),
  };
}

/** Stores the images of a case in the order of the channels; the grid of the first is that of all. */
export async function storeImages(
  blobs: ImportPorts['blobs'],
  files: CaseFiles,
  channels: readonly BenchmarkChannel[],
): Promise<Pick<NewCase, 'geometry' | 'images'>> {
  const given = 'images' in files ? files.images : [{ channel: channels[0].name, bytes: files.image }];
  const [got, expected] = [given.map(({ channel }) => channel), channels.map(({ name }) => name)];
  if ([...got].sort().join('\n') !== [...expected].sort().join('\n')) {
    throw new CaseFault(`images of ${got.join(', ') || 'no channel'}; expected one each of ${expected.join(', ')}`);
  }
  let geometry: Geometry | null = null;
  const images: NewCase['images'][number][] = [];
  for (const channel of expected) {
    const { bytes } = given.find((one) => one.channel === channel)!; // the names were compared
    const image = await readNifti(bytes);
    // recorded is what the stored files say, to the last bit: whoever has the masks can recompute every figure
    geometry ??= storedGeometry(image.geometry);
    if (!sameGrid(image.geometry, geometry)) {
      throw new CaseFault(
        `the image of ${channel} has the grid ${describeGrid(image.geometry)}; that of ${expected[0]} has ${describeGrid(geometry)}`,
      );
    }
    const stored = await store(blobs, await writeNifti({ ...image, geometry }, { gzip: true }));
    images.push({ channel, ...stored });
  }
  return { geometry: geometry!, images }; // a benchmark has at least one channel
}

export async function readReference(
  what: string,
  bytes: Uint8Array,
  geometry: Geometry,
  allowed: readonly number[],
): Promise<LabelMap> {
  const labels = await readLabelMap(bytes);
  if (!sameGrid(labels.geometry, geometry)) {
    throw new CaseFault(
      `${what} has the grid ${describeGrid(labels.geometry)}; the image has ${describeGrid(geometry)}`,
    );
  }
  const strangers = labelExtents(labels).flatMap(({ label }) =>
    label === 0 || allowed.includes(label) ? [] : [label],
  );
  if (strangers.length > 0) {
    throw new CaseFault(
      `${what} holds labels ${strangers.slice(0, 10).join(', ')}; declared are ${allowed.join(', ')}`,
    );
  }
  // the very geometry of the image: two headers that agree within the tolerance become one grid
  return { ...labels, geometry };
}

interface Drawn {
  readonly reader: string;
  readonly consensus: boolean;
  readonly map: LabelMap;
}

/**
 * Of two readers, voxels that either marked with the ignore label count in neither, whoever of them comes first.
 *
 * @param drawn on one grid
 * @returns null where the rules are at fault, which is reported with the other faults
 */
export function studyReferences(
  drawn: readonly Drawn[],
  {
    regions,
    metrics,
    ignoreLabel,
  }: Pick<PhaseRules, 'regions' | 'ignoreLabel'> & { readonly metrics: readonly { readonly id: string }[] },
): ReferenceStudy | null {
  const consensus = drawn.find((reference) => reference.consensus);
  const ids = metrics.map(({ id }) => id);
  if (consensus === undefined || !ids.every(isMetricId) || regions.some(({ labels }) => labels.length === 0))
    return null;
  const [sx, sy, sz] = intendedSpacing(consensus.map.geometry.spacingMm); // as the metrics see it
  const voxels = new Map(labelExtents(consensus.map).map(({ label, voxels: count }) => [label, count]));
  const volumesMl = regions.map(({ name, labels }) => {
    const count = labels.reduce((sum, label) => sum + (voxels.get(label) ?? 0), 0);
    return [name, (count * sx * sy * sz) / 1000] as const;
  });
  const readers = drawn.filter((reference) => !reference.consensus);
  const agreement = readers.flatMap((first, i) =>
    readers.slice(i + 1).map((second) => ({
      readers: [first.reader, second.reader] as const,
      scores: scoreCase({
        reference: withIgnored(first.map, second.map, ignoreLabel),
        prediction: second.map,
        regions,
        metrics: ids,
        ignoreLabel,
      }),
    })),
  );
  return { volumesMl: Object.fromEntries(volumesMl), agreement };
}

/** The map with the ignore label also where the other has it, on the same grid; the maps themselves stay as they are. */
function withIgnored(map: LabelMap, other: LabelMap, ignoreLabel: number | undefined): LabelMap {
  if (ignoreLabel === undefined || !other.data.includes(ignoreLabel)) return map;
  const data = ignoreLabel > 255 ? Uint16Array.from(map.data) : map.data.slice();
  other.data.forEach((label, voxel) => {
    if (label === ignoreLabel) data[voxel] = ignoreLabel;
  });
  return { geometry: map.geometry, data } as LabelMap;
}

export function store(blobs: ImportPorts['blobs'], bytes: Uint8Array): Promise<StoredBlob> {
  return blobs.put(
    (async function* () {
      yield bytes;
    })(),
  );
}

function ruleProblems({ labels, phases, synthetic, channels = SINGLE_CHANNEL }: ImportedBenchmark): string[] {
  const declared = new Set(labels.map(({ value }) => value));
  const plain = channels.map(({ name }) => plainName(name));
  const ofChannels =
    channels.length === 0
      ? ['no channels: a case has at least one image']
      : plain.some((name, n) => name === '' || plain.indexOf(name) !== n)
        ? [`channels ${channels.map(({ name }) => `"${name}"`).join(', ')}: each needs a name of its own`]
        : [];
  const ofPhases = phases.flatMap(({ title, label, rules, cases }) => {
    const problems: string[] = [];
    const say = (problem: string) => problems.push(`phase "${title}": ${problem}`);
    if (cases.length === 0) say('no cases');
    if (rules.regions.length === 0) say('no regions to score');
    for (const { name, labels: parts } of rules.regions) {
      const unknown = parts.filter((value) => !declared.has(value));
      if (parts.length === 0) say(`region "${name}" has no labels`);
      if (unknown.length > 0)
        say(`region "${name}" is made of labels ${unknown.join(', ')} that the benchmark does not declare`);
    }
    const { predictionGrid, ignoreLabel } = rules;
    if (ignoreLabel !== undefined && declared.has(ignoreLabel))
      say(`label ${ignoreLabel} is declared and ignored; expected one that is not among the labels`);
    if (predictionGrid !== undefined && !GRID_RULES.includes(predictionGrid))
      say(`predictionGrid is "${String(predictionGrid)}"; expected ${GRID_RULES.join(' or ')}`);
    const ids = rules.metrics.map(({ id }) => id);
    for (const id of ids) if (!isMetricId(id)) say(`metric "${id}" is not in the catalogue`);
    const ranked = rules.ranking.kind === 'consensus' ? rules.ranking.metrics : [rules.ranking.metric];
    for (const id of ranked) {
      if (!ids.includes(id)) say(`it is ranked by "${id}", which it does not measure`);
      else if (isMetricId(id) && metricDefinition(id).role === 'report')
        say(`it is ranked by "${id}", which is a figure to report and no measure of quality`);
    }
    const twice = cases.map(({ name }) => name).filter((name, index, names) => names.indexOf(name) !== index);
    if (twice.length > 0) say(`two cases are called ${[...new Set(twice)].map((name) => `"${name}"`).join(', ')}`);
    const names = cases.map(({ name }) => name);
    problems.push(...revealFaults(rules, names).map((fault) => `phase "${title}": ${fault}`));
    const beside = patientsBesideShowcase({ label, rules }, cases);
    if (!synthetic && beside !== null && beside < FEW_PATIENTS) say(showcaseLeavesFew(beside));
    return problems;
  });
  return [...ofChannels, ...ofPhases];
}
