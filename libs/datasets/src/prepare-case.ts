import type { ConsensusMethod, ConsensusRecipe, ReferenceReading } from '#domain';
import { gzip, writeNifti, type Acquisition, type Volume } from '#imaging';
import { sentCaseDigest } from './case-digest.js';
import { CONSENSUS_READER, deriveConsensus, type DrawnReference } from './derive-consensus.js';
import { Findings, type AcceptableCode } from './finding.js';
import type { PlannedCase, PlannedDataset } from './planned.js';
import { readCase, type CaseReading, type ReadCase } from './read-case.js';
import type { Sha256 } from './sha256.js';

/** A case in the form in which it is sent, its files in memory. */
export interface PreparedCase {
  readonly name: string;
  readonly patient: string;
  readonly split: string | null;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly readers: readonly { readonly reader: string; readonly consensus: boolean; readonly recipe: ConsensusRecipe | null; readonly reading: ReferenceReading | null }[];
  /** NIfTI, gzipped: one for each channel of the dataset, in order. */
  readonly images: readonly Uint8Array[];
  /** NIfTI, gzipped: one for each of `readers`, in order. */
  readonly references: readonly Uint8Array[];
  /** As the server works it out of what it is sent. */
  readonly digest: string;
}

/** A case that was fit to be sent when it was checked, and is not any more: a file has changed in between. */
export class DatasetChanged extends Error {
  constructor(name: string, found: string) {
    super(`case ${name} cannot be read any more: ${found}; expected what was checked a moment ago`);
    this.name = 'DatasetChanged';
  }
}

export interface CasePreparation extends Omit<CaseReading, 'findings'> {
  readonly sha256: Sha256;
  /** Names of the facts that go along; absent: all. */
  readonly facts?: readonly string[];
  /** How a consensus of several readers is derived where the case has none; absent: it is not. */
  readonly consensus?: ConsensusMethod;
  /** What was accepted when it was checked. */
  readonly accepted?: ReadonlySet<AcceptableCode>;
}

/**
 * Reads a case and writes its volumes as NIfTI: voxels and their place go along, and nothing else of the files.
 *
 * @throws DatasetChanged when it has faults now that a check did not find
 */
export async function prepareCase(reading: CasePreparation, planned: PlannedCase, patient: string, channels: PlannedDataset['channels']): Promise<PreparedCase> {
  const images = new Map<string, WrittenVolume>();
  const references: (PreparedCase['readers'][number] & { readonly file: WrittenVolume })[] = [];
  const drawn: DrawnReference[] = [];
  const write = async (volume: Volume): Promise<WrittenVolume> => {
    const plain = await writeNifti({ geometry: volume.geometry, data: volume.data });
    return { sha256: await reading.sha256(plain), packed: await gzip(plain) };
  };
  const isConsensus = ({ reader }: PlannedCase['references'][number]): boolean => planned.references.length === 1 || reader?.toLowerCase() === CONSENSUS_READER;
  const derived = planned.references.some(isConsensus) ? null : (reading.consensus ?? null);
  const findings = new Findings(reading.accepted);
  const read = await readCase({ ...reading, findings }, planned, {
    image: async (volume, channel) => void images.set(channel, await write(volume)),
    reference: async (labelMap, source, _names, how) => {
      const reader = source.reader ?? 'reference';
      if (derived !== null) drawn.push({ reader, map: labelMap });
      references.push({
        reader,
        consensus: isConsensus(source),
        recipe: null,
        reading: how,
        file: await write(labelMap),
      });
    },
  });
  const fault = findings.list.find(({ severity }) => severity === 'error');
  if (fault || read === null) throw new DatasetChanged(planned.name, fault?.found ?? 'no image');
  if (derived !== null && drawn.length > 1) {
    const { map, recipe } = deriveConsensus(drawn, derived);
    references.push({ reader: CONSENSUS_READER, consensus: true, recipe, reading: null, file: await write(map) });
  }
  const absent = channels.find((channel) => !images.has(channel));
  if (absent !== undefined) throw new DatasetChanged(planned.name, `no image of ${absent}`);
  const ordered = channels.length === 0 ? [...images.values()] : channels.map((channel) => images.get(channel)!);
  const { name, split } = planned;
  const facts = Object.fromEntries(Object.entries(factsOfCase(read, planned)).filter(([fact]) => reading.facts?.includes(fact) ?? true));
  const fields = { name, patient, split, facts };
  return {
    ...fields,
    readers: references.map(({ reader, consensus, recipe, reading: how }) => ({
      reader,
      consensus,
      recipe,
      reading: how,
    })),
    images: ordered.map(({ packed }) => packed),
    references: references.map(({ file }) => file.packed),
    digest: await sentCaseDigest({ ...fields, images: ordered, references }, reading.sha256),
  };
}

interface WrittenVolume {
  /** Of its bytes before they were packed. */
  readonly sha256: string;
  readonly packed: Uint8Array;
}

/** Names of facts that headers state, which say how an image was made and not of whom. Those of a table may be anything. */
export const ACQUISITION_FACTS: readonly string[] = [
  ...(['modality', 'manufacturer', 'model', 'softwareVersions', 'bodyPart', 'patientPosition', 'imageType', 'sliceThicknessMm', 'kernel', 'kvp', 'tubeCurrentMa', 'exposureMas'] as const),
  ...(['exposureTimeMs', 'spiralPitch', 'fieldStrengthT', 'repetitionTimeMs', 'echoTimeMs', 'inversionTimeMs', 'flipAngleDegrees', 'scanningSequence', 'sequenceVariant'] as const),
  ...(['receiveCoil', 'petUnits', 'petDecayCorrection', 'petReconstruction'] as const),
  'placement',
] satisfies (keyof Acquisition | 'placement')[];

/** All that is known of a case: what its headers state, then what its table says. */
export function factsOfCase(read: Pick<ReadCase, 'acquisition' | 'placement'> | null, { facts }: Pick<PlannedCase, 'facts'>): Record<string, string | number> {
  return { ...acquisitionFacts(read?.acquisition ?? null), ...facts, ...(read?.placement ? { placement: read.placement } : {}) };
}

/** Facts of a header that strata can be built on. Lists become text. */
export function acquisitionFacts(acquisition: Acquisition | null): Record<string, string | number> {
  const { paddingRange: _, shownInverted: __, ...facts } = acquisition ?? ({} as Acquisition);
  return Object.fromEntries(
    Object.entries(facts as Record<string, string | number | readonly string[]>).flatMap(([name, value]): [string, string | number][] => {
      if (typeof value === 'number') return [[name, value]];
      const fact = plainFact(typeof value === 'object' ? value.join(', ') : value);
      return fact === '' ? [] : [[name, fact]];
    }),
  );
}

/** One line without control characters, as facts are. */
const plainFact = (text: string): string => text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ').trim().slice(0, 500).trim();
