import { DEFAULT_FRACTIONAL_THRESHOLD, pairsInWords, type OverlapRule, type ReferenceReading } from '#domain';
import {
  bringToGrid,
  describeDicom,
  describeGrid,
  imageFormat,
  labelExtents,
  readDicomSegmentation,
  readDicomSeries,
  readImage,
  readNifti,
  readNiftiChannels,
  readRtStruct,
  sameGrid,
  toLabels,
  type Acquisition,
  type DicomSegment,
  type Geometry,
  type LabelMap,
  type NiftiImage,
  type PixelCodecs,
  type SegmentationLayer,
  type Volume,
} from '#imaging';
import { DatasetFileFault, type Findings } from './finding.js';
import { folderOf, type DatasetFiles } from './dataset-files.js';
import { mergeLayers } from './merge-layers.js';
import { checkPlacement, type Placement } from './placement.js';
import type { DeclaredLabels, ImageSource, PlannedCase, ReferenceSource } from './planned.js';

/** What an organiser decides where a segmentation leaves a choice. */
export interface ReferenceRules {
  /** Which label voxels keep that several structures share; absent: that is a fault. */
  readonly overlap?: OverlapRule;
  /** Share of the maximum from which, inclusive, a fractional voxel belongs to its structure: above 0 up to 1; absent: 0.5. */
  readonly fractionalThreshold?: number;
}

export interface CaseReading {
  readonly files: DatasetFiles;
  /** Decoders of compressed DICOM; asked for when the first series is read, since they are large. */
  readonly codecs: () => Promise<PixelCodecs>;
  readonly findings: Findings;
  readonly labels: DeclaredLabels | null;
  readonly rules?: ReferenceRules;
  /** Largest volume in bytes that is read. */
  readonly maxBytes?: number;
}

/** What is made of the volumes of a case. Each is handed over once and may be forgotten then: one at a time is held. */
export interface CaseVisitor {
  /** @param acquisition what the header of this image says; null: it is no DICOM */
  image(volume: Volume, channel: string, acquisition: Acquisition | null): Promise<void> | void;
  /** On the grid of the image, whatever axes it was stored along. */
  reference(
    labelMap: LabelMap,
    source: ReferenceSource,
    names: ReadonlyMap<number, string>,
    reading: ReferenceReading | null,
  ): Promise<void> | void;
}

/** What was learnt of a case beside its voxels. */
export interface ReadCase {
  readonly geometry: Geometry;
  readonly acquisition: Acquisition | null;
  /** What is uncertain about its place in the patient; null: nothing. */
  readonly placement: Placement | null;
}

/** Spacings of real images lie between; others are mostly metres or micrometres written as millimetres. */
const PLAUSIBLE_MM = [0.01, 30] as const;

/**
 * Reads the volumes of a case one after the other, checks each, and hands it over. A fault is a finding and ends nothing but
 * what depends on it: with a faulty first image references are still read, and their own faults told.
 *
 * @returns null when no image of the case could be read
 */
export async function readCase(reading: CaseReading, planned: PlannedCase, visitor: CaseVisitor): Promise<ReadCase | null> {
  const { findings } = reading;
  let geometry: Geometry | null = null;
  let acquisition: Acquisition | null = null;
  let placement: Placement | null = null;
  for (const source of planned.images) {
    const place = { case: planned.name, file: source.kind === 'series' ? source.folder : source.path };
    try {
      const read = await readSource(reading, source);
      acquisition ??= read.acquisition;
      for (const [n, volume] of read.volumes.entries()) {
        const channel = source.kind === 'channels' ? source.channels[n] : source.channel;
        if (n === 0 && volume.header) placement ??= checkPlacement(findings, place, { header: volume.header });
        if (n === 0 && volume.geometry.spacingMm.some((s) => s < PLAUSIBLE_MM[0] || s > PLAUSIBLE_MM[1])) {
          findings.say('spacing-implausible', place, describeGrid(volume.geometry), `voxels of ${PLAUSIBLE_MM.join(' to ')} mm`);
        }
        if (geometry !== null && !sameGrid(geometry, volume.geometry)) {
          findings.say('channel-grid-differs', place, `grid of ${channel} is ${describeGrid(volume.geometry)}${apart(geometry, volume.geometry)}`, `that of the first channel, ${describeGrid(geometry)}`);
          continue;
        }
        geometry ??= volume.geometry;
        await visitor.image(volume, channel, read.acquisition);
      }
    } catch (error) {
      findings.refuse(error, place);
    }
  }
  for (const source of planned.references) {
    const place = { case: planned.name, file: source.path };
    try {
      const found = await readReference(reading, source, geometry, place);
      if (!found) continue;
      checkLabels(reading, found.labelMap, place);
      await visitor.reference(found.labelMap, source, found.names, found.reading ?? null);
    } catch (error) {
      findings.refuse(error, place);
    }
  }
  return geometry && { geometry, acquisition, placement };
}

/** Same size, another place: said in words, since the description of both grids is the same. */
function apart(a: Geometry, b: Geometry): string {
  if (describeGrid(a) !== describeGrid(b)) return '';
  const distance = Math.hypot(...a.originLps.map((x, n) => x - b.originLps[n]));
  return `, with its first voxel ${Number(distance.toPrecision(3))} mm away`;
}

type PlacedVolume = Volume & Partial<Pick<NiftiImage, 'header'>>;

async function readSource({ files, codecs, maxBytes }: CaseReading, source: ImageSource): Promise<{ volumes: PlacedVolume[]; acquisition: Acquisition | null }> {
  const limits = { maxBytes };
  if (source.kind === 'series') {
    const bytes: Uint8Array[] = [];
    for (const path of source.paths) bytes.push(await files.read(path));
    const series = await readDicomSeries(bytes, await codecs(), limits);
    return { volumes: [series], acquisition: series.acquisition };
  }
  const bytes = await files.read(source.path);
  if (imageFormat(bytes) !== 'nifti') {
    if (source.kind === 'channels') throw new DatasetFileFault('channels-differ', 'a file that is no NIfTI', `a NIfTI file with ${source.channels.length} channels`);
    return { volumes: [await readImage(bytes, { ...limits, detached: beside(files, source.path) })], acquisition: null };
  }
  const volumes = await readNiftiChannels(bytes, limits);
  const expected = source.kind === 'channels' ? source.channels.length : 1;
  if (volumes.length !== expected) {
    const names = source.kind === 'channels' ? `: ${source.channels.join(', ')}` : '';
    throw new DatasetFileFault('channels-differ', `an image of ${volumes.length} channel(s)`, `${expected}${names}`);
  }
  return { volumes, acquisition: null };
}

/** Fetches the voxels of a header file; the reader has made sure that the name is plain. */
const beside = (files: DatasetFiles, path: string) => (name: string) => files.read(`${folderOf(path)}${name}`);

interface FoundReference {
  readonly labelMap: LabelMap;
  /** Names that the file itself gives its labels. */
  readonly names: ReadonlyMap<number, string>;
  /** What was decided on the way; absent: there was nothing to decide. */
  readonly reading?: ReferenceReading;
}

async function readReference(reading: CaseReading, source: ReferenceSource, geometry: Geometry | null, place: { case: string; file: string }): Promise<FoundReference | null> {
  const { files, findings, maxBytes } = reading;
  const bytes = await files.read(source.path);
  const format = imageFormat(bytes);
  if (format === 'dicom') return geometry && readDicomReference(reading, bytes, geometry, place);
  const volume: PlacedVolume = format === 'nifti' ? await readNifti(bytes, { maxBytes }) : await readImage(bytes, { maxBytes, detached: beside(files, source.path) });
  // of a label map without any place its grid tells, which is compared with that of the image
  if (volume.header && volume.header.placedBy !== 'pixdim') checkPlacement(findings, place, { header: volume.header });
  const labelMap = { geometry: volume.geometry, data: toLabels(volume.data) } as LabelMap;
  if (geometry === null) return null; // its voxels are labels; more cannot be said without the image
  if (!sameGrid(labelMap.geometry, geometry)) {
    const turned = bringToGrid(labelMap, geometry);
    findings.say('reference-turned', place, `stored as ${describeGrid(labelMap.geometry)}`, `${describeGrid(geometry)}, as its image; it is turned, no label changes`);
    return { labelMap: turned, names: new Map() };
  }
  return { labelMap: { ...labelMap, geometry } as LabelMap, names: new Map() };
}

/**
 * Structures of a SEG or RTSTRUCT, as one label map: by their names where labels are declared, else by the labels that they
 * were written from where all say so, else by their numbers.
 */
async function readDicomReference(
  reading: CaseReading,
  bytes: Uint8Array,
  geometry: Geometry,
  place: { case: string; file: string },
): Promise<FoundReference> {
  const { findings, labels, rules = {} } = reading;
  const { names, written, layers, fractionalThreshold } = await readStructures(reading, bytes, geometry, place);
  const declared = labels && new Map(labels.labels.map(({ name, value }) => [name, value]));
  if (declared !== null) {
    const left = [...names].filter(([, name]) => !declared.has(name));
    if (left.length > 0) {
      findings.say(
        'structure-left-out',
        place,
        `${left.length} structure(s) whose names are not declared: ${left
          .slice(0, 10)
          .map(([label]) => label)
          .join(', ')}`,
        `${[...declared.keys()]
          .slice(0, 10)
          .map((name) => `"${name}"`)
          .join(', ')}; they are left out`,
      );
    }
  }
  const labelOf = (number: number, name: string): number | undefined =>
    declared === null ? (written?.get(number) ?? number) : declared.get(name);
  const chosen = new Map(
    [...names].flatMap(([number, name]) => {
      const label = labelOf(number, name);
      return label === undefined ? [] : [[number, label] as const];
    }),
  );
  const { labelMap, overlap } = mergeLayers(layers, chosen, geometry, rules.overlap ?? 'last');
  if (overlap !== null && rules.overlap === undefined) {
    throw new DatasetFileFault(
      'reference-overlap',
      `structures share ${overlap.voxels} voxel(s), by their labels ${pairsInWords(overlap)}`,
      `structures that lie apart, since a voxel has one label; or say which it keeps (--overlap last: the higher, first: the lower)${declared === null ? ', or name those that count in a labels.json' : ''}`,
    );
  }
  if (overlap !== null) {
    findings.say(
      'reference-overlap-settled',
      place,
      `structures share ${overlap.voxels} voxel(s), by their labels ${pairsInWords(overlap)}`,
      `one label a voxel; the ${overlap.rule === 'last' ? 'higher' : 'lower'} is kept, as was asked for`,
    );
  }
  const decided: ReferenceReading = {
    ...(fractionalThreshold === undefined ? {} : { fractionalThreshold }),
    ...(overlap === null ? {} : { overlap }),
  };
  return {
    labelMap,
    names:
      declared === null
        ? new Map([...chosen].map(([number, label]) => [label, names.get(number)!]))
        : new Map([...declared].map(([name, value]) => [value, name])),
    ...(Object.keys(decided).length === 0 ? {} : { reading: decided }),
  };
}

/** What a SEG or RTSTRUCT holds, by the numbers of its structures. */
interface FoundStructures {
  /** Without a background. */
  readonly names: ReadonlyMap<number, string>;
  /** Labels that the structures were written from, where all of them say so. */
  readonly written: ReadonlyMap<number, number> | null;
  readonly layers: readonly SegmentationLayer[];
  /** Where it is a fractional segmentation: the share that it was cut at. */
  readonly fractionalThreshold?: number;
}

async function readStructures(
  { findings, labels, codecs, rules = {}, maxBytes }: CaseReading,
  bytes: Uint8Array,
  geometry: Geometry,
  place: { case: string; file: string },
): Promise<FoundStructures> {
  const description = await describeDicom(bytes);
  if (description?.kind === 'structures') {
    const { structures, layers } = await readRtStruct(
      bytes,
      geometry,
      labels ? { names: new Set(labels.labels.map(({ name }) => name)) } : {},
    );
    for (const { label, emptySlices } of structures) {
      if (emptySlices > 0)
        findings.say(
          'structure-gap',
          place,
          `structure ${label} has no contour on ${emptySlices} slice(s) between its first and its last`,
          'a contour on each; those slices stay empty',
        );
    }
    return { names: new Map(structures.map(({ label, name }) => [label, name])), written: null, layers };
  }
  const { fractionalThreshold = DEFAULT_FRACTIONAL_THRESHOLD } = rules;
  const { kind, segments, layers } = await readDicomSegmentation(bytes, geometry, await codecs(), {
    fractionalThreshold,
    maxBytes,
  });
  const names = new Map(segments.filter(({ number }) => number !== 0).map(({ number, label }) => [number, label]));
  const found = { names, written: labelsWritten(segments), layers };
  if (kind !== 'fractional') return found;
  findings.say(
    'reference-fractional',
    place,
    `a fractional segmentation, read from ${fractionalThreshold} of its maximum on`,
    `structures without fractions; another share can be chosen (--fractional-threshold)`,
  );
  return { ...found, fractionalThreshold };
}

/** Label of each segment by its number; null unless all say one, each another. */
function labelsWritten(segments: readonly DicomSegment[]): ReadonlyMap<number, number> | null {
  const written = new Map(segments.flatMap(({ number, written: label }) => (label === undefined ? [] : [[number, label] as const])));
  return new Set(written.values()).size === segments.length ? written : null;
}

function checkLabels(
  { findings, labels }: CaseReading,
  labelMap: LabelMap,
  place: { case: string; file: string },
): void {
  const found = labelExtents(labelMap)
    .map(({ label }) => label)
    .filter((label) => label !== 0);
  if (found.length === 0) findings.say('reference-empty', place, 'background only', 'at least one label, unless there is nothing to segment in this case');
  if (labels === null) return;
  const allowed = labels.labels.map(({ value }) => value);
  const strangers = found.filter((label) => !allowed.includes(label) && label !== labels.ignore);
  if (strangers.length > 0) {
    const more = strangers.length > 10 ? ` and ${strangers.length - 10} more` : '';
    findings.say('label-undeclared', place, `labels ${strangers.slice(0, 10).join(', ')}${more}`, `declared labels only: ${[0, ...allowed].slice(0, 40).join(', ')}`);
  }
}
