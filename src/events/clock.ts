/** Smaller numbers are hardly seconds since 1970, and no events are older: 3 March 1973. */
export const EARLIEST_SECONDS = 1e8;

/** Midnight of a day in UTC, in seconds since 1970; NaN if there is no such day. */
export function midnight(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() / 1000 : Number.NaN;
}

/** AM or PM, as a regular expression. */
export const HALF = String.raw`[AP]\.?\s?M\b\.?`;

/** Hours since midnight; above 23 if there is no such hour. @param half `AM`, `p.m.` or the like; undefined for a 24-hour clock. */
export function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return Number.POSITIVE_INFINITY;
  return (hour % 12) + (/^p/i.test(half) ? 12 : 0);
}

/** Offsets of time zones from UTC in hours: those of RFC 2822, of Europe and of Japan. */
const ZONES: Readonly<Record<string, number>> = {
  ...{ z: 0, utc: 0, gmt: 0, est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7 },
  ...{ wet: 0, bst: 1, cet: 1, cest: 2, eet: 2, eest: 3, msk: 3, jst: 9 },
};
/** A time zone, as a regular expression. */
export const ZONE = String.raw`Z|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?|[A-Z]{3,4}`;

/** The offset of a time zone from UTC in seconds: `+01:00`, `-0830`, `+01`, `GMT+0100`, `CET`; NaN for an unknown name. */
export function zoneSeconds(zone: string): number {
  const match = /([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (!match) return 3600 * (ZONES[zone.toLowerCase()] ?? Number.NaN);
  const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60;
  return match[1] === '-' ? -seconds : seconds;
}

/** A moment for people to read: the day, and the time of day unless it is midnight. */
export function momentText(seconds: number): string {
  return new Date(1000 * seconds).toISOString().replace(/T00:00:00\.000Z$|\.000(?=Z$)/, '');
}

const DATE_TIME = new RegExp(
  String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d+))?)?)?(?:\s*(${HALF}))?\s*(${ZONE})?(?:\s[A-Z]{3,4})?)?$`,
  'i',
);
/** `20231105T101500Z`. */
const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/;
/** Db2's `2023-11-05-10.15.00.000000`. */
const DB2 = /^(\d{4}-\d\d-\d\d)-(?=\d\d\.\d\d\.\d\d)/;

/**
 * Seconds since 1970 for `2011-12-09` or `2011/12/09 12:50[:00[.5]]`, optionally with `T` and a time zone (UTC by default). NaN: no such
 * time exists; undefined: the text has another format.
 */
export function secondsOf(text: string): number | undefined {
  const match = DATE_TIME.exec(text.replace(BASIC, '$1-$2-$3T$4:$5:$6').replace(DB2, '$1 '));
  if (!match) return undefined;
  const [, year, , month, day, hour = '0', minute = '0', second = '0', fraction = '0', half, zone = 'Z'] = match;
  const hours = hourOf(Number(hour), half);
  if (hours > 24 || Number(minute) > 59 || Number(second) > 60) return Number.NaN;
  const clock = hours * 3600 + Number(minute) * 60 + Number(second) + Number(`0.${fraction}`);
  if (clock > 86400) return Number.NaN;
  return midnight(Number(year), Number(month), Number(day)) + clock - zoneSeconds(zone);
}

/** The day of a time in seconds, for people to read. */
export function dayText(seconds: number): string {
  const day = new Date(seconds * 1000);
  return Number.isNaN(day.getTime()) ? 'beyond the calendar' : day.toISOString().slice(0, 10);
}
