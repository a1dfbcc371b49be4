/** Midnight of a day in UTC, in seconds since 1970; NaN where there is no such day. */
export function midnight(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() / 1000 : Number.NaN;
}

/** Hours since midnight; above 23 where there is no such hour. @param half `AM`, `PM` or nothing. */
export function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return Number.POSITIVE_INFINITY;
  return (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
}

/** The seconds by which a zone is ahead of UTC: `+01:00`, `-0830`, `+01`; 0 for a name. */
export function zoneSeconds(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (!match) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60;
  return match[1] === '-' ? -seconds : seconds;
}

/** A moment as people read it: the day, and the time of day unless that is midnight. */
export function momentText(seconds: number): string {
  return new Date(1000 * seconds).toISOString().replace(/T00:00:00\.000Z$|\.000(?=Z$)/, '');
}

const DATE_TIME =
  /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$/i;
/** `20231105T101500Z`. */
const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/;

/**
 * `2011-12-09`, `2011/12/09 12:50[:00[.5]]`, with `T` and a zone if need be; UTC where none is named. NaN: no such time; undefined: the
 * text is not written so.
 */
export function secondsOf(text: string): number | undefined {
  const match = DATE_TIME.exec(text.replace(BASIC, '$1-$2-$3T$4:$5:$6'));
  if (!match) return undefined;
  const [, year, , month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = match;
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return Number.NaN;
  const clock = Number(hour) * 3600 + Number(minute) * 60 + Number(second) + Number(`0.${fraction}`);
  if (clock > 86400) return Number.NaN;
  return midnight(Number(year), Number(month), Number(day)) + clock - zoneSeconds(zone);
}

/** The day of a time in seconds, as people read it. */
export function dayText(seconds: number): string {
  const day = new Date(seconds * 1000);
  return Number.isNaN(day.getTime()) ? 'beyond the calendar' : day.toISOString().slice(0, 10);
}
