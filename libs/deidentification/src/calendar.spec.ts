import {
  dayNumber,
  dayOf,
  formatDate,
  parseDate,
  parseTime,
  shiftDate,
  shiftDateTime,
  yearsBetween,
} from './calendar.js';

describe('calendar', () => {
  it('counts days as Date does, in both directions', () => {
    for (let n = -719_162; n < 40_000; n += 97) {
      const day = new Date(n * 864e5);
      const { year, month, day: ofMonth } = dayOf(n);
      expect([year, month, ofMonth]).toEqual([day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()]);
      expect(dayNumber(year, month, ofMonth)).toBe(n);
    }
  });

  it('knows days that do not exist', () => {
    expect(
      ['20230229', '20240229', '20241301', '20240100', '2024-01-01', '2024.01.02'].map(
        (text) => parseDate(text) !== null,
      ),
    ).toEqual([false, true, false, false, false, true]);
    expect(formatDate(parseDate('00010101')!)).toBe('00010101');
    expect(shiftDate('00010101', -1)).toBeNull();
  });

  it('shifts date-times with fraction and zone, whole days only', () => {
    expect(shiftDateTime('20200301120000.123+0130', -1)).toBe('20200229120000.123+0130');
    expect(shiftDateTime('20200301', -1)).toBe('20200229');
    expect(
      ['2020', '202003', '20200301246000', '20200301120000+9900', '20200301x'].map((text) => shiftDateTime(text, -1)),
    ).toEqual([null, null, null, null, null]);
  });

  it('reads times old and new', () => {
    expect(['101112.25', '10', '10:11:12', '235960', '240000', '1011xx', ''].map(parseTime)).toEqual([
      '101112.25',
      '10',
      '101112',
      '235960',
      null,
      null,
      null,
    ]);
  });

  it('completes years on birthdays', () => {
    const years = (birth: string, then: string) => yearsBetween(parseDate(birth)!, parseDate(then)!);
    expect([years('20000301', '20200229'), years('20000301', '20200301'), years('20000229', '20010228')]).toEqual([
      19, 20, 0,
    ]);
  });
});
