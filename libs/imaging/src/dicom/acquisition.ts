import type { DicomDataSet } from './data-set.js';
import { TAG } from './tags.js';

/**
 * How an image was made, from its headers: what strata of a benchmark are built on. Nothing here says who the patient is;
 * names, dates, identifiers and free text are never read. Facts that a header does not state are absent.
 */
export interface Acquisition {
  readonly modality: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly softwareVersions?: readonly string[];
  readonly bodyPart?: string;
  /** HFS and the like: how the patient lay. Geometry is in patient coordinates and does not depend on it. */
  readonly patientPosition?: string;
  readonly imageType?: readonly string[];
  readonly sliceThicknessMm?: number;
  readonly kernel?: string;
  readonly kvp?: number;
  readonly tubeCurrentMa?: number;
  readonly exposureMas?: number;
  readonly exposureTimeMs?: number;
  readonly spiralPitch?: number;
  readonly fieldStrengthT?: number;
  readonly repetitionTimeMs?: number;
  readonly echoTimeMs?: number;
  readonly inversionTimeMs?: number;
  readonly flipAngleDegrees?: number;
  readonly scanningSequence?: readonly string[];
  readonly sequenceVariant?: readonly string[];
  readonly receiveCoil?: string;
  readonly petUnits?: string;
  readonly petDecayCorrection?: string;
  readonly petReconstruction?: string;
  /** Values, in units of the volume, that stand for "nothing was measured here". They are kept in the voxels. */
  readonly paddingRange?: readonly [number, number];
  /** Whether small values are meant to be shown bright (MONOCHROME1). Voxels are not turned round: their values mean the same. */
  readonly shownInverted?: true;
}

/** Reads the facts from the header of one instance; those that vary over a series are the business of whoever compares them. */
export function readAcquisition(dataSet: DicomDataSet): Acquisition {
  const group = dataSet.item(TAG.sharedGroups);
  const measures = group?.item(TAG.pixelMeasures);
  const texts = (tag: number): readonly string[] | undefined => {
    const all = dataSet.texts(tag).filter((part) => part !== '');
    return all.length > 0 ? all : undefined;
  };
  const facts: Acquisition = {
    modality: dataSet.text(TAG.modality) ?? '',
    manufacturer: dataSet.text(TAG.manufacturer),
    model: dataSet.text(TAG.manufacturerModelName),
    softwareVersions: texts(TAG.softwareVersions),
    bodyPart: dataSet.text(TAG.bodyPart),
    patientPosition: dataSet.text(TAG.patientPosition),
    imageType: texts(TAG.imageType),
    sliceThicknessMm: measures?.number(TAG.sliceThickness) ?? dataSet.number(TAG.sliceThickness),
    kernel: dataSet.text(TAG.kernel),
    kvp: dataSet.number(TAG.kvp),
    tubeCurrentMa: dataSet.number(TAG.tubeCurrent),
    exposureMas: dataSet.number(TAG.exposure),
    exposureTimeMs: dataSet.number(TAG.exposureTime),
    spiralPitch: dataSet.doubles(TAG.spiralPitch)[0],
    fieldStrengthT: dataSet.number(TAG.fieldStrength),
    repetitionTimeMs: dataSet.number(TAG.repetitionTime),
    echoTimeMs: dataSet.number(TAG.echoTime),
    inversionTimeMs: dataSet.number(TAG.inversionTime),
    flipAngleDegrees: dataSet.number(TAG.flipAngle),
    scanningSequence: texts(TAG.scanningSequence),
    sequenceVariant: texts(TAG.sequenceVariant),
    receiveCoil: dataSet.text(TAG.receiveCoil),
    petUnits: dataSet.text(TAG.petUnits),
    petDecayCorrection: dataSet.text(TAG.petDecayCorrection),
    petReconstruction: dataSet.text(TAG.petReconstruction),
    shownInverted: dataSet.text(TAG.photometric) === 'MONOCHROME1' ? true : undefined,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined)) as unknown as Acquisition;
}
