import { instanceUidOf } from '#evaluation';
import type { DicomJson, DicomJsonElement } from '#imaging';
import { descriptionOf } from './instances.js';
import { modalityOf, type Series, type Study } from './studies.js';

/** Where the resources are, without a slash at the end. */
export type Root = string;

const text = (vr: string, ...values: string[]): DicomJsonElement => {
  const kept = values.filter((value) => value !== '');
  return kept.length === 0 ? { vr } : { vr, Value: kept };
};
const number = (vr: string, value: number): DicomJsonElement => ({ vr, Value: [value] });
const SEXES: Readonly<Record<string, string>> = { m: 'M', male: 'M', f: 'F', female: 'F', o: 'O', other: 'O' };

/** What a search can be made by: everything that is known of a study without looking at its series. */
export function studyRecord(root: Root, study: Study, segmented: boolean): DicomJson {
  const { uid, case: one, benchmark } = study;
  const modalities = benchmark.channels.map(({ name }) => modalityOf(study, name));
  return {
    '00080005': text('CS', 'ISO_IR 192'),
    '00080020': text('DA'),
    '00080030': text('TM'),
    '00080050': text('SH'),
    '00080056': text('CS', 'ONLINE'),
    '00080061': text('CS', ...new Set([...modalities, ...(segmented ? ['SEG'] : [])])),
    '00080090': { vr: 'PN' },
    '00081030': text('LO', descriptionOf(study).slice(0, 64)),
    '00081190': text('UR', `${root}/studies/${uid}`),
    '00100010': { vr: 'PN', Value: [{ Alphabetic: one.name }] },
    '00100020': text('LO', one.name),
    '00100030': text('DA'),
    '00100040': text('CS', SEXES[String(one.facts.sex ?? '').toLowerCase()] ?? ''),
    '0020000D': text('UI', uid),
    '00200010': text('SH', String(one.ordinal + 1)),
  };
}

/** How many there are, of those that the person may see. */
export function studyCounts(series: readonly Series[]): DicomJson {
  return {
    '00201206': number('IS', series.length),
    '00201208': number('IS', series.reduce((sum, { instanceCount }) => sum + instanceCount, 0)),
  };
}

export function seriesRecord(root: Root, { study, uid, modality, description, number: at, instanceCount }: Series): DicomJson {
  return {
    '00080060': text('CS', modality),
    '0008103E': text('LO', description.slice(0, 64)),
    '00081190': text('UR', `${root}/studies/${study.uid}/series/${uid}`),
    '0020000E': text('UI', uid),
    '00200011': number('IS', at),
    '00201209': number('IS', instanceCount),
  };
}

export function instanceRecord(root: Root, series: Series, sopClassUid: string, at: number): DicomJson {
  const { study } = series;
  const uid = instanceUidOf(series.uid, at);
  const [columns, rows] = study.case.geometry.sizeXyz;
  return {
    '00080016': text('UI', sopClassUid),
    '00080018': text('UI', uid),
    '00081190': text('UR', `${root}/studies/${study.uid}/series/${series.uid}/instances/${uid}`),
    '00200013': number('IS', at),
    '00280010': number('US', rows),
    '00280011': number('US', columns),
  };
}
