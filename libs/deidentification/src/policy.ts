import { z } from 'zod';

const word = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}+_.-]{0,31}$/u, 'expected one word of letters and digits, at most 32 characters');

/** A private attribute that somebody has found to be harmless, by the name of its creator. */
const safePrivate = z.strictObject({
  creator: z.string().min(1).max(64).describe('Text of the private creator element, as it stands in the files.'),
  group: z
    .string()
    .regex(/^[0-9a-f]{3}[13579bdf]$/, 'expected four hexadecimal digits of an odd group, for instance 0019'),
  element: z
    .string()
    .regex(/^[0-9a-f]{2}$/, 'expected the last two hexadecimal digits of the element, for instance 0c'),
  vr: z
    .enum(['CS', 'DS', 'IS', 'FD', 'FL', 'SL', 'SS', 'UL', 'US'])
    .describe('Numbers and code strings only: free text is never safe.'),
});

/**
 * What is kept beyond the Basic Application Level Confidentiality Profile of PS3.15 Annex E. Each setting is one of the
 * standard's options. All have a default, which is the policy that a benchmark needs: acquisition facts, intervals between
 * dates, sex, age band, weight and size; nothing that names a person, a machine or a place.
 */
export const deidentificationPolicy = z.strictObject({
  uids: z.enum(['replace', 'keep']).default('replace').describe('`keep`: Retain UIDs.'),
  dates: z
    .enum(['remove', 'shift', 'keep'])
    .default('shift')
    .describe('`shift`: Retain Longitudinal Temporal Information, Modified Dates; `keep`: Full Dates.'),
  shiftDays: z
    .strictObject({ least: z.int().min(1).max(36_500), most: z.int().min(1).max(36_500) })
    .refine(({ least, most }) => most - least >= 29, 'expected at least 30 different shifts')
    .default({ least: 30, most: 3650 })
    .describe(
      'How many whole days earlier the dates of a patient become; which number is taken depends on the secret.',
    ),
  descriptors: z.enum(['remove', 'clean']).default('clean').describe('`clean`: Clean Descriptors, by a list of words.'),
  words: z.array(word).max(5000).default([]).describe('Words kept in descriptions beside our own list.'),
  patientCharacteristics: z
    .enum(['remove', 'keep'])
    .default('keep')
    .describe('`keep`: Retain Patient Characteristics. Ages above 89 become 90.'),
  device: z.enum(['remove', 'keep']).default('remove').describe('`keep`: Retain Device Identity.'),
  institution: z.enum(['remove', 'keep']).default('remove').describe('`keep`: Retain Institution Identity.'),
  siteCode: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,15}$/, 'expected letters, digits, _ and -, at most 16')
    .optional()
    .describe('Written as the institution name where that is removed.'),
  graphics: z
    .enum(['remove', 'clean'])
    .default('remove')
    .describe('`clean`: Clean Graphics. Overlays that mark a region stay; annotations and curves go.'),
  structuredContent: z
    .enum(['remove', 'clean'])
    .default('remove')
    .describe('`clean`: Clean Structured Content. Coded and numeric items of the acquisition context stay.'),
  safePrivate: z.array(safePrivate).max(500).default([]).describe('Retain Safe Private: these and no others.'),
  head: z
    .enum(['hold', 'accept'])
    .default('hold')
    .describe('`accept`: images of the head pass without a statement that no face can be recognised.'),
  unstatedBodyPart: z
    .enum(['hold', 'accept'])
    .default('hold')
    .describe('`accept`: CT, MR and PET that say nothing about the body part pass.'),
});

export type DeidentificationPolicy = z.infer<typeof deidentificationPolicy>;
export type SafePrivate = z.infer<typeof safePrivate>;

export const DEFAULT_POLICY: DeidentificationPolicy = deidentificationPolicy.parse({});

/** A code of PS3.16 context group 7050 with its meaning. */
export type MethodCode = readonly [value: string, meaning: string];

/** What was done, as it is written into every file. */
export function methodCodes(policy: DeidentificationPolicy): MethodCode[] {
  const codes: (MethodCode | false)[] = [
    ['113100', 'Basic Application Confidentiality Profile'],
    policy.graphics === 'clean' && ['113103', 'Clean Graphics Option'],
    policy.structuredContent === 'clean' && ['113104', 'Clean Structured Content Option'],
    policy.descriptors === 'clean' && ['113105', 'Clean Descriptors Option'],
    policy.dates === 'keep' && ['113106', 'Retain Longitudinal Temporal Information Full Dates Option'],
    policy.dates === 'shift' && ['113107', 'Retain Longitudinal Temporal Information Modified Dates Option'],
    policy.patientCharacteristics === 'keep' && ['113108', 'Retain Patient Characteristics Option'],
    policy.device === 'keep' && ['113109', 'Retain Device Identity Option'],
    policy.uids === 'keep' && ['113110', 'Retain UIDs Option'],
    policy.safePrivate.length > 0 && ['113111', 'Retain Safe Private Option'],
    policy.institution === 'keep' && ['113112', 'Retain Institution Identity Option'],
  ];
  return codes.filter((code) => code !== false);
}
