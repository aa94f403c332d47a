const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const MINUTE = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const SECOND = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** 22 Nov 2026, in the reader's time zone. */
export const formatDay = (instant: string): string => DAY.format(new Date(instant));

/** 22 Nov 2026, 06:42, in the reader's time zone. */
export const formatMinute = (instant: string): string => MINUTE.format(new Date(instant));

/** 22 Nov, 06:42:07, in the reader's time zone. */
export const formatSecond = (instant: string): string => SECOND.format(new Date(instant));

/** 2026-11-22 06:42:07 UTC: the same for everybody. */
export const formatUtc = (instant: string): string =>
  `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
