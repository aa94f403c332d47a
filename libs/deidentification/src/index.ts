export { AGE_BANDS, deidentifyDicom } from './deidentify.js';
export type { AgeBand, DeidentifiedFile, DeidentifyOptions, RebuiltFile, RefusedFile } from './deidentify.js';
export { deidentificationPolicy, DEFAULT_POLICY, methodCodes } from './policy.js';
export type { DeidentificationPolicy, SafePrivate } from './policy.js';
export { KeyedNames } from './keyed.js';
export type { KeyedDigest } from './keyed.js';
export type { Hold, HoldCode } from './gate.js';
export type { RefusalCode } from './refusal.js';
export type { ActionCounts } from './rewrite.js';
