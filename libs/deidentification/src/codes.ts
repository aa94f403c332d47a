/** Coding schemes of PS3.16 annex 8 whose codes and meanings are published; whoever uses them says nothing of a person. */
const PUBLISHED = new Set([
  'ACR',
  'BI',
  'DCM',
  'FMA',
  'ICD10',
  'ICD9',
  'ICDO',
  'ISO3166_1',
  'ISO639_1',
  'ISO639_2',
  'LN',
  'MDC',
  'MA',
  'NCIT',
  'NCIt',
  'NDC',
  'NEU',
  'RADELEMENT',
  'RADLEX',
  'RADELEM',
  'RXNORM',
  'SCT',
  'SNM3',
  'SRT',
  'UBERON',
  'UCUM',
  'UMLS',
  'UNS',
]);

export const isPublishedScheme = (designator: string): boolean => PUBLISHED.has(designator);

/** The elements of a coded concept that are text. */
export const CODE = {
  value: 0x00080100,
  scheme: 0x00080102,
  version: 0x00080103,
  meaning: 0x00080104,
  longValue: 0x00080119,
  urn: 0x00080120,
} as const;

export const isCodeText = (tag: number): boolean => Object.values(CODE).some((known) => known === tag);

/** Units have signs that codes have not: mL/(100.g), {counts}/s. */
export const isCodeValue = (value: string, scheme: string): boolean =>
  scheme === 'UCUM' ? /^[A-Za-z0-9.:_+\-/{}[\]()%*'^ ]{1,64}$/.test(value) : /^[A-Za-z0-9.:_+-]{1,64}$/.test(value);
/** A scheme of a manufacturer or a hospital. */
export const isLocalScheme = (value: string): boolean => /^99[A-Za-z0-9_]{1,14}$/.test(value);
export const LOCAL_SCHEME = '99REMOVED';
