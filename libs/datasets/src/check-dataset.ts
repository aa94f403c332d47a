import type { BenchmarkChannel } from '#domain';
import { labelExtents, type PixelCodecs } from '#imaging';
import { studyImage } from './case-digest.js';
import { ChannelHeaders } from './channel-headers.js';
import { Findings, type DatasetFinding } from './finding.js';
import type { DatasetFiles } from './dataset-files.js';
import type { DeclaredLabel, PlannedCase, PlannedDataset } from './planned.js';
import { factsOfCase } from './prepare-case.js';
import { isPersonalName, patientKey } from './pseudonyms.js';
import { readCase, type ReferenceRules } from './read-case.js';
import { SeveralReaders } from './several-readers.js';
import type { Sha256 } from './sha256.js';

export interface DatasetCheckPorts {
  readonly files: DatasetFiles;
  readonly codecs: () => Promise<PixelCodecs>;
  readonly sha256: Sha256;
  readonly rules?: ReferenceRules;
  /** Largest volume in bytes that is read. */
  readonly maxBytes?: number;
}

/** What a check says of a dataset. */
export interface DatasetReport {
  readonly ok: boolean;
  readonly cases: number;
  readonly findings: readonly DatasetFinding[];
  /** Declared labels, or, where none are, those that occur. */
  readonly labels: readonly DeclaredLabel[];
  readonly channels: readonly string[];
  /** The same with modality and unit, as headers or names say; one, `image`, where none has a name. */
  readonly describedChannels: readonly BenchmarkChannel[];
  /** Cases by split; '' for those without one. */
  readonly splits: Readonly<Record<string, number>>;
  /** Names of all facts that cases would be sent with, of tables and of headers; in order. */
  readonly facts: readonly string[];
}

/**
 * Checks every case of a dataset, one after the other, and everything that can only be seen over all of them. Memory is that
 * of one image and one reference at a time, whatever the size of the dataset.
 *
 * @param findings what planning found already; added to
 * @param onCase told before each case, for progress
 */
export async function checkDataset(
  { files, codecs, sha256, rules, maxBytes }: DatasetCheckPorts,
  planned: PlannedDataset,
  findings: Findings,
  onCase: (name: string, done: number, of: number) => void = () => undefined,
): Promise<DatasetReport> {
  const digests = new Map<string, string>();
  const occurring = new Set<number>();
  const facts = new Set<string>();
  const names = new Names(findings);
  const headers = new ChannelHeaders(planned.channels);
  const several = new SeveralReaders(findings);
  for (const [n, one] of planned.cases.entries()) {
    onCase(one.name, n, planned.cases.length);
    if (isPersonalName(one.name, one.called ?? [])) {
      findings.say('case-name-personal', { case: one.name }, 'a name of a case that holds the name or the number of the patient, as the headers have them', 'names that say nothing: rename the folder, or import with --rename');
    }
    const read = await readCase({ files, codecs, findings, labels: planned.labels, rules, maxBytes }, one, {
      async image(volume, channel, acquisition) {
        headers.add(channel, acquisition);
        const study = await studyImage(volume, sha256);
        const place = { case: one.name, file: fileOf(one, channel) };
        if (!study.finite) findings.say('image-not-finite', place, 'voxels that are NaN or infinite', 'finite numbers');
        else if (study.constant) findings.say('image-constant', place, `one value in every voxel of ${channel}`, 'an image');
        else {
          const other = digests.get(study.digest);
          if (other === undefined) digests.set(study.digest, one.name);
          else findings.say('case-duplicate', place, other === one.name ? 'another channel with the same voxels' : `the same voxels as case ${other}`, 'images that differ');
        }
      },
      reference(labelMap, source, own) {
        several.add(one, labelMap);
        for (const { label } of labelExtents(labelMap)) if (label !== 0) occurring.add(label);
        if (planned.labels === null) names.add(own, { case: one.name, file: source.path });
      },
    });
    several.endCase(one);
    for (const name of Object.keys(factsOfCase(read, one))) facts.add(name);
  }
  const withReference = planned.cases.some(({ references }) => references.length > 0);
  if (planned.labels && withReference) {
    const unused = planned.labels.labels.filter(({ value }) => !occurring.has(value));
    for (const { value, name } of unused) findings.say('label-unused', {}, `label ${value}, "${name}", occurs in no reference segmentation`, 'declared labels that occur');
  }
  several.end();
  checkPatients(planned.cases, findings);
  const splits: Record<string, number> = {};
  for (const { split } of planned.cases) splits[split ?? ''] = (splits[split ?? ''] ?? 0) + 1;
  return {
    ok: findings.errors === 0,
    cases: planned.cases.length,
    findings: findings.list,
    labels: planned.labels?.labels ?? [...occurring].sort((a, b) => a - b).map((value) => ({ value, name: names.of(value) ?? `label ${value}` })),
    channels: planned.channels,
    describedChannels: headers.described(),
    splits,
    facts: [...facts].sort(),
  };
}

function fileOf({ images }: PlannedCase, channel: string): string | null {
  const source = images.find((image) => (image.kind === 'channels' ? image.channels.includes(channel) : image.channel === channel));
  return source === undefined ? null : source.kind === 'series' ? source.folder : source.path;
}

/** Names that files give their labels, where nothing else does: a name must mean one number throughout, and the reverse. */
class Names {
  readonly #byName = new Map<string, number>();
  readonly #byValue = new Map<number, string>();

  constructor(private readonly findings: Findings) {}

  of(value: number): string | undefined {
    return this.#byValue.get(value) || undefined;
  }

  add(names: ReadonlyMap<number, string>, place: { case: string; file: string }): void {
    for (const [value, name] of names) {
      const [number, word] = [this.#byName.get(name), this.#byValue.get(value)];
      if ((number !== undefined && number !== value) || (word !== undefined && word !== name)) {
        const before = number !== undefined && number !== value ? `a structure that is number ${number} in other files` : 'another structure than in other files';
        this.findings.say('label-numbers', place, `number ${value} is ${before}`, 'the same numbers in every file, or a labels.json that says which name has which');
        continue;
      }
      this.#byName.set(name, value);
      this.#byValue.set(value, name);
    }
  }
}

/** A patient must be in one split: an algorithm that was tuned on one scan knows the other. */
function checkPatients(cases: readonly PlannedCase[], findings: Findings): void {
  const sent = cases.filter(({ references }) => references.length > 0);
  const unknown = sent.filter(({ patient }) => patient === null);
  if (sent.length > 1 && unknown.length > 0) {
    const found = `${unknown.length} of ${sent.length} cases without a patient; each counts as a patient of its own`;
    findings.say('patient-unknown', {}, found, 'a table (--table) with the columns case and patient, where patients have several cases');
  }
  const first = new Map<string, PlannedCase>();
  for (const one of cases) {
    const patient = patientKey(one);
    if (patient === null) continue;
    const other = first.get(patient);
    if (other === undefined) first.set(patient, one);
    else if (other.split !== one.split) {
      findings.say('patient-in-two-splits', { case: one.name }, `of the same patient as ${other.name}, and in ${one.split ?? 'no split'} where that is in ${other.split ?? 'no split'}`, 'all cases of a patient in one split');
    }
  }
}
