/** Days since 1970-01-01 of a day of the Gregorian calendar. Without a clock and for years 1 to 9999. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** The day of a number of days since 1970-01-01. */
export function dayOf(number: number): { year: number; month: number; day: number } {
  const z = number + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}

/** Day number of YYYYMMDD, or of the YYYY.MM.DD of old files; null for anything else, and for days that do not exist. */
export function parseDate(text: string): number | null {
  const found = /^(\d{4})(\.?)(\d{2})\2(\d{2})$/.exec(text);
  if (!found) return null;
  const [year, month, day] = [Number(found[1]), Number(found[3]), Number(found[4])];
  if (year < 1 || month < 1 || month > 12 || day < 1) return null;
  const number = dayNumber(year, month, day);
  return dayOf(number).day === day ? number : null;
}

export function formatDate(number: number): string {
  const { year, month, day } = dayOf(number);
  return `${String(year).padStart(4, '0')}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`;
}

/** HHMMSS.FFFFFF, shortened from the right as PS3.5 allows; 60 seconds are a leap second. */
const TIME = /^([01]\d|2[0-3])(?:([0-5]\d)(?:([0-5]\d|60)(?:\.\d{1,6})?)?)?$/;
/** The HH:MM:SS of old files. */
const OLD_TIME = /^\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?$/;

/** A time of day as PS3.5 writes it, or null. */
export function parseTime(text: string): string | null {
  const plain = OLD_TIME.test(text) ? text.replaceAll(':', '') : text;
  return TIME.test(plain) ? plain : null;
}

const ZONE = /^[+-](?:0\d|1[0-4])[0-5]\d$/;

export const isZone = (text: string): boolean => ZONE.test(text);

/** A date, or null when it is none or leaves the years that can be written. */
export function shiftDate(text: string, days: number): string | null {
  const number = parseDate(text);
  if (number === null || number + days < dayNumber(1, 1, 1)) return null;
  return formatDate(number + days);
}

/** Date and time with zone; null when the day is not whole, as a year alone cannot be shifted by days. */
export function shiftDateTime(text: string, days: number): string | null {
  const [, date, time, zone] = /^(\d{8})([\d.]*)([+-]\d{4})?$/.exec(text) ?? [];
  if (date === undefined || (time !== '' && parseTime(time) === null) || (zone !== undefined && !isZone(zone)))
    return null;
  const shifted = shiftDate(date, days);
  return shifted === null ? null : `${shifted}${time}${zone ?? ''}`;
}

/** Completed years between two day numbers. */
export function yearsBetween(birth: number, then: number): number {
  const [a, b] = [dayOf(birth), dayOf(then)];
  return b.year - a.year - (b.month < a.month || (b.month === a.month && b.day < a.day) ? 1 : 0);
}
