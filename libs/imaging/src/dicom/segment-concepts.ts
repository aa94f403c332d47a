import type { CodedConcept } from './segmentation.js';

/** What a structure is in the words of SNOMED CT, as a DICOM segment states it. */
export interface SegmentConcept {
  readonly category: CodedConcept;
  readonly type: CodedConcept;
  /** Left or right: of the organ, or of the organ that a lesion lies in. */
  readonly modifier?: CodedConcept;
  /** The organ that a lesion lies in. */
  readonly region?: CodedConcept;
  /** The table does not know the name: category and type say no more than that it is tissue. */
  readonly uncoded?: true;
}

const snomed = (code: string, meaning: string): CodedConcept => ({ scheme: 'SCT', code, meaning });

const ANATOMY = snomed('123037004', 'Anatomical Structure');
const ALTERED = snomed('49755003', 'Morphologically Altered Structure');
const TISSUE = snomed('85756007', 'Tissue');
const LEFT = snomed('7771000', 'Left');
const RIGHT = snomed('24028007', 'Right');

/** Organs by the words that label lists use for them; the first is the meaning that is written. */
const ORGANS: readonly (readonly [code: string, ...names: readonly string[]])[] = [
  ['10200004', 'Liver'],
  ['78961009', 'Spleen'],
  ['64033007', 'Kidney', 'kidneys'],
  ['15776009', 'Pancreas'],
  ['80891009', 'Heart'],
  ['15825003', 'Aorta'],
  ['12738006', 'Brain'],
  ['41216001', 'Prostate'],
  ['89837001', 'Urinary bladder', 'bladder'],
  ['69695003', 'Stomach'],
  ['39607008', 'Lung', 'lungs'],
  ['28231008', 'Gallbladder', 'gall bladder'],
  ['23451007', 'Adrenal gland', 'adrenal', 'adrenals', 'adrenal glands'],
  ['32849002', 'Esophagus', 'oesophagus'],
  ['38848004', 'Duodenum'],
  ['71854001', 'Colon'],
  ['30315005', 'Small intestine', 'small bowel'],
  ['34402009', 'Rectum'],
  ['64131007', 'Inferior vena cava', 'postcava', 'ivc'],
  ['48345005', 'Superior vena cava', 'svc'],
  ['32764006', 'Portal vein'],
  ['44567001', 'Trachea'],
  ['69748006', 'Thyroid gland', 'thyroid'],
  ['2748008', 'Spinal cord'],
  ['71341001', 'Femur', 'femurs'],
];

/** What is no organ but altered tissue. */
const LESIONS: readonly (readonly [code: string, ...names: readonly string[]])[] = [
  ['52988006', 'Lesion', 'lesions', 'metastasis', 'metastases'],
  ['108369006', 'Neoplasm', 'tumor', 'tumour', 'tumors', 'tumours', 'cancer'],
  ['27925004', 'Nodule', 'nodules'],
  ['367643001', 'Cyst', 'cysts'],
  ['50960005', 'Hemorrhage', 'haemorrhage', 'bleeding'],
  ['79654002', 'Edema', 'oedema'],
];

const organOf = lookUp(ORGANS);
const lesionOf = lookUp(LESIONS);

/**
 * The codes for a structure by its name: "Liver", "left kidney", "Kidney_R", "liver lesion". Names that the table does not
 * know are "Tissue", marked `uncoded`; the segment's label still says the name. Nothing is guessed from parts of words.
 */
export function conceptOfName(name: string): SegmentConcept {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const side = words.some((word) => word === 'left' || word === 'l')
    ? LEFT
    : words.some((word) => word === 'right' || word === 'r')
      ? RIGHT
      : undefined;
  const rest = words.filter((word) => !['left', 'l', 'right', 'r'].includes(word));
  const modifier = side && { modifier: side };
  const whole = organOf(rest.join(' '));
  if (whole) return { category: ANATOMY, type: whole, ...modifier };
  const lesion = lesionOf(rest.at(-1) ?? '');
  const place = organOf(rest.slice(0, -1).join(' '));
  if (lesion && (place || rest.length === 1)) {
    return { category: ALTERED, type: lesion, ...modifier, ...(place && { region: place }) };
  }
  return { category: TISSUE, type: TISSUE, ...modifier, uncoded: true };
}

function lookUp(table: typeof ORGANS): (name: string) => CodedConcept | undefined {
  const found = new Map(
    table.flatMap(([code, meaning, ...others]) =>
      [meaning, ...others].map((name) => [name.toLowerCase(), snomed(code, meaning)] as const),
    ),
  );
  return (name) => found.get(name);
}
