import { createHash } from 'node:crypto';
import { ENDPOINTS } from '#contracts';
import { Findings, readCase, sentCaseDigest, type CaseReading, type PlannedCase, type PlannedDataset, type SentCase } from '#evaluation';
import { writeNifti, type Acquisition, type Volume } from '#imaging';
import type { ApiClient } from '../api-client.js';
import { CliError, EXIT } from '../exit.js';
import { patiently } from '../patience.js';

/** A case in the form in which it is sent, its files in memory. */
export interface PreparedCase {
  readonly sent: SentCase;
  readonly digest: string;
  readonly images: readonly Uint8Array[];
  readonly references: readonly Uint8Array[];
}

/**
 * Who is who, without saying it: each patient is called after the first of his cases. Whatever the dataset calls him may be
 * the number of a person, and does not leave this machine.
 */
export function pseudonyms(cases: readonly PlannedCase[]): ReadonlyMap<PlannedCase, string> {
  const first = new Map<string, string>();
  for (const { name, patient } of [...cases].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (patient !== null && !first.has(patient)) first.set(patient, name);
  }
  return new Map(cases.map((one) => [one, (one.patient === null ? undefined : first.get(one.patient)) ?? one.name]));
}

/**
 * Reads a case and writes its volumes as NIfTI: voxels and their place go along, and nothing else of the files.
 *
 * @throws CliError `dataset-changed` when it has faults now that a check did not find
 */
export async function prepareCase(reading: Omit<CaseReading, 'findings'>, planned: PlannedCase, patient: string, channels: PlannedDataset['channels']): Promise<PreparedCase> {
  const images = new Map<string, Uint8Array>();
  const references: { reader: string; consensus: boolean; bytes: Uint8Array }[] = [];
  const write = (volume: Volume) => writeNifti({ geometry: volume.geometry, data: volume.data }, { gzip: true });
  const findings = new Findings();
  const read = await readCase({ ...reading, findings }, planned, {
    image: async (volume, channel) => void images.set(channel, await write(volume)),
    reference: async (labelMap, { reader }) => {
      const only = planned.references.length === 1;
      references.push({ reader: reader ?? 'reference', consensus: only || reader?.toLowerCase() === 'consensus', bytes: await write(labelMap) });
    },
  });
  const fault = findings.list.find(({ severity }) => severity === 'error');
  if (fault || read === null) {
    throw new CliError('dataset-changed', `case ${planned.name} cannot be read any more: ${fault?.found ?? 'no image'}; expected what was checked a moment ago`, EXIT.invalidInput);
  }
  const ordered = channels.length === 0 ? [...images.values()] : channels.map((channel) => images.get(channel)!);
  const { name, split } = planned;
  const sent: SentCase = {
    name,
    patient,
    split,
    facts: { ...acquisitionFacts(read.acquisition), ...planned.facts },
    images: ordered.map(asFile),
    references: references.map(({ reader, consensus, bytes }) => ({ reader, consensus, file: asFile(bytes) })),
  };
  return { sent, digest: sentCaseDigest(sent), images: ordered, references: references.map(({ bytes }) => bytes) };
}

const asFile = (bytes: Uint8Array) => ({ sha256: createHash('sha256').update(bytes).digest('hex'), read: () => Promise.resolve(bytes) });

/** Facts of a header that strata can be built on. Lists become text. */
function acquisitionFacts(acquisition: Acquisition | null): Record<string, string | number> {
  const { paddingRange: _, shownInverted: __, ...facts } = acquisition ?? ({} as Acquisition);
  return Object.fromEntries(
    Object.entries(facts as Record<string, string | number | readonly string[]>).flatMap(([name, value]) => {
      const fact = typeof value === 'object' ? value.join(', ') : value;
      return fact === '' ? [] : [[name, typeof fact === 'string' ? fact.slice(0, 500) : fact]];
    }),
  );
}

/** Sends a case; again, as often as it takes. @throws CliError as the server says */
export async function sendCase(client: ApiClient, slug: string, { sent, images, references }: PreparedCase, onSilence: (error: CliError) => void): Promise<{ readonly existing: boolean }> {
  const { name, patient, split, facts } = sent;
  const form = (): FormData => {
    const parts = new FormData();
    parts.set('case', JSON.stringify({ name, patient, split, facts, references: sent.references.map(({ reader, consensus }) => ({ reader, consensus })) }));
    const add = (field: string, bytes: Uint8Array) => parts.append(field, new Blob([bytes as Uint8Array<ArrayBuffer>]), `${field}.nii.gz`);
    for (const bytes of images) add('image', bytes);
    for (const bytes of references) add('reference', bytes);
    return parts;
  };
  return patiently(() => client.call(ENDPOINTS.addDatasetCase, { params: { slug }, form: form() }), onSilence);
}
