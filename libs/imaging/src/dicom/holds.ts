import type { DicomDataSet } from './data-set.js';

/** Why a steward has to look before a file goes on. */
export const HOLD_CODES = [
  'deid-burned-in', // the file says that text is burned into its pixels
  'deid-pixels-unstated', // a kind of image that usually has text in its pixels, and the file does not say that it has none
  'deid-secondary-capture', // a picture of a screen or of paper
  'deid-overlay-in-pixels', // an overlay in the unused bits of the pixels
  'deid-recognisable', // a head, whose surface shows a face
  'deid-body-part-unstated', // nothing says that it is no head
] as const;
export type HoldCode = (typeof HOLD_CODES)[number];

export interface Hold {
  readonly code: HoldCode;
  /** A sentence without any value of the file. */
  readonly because: string;
}

const BECAUSE: Readonly<Record<HoldCode, string>> = {
  'deid-burned-in': 'the file says that annotation is burned into its pixels (0028,0301); pixels are not cleaned',
  'deid-pixels-unstated':
    'images of this kind often have text in their pixels, and (0028,0301) does not say NO; somebody has to look',
  'deid-secondary-capture': 'the image is a picture of a screen, a film or a page; somebody has to look for text in it',
  'deid-overlay-in-pixels': 'an overlay lies in the unused bits of the pixels, which are not changed',
  'deid-recognisable':
    'the image shows a head, and (0028,0302) does not say that no face can be recognised; deface it, or accept it by policy',
  'deid-body-part-unstated':
    'neither body part nor descriptions say what the image shows, so it may be a head; state it, or accept it by policy',
};

const STORAGE = '1.2.840.10008.5.1.4.1.1.';
/** Tomography: what is benchmarked. CT, MR and PET with their enhanced and converted forms. */
const TOMOGRAPHY = new Set(
  ['2', '2.1', '2.2', '4', '4.1', '4.2', '4.3', '4.4', '128', '128.1', '130', '20'].map((end) => STORAGE + end),
);
/** Segmentations, structure sets and doses: no picture of a person. */
const DERIVED = new Set(['66.4', '66.7', '481.2', '481.3'].map((end) => STORAGE + end));
/** Radiography, ultrasound, angiography: text in the pixels is usual. */
const PICTURES = new Set(
  [
    '1',
    '1.1',
    '1.1.1',
    '1.2',
    '1.2.1',
    '1.3',
    '1.3.1',
    '3.1',
    '6.1',
    '6.2',
    '12.1',
    '12.1.1',
    '12.2',
    '12.2.1',
    '13.1.1',
    '13.1.2',
    '13.1.3',
    '481.1',
  ].map((end) => STORAGE + end),
);
const SECONDARY_CAPTURE = new Set(['7', '7.1', '7.2', '7.3', '7.4'].map((end) => STORAGE + end));
const NUCLEAR_MEDICINE = `${STORAGE}20`;

const SCREEN = /SCREEN ?SAVE|SCREEN ?SHOT|SECONDARY CAPTURE|DOSE|PROTOCOL|REPORT|PATIENT/;
const HEAD =
  /head|brain|skull|crani|face|facial|neck|jaw|maxil|mandib|orbit|eye|\bear|sinus|nose|nasal|pituit|sella|temporal|tmj|dental|teeth|tooth|whole ?body|ganzk|kopf|sch(ä|ae)del|hirn|cereb|encephal|t(ê|e)te\b|cr(â|a)ne|cabeza|testa\b|\biac\b|\bhnc?\b/i;
const BODY =
  /abdom|chest|thora|lung|liver|hepat|spleen|kidney|renal|pancrea|pelvi|prostat|colon|cardi|heart|aort|breast|hip\b|knee|ankle|foot|hand|wrist|shoulder|elbow|lumbar|extrem|\bleg|\barm|body|uter|ovar|bladder|\btap\b|\bcap\b/i;

const TEXTS = [0x00081030, 0x0008103e, 0x00181030, 0x00321060];
const BODY_PART = 0x00180015;
const REGION = 0x00082218;
const MEANING = 0x00080104;

/** What is said about the body part, anywhere. */
function anatomy(dataSet: DicomDataSet): { readonly parts: string[]; readonly descriptions: string[] } {
  const regions = [...dataSet.items(REGION)];
  const shared = dataSet.item(0x52009229)?.item(0x00209071);
  if (shared) regions.push(...shared.items(REGION));
  const parts = [...dataSet.texts(BODY_PART), ...regions.flatMap((region) => region.texts(MEANING))].filter(Boolean);
  return { parts, descriptions: TEXTS.flatMap((tag) => dataSet.texts(tag)).filter(Boolean) };
}

function overlayInPixels(dataSet: DicomDataSet): boolean {
  for (let group = 0x6000; group <= 0x601e; group += 2) {
    const at = group * 0x10000;
    if (dataSet.has(at + 0x10) && !dataSet.has(at + 0x3000)) return true;
  }
  return false;
}

/** What need not be held: somebody has said that heads, or images of an unknown part of the body, may go on. */
export interface HoldPolicy {
  readonly head: 'hold' | 'accept';
  readonly unstatedBodyPart: 'hold' | 'accept';
}

/**
 * What a steward has to look at before a file goes on, or its voxels do.
 *
 * @returns null for a class that is no image, segmentation, structure set or dose that we know
 */
export function dicomHolds(dataSet: DicomDataSet, sopClassUid: string, policy: HoldPolicy): readonly Hold[] | null {
  const tomography = TOMOGRAPHY.has(sopClassUid);
  const pictures = PICTURES.has(sopClassUid);
  const capture = SECONDARY_CAPTURE.has(sopClassUid);
  if (!tomography && !pictures && !capture && !DERIVED.has(sopClassUid)) return null;
  if (DERIVED.has(sopClassUid)) return [];
  const codes: HoldCode[] = [];
  const burnedIn = dataSet.text(0x00280301);
  const imageType = dataSet.texts(0x00080008).join('\\').toUpperCase();
  const colour = tomography && (dataSet.uint16(0x00280002) ?? 1) > 1;
  if (burnedIn !== undefined && burnedIn !== 'NO') codes.push('deid-burned-in');
  if (capture || dataSet.has(0x00080064) || SCREEN.test(imageType) || colour) codes.push('deid-secondary-capture');
  if (pictures && burnedIn !== 'NO') codes.push('deid-pixels-unstated');
  if (overlayInPixels(dataSet)) codes.push('deid-overlay-in-pixels');
  if (tomography && sopClassUid !== NUCLEAR_MEDICINE) {
    const visible = dataSet.text(0x00280302);
    const { parts, descriptions } = anatomy(dataSet);
    const head = [...parts, ...descriptions].some((text) => HEAD.test(text.replaceAll('_', ' ')));
    const stated = parts.length > 0 || descriptions.some((text) => BODY.test(text));
    if (visible === 'YES' || (head && visible !== 'NO' && policy.head === 'hold')) codes.push('deid-recognisable');
    else if (!head && !stated && visible !== 'NO' && policy.unstatedBodyPart === 'hold')
      codes.push('deid-body-part-unstated');
  }
  return codes.map((code) => ({ code, because: BECAUSE[code] }));
}
