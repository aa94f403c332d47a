export const PATIENT_AGE = 0x00101010;
export const PREGNANCY_STATUS = 0x001021c0;
/** Free text, kept by words. */
export const ETHNIC_GROUP = 0x00102160;

const OLDEST = 90;

const oneOf =
  (...terms: string[]) =>
  (value: string): boolean =>
    terms.includes(value);

const FORMS: ReadonlyMap<number, (value: string) => boolean> = new Map([
  [0x00100040, oneOf('M', 'F', 'O')], // sex
  [0x00101020, (value: string) => Number(value) <= 3 && value.length <= 6], // size in metres
  [0x00101030, (value: string) => Number(value) <= 700 && value.length <= 7], // weight in kilograms
  [0x001021a0, oneOf('YES', 'NO', 'UNKNOWN')], // smoking status
  [0x00102203, oneOf('ALTERED', 'UNALTERED')], // sex neutered
]);

/** Whether a patient can be so: characteristics are kept, and what is none must not pass for one. */
export const isCharacteristic = (tag: number, value: string): boolean => FORMS.get(tag)?.(value) ?? true;

/** Codes 1 to 4 of PS3.3 C.7.2.3. */
export const isPregnancyStatus = (length: number, value: number | null): boolean => length === 2 && (value ?? 0) <= 4;

/** Ages above 89 become 90, as whoever is older is easily found. Something that is no age stays what it is. */
export function cappedAge(age: string): string {
  return /^\d{3}Y$/.test(age) && Number(age.slice(0, 3)) > OLDEST ? `0${OLDEST}Y` : age;
}
