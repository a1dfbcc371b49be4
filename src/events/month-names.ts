import { HALF, hourOf, midnight, ZONE, zoneSeconds } from './clock.js';
import { wholeYear } from './day-month.js';

/* Dates that name their month: `Fri Nov 17 09:25:20 -0800 2017`, `17-Nov-2017`, `Nov 17, 2017 9:25 PM`, `17. März 2017`. */

/** The first letters of months, without accents, in English, German, French, Spanish, Italian, Portuguese and Dutch. */
const MONTHS =
  'jan|ene|gen feb|fev mar|mrz|mrt|maer apr|avr|abr may|mai|mag|mei jun|juin|giu jul|juil|lug aug|aou|ago sep|set oct|okt|ott|out nov dec|dez|dic'
    .split(' ')
    .map((names) => new RegExp(`^(?:${names})`, 'i'));
const WEEKDAY = String.raw`(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?`;
const MONTH = String.raw`(?:de\s+)?(?<month>[a-z]{3,10})\.?`;
const DAY = String.raw`(?<day>\d{1,2})(?:st|nd|rd|th|er|\.)?`;
const YEAR = String.raw`(?:de\s+)?(?<year>\d{4})`;
const CLOCK = String.raw`(?<hour>\d{1,2})[:.](?<minute>\d{2})(?:[:.](?<second>\d{2}(?:\.\d+)?))?(?:\s?(?<half>${HALF}))?`;
const IN_ZONE = String.raw`(?:\s*(?<zone>${ZONE})(?:\s*\(.*\))?)?`;

const FORMS = [
  `${MONTH}\\s+${DAY}\\s+${CLOCK}${IN_ZONE}\\s+${YEAR}`,
  // Also as Apache's logs and SAS write it: `17/Nov/2017:09:25:20 -0800`, `17NOV2017:09:25:20`.
  `${DAY}[\\s/-]*${MONTH}[\\s,/-]*${YEAR}(?:[,\\sT:]+(?:(?:a|at|um)\\s+)?${CLOCK}${IN_ZONE})?`,
  // eBay's format.
  `${MONTH}-${DAY}-(?<year>\\d{4}|\\d{2})(?:\\s+${CLOCK}${IN_ZONE})?`,
  // Oracle's format.
  `${DAY}-${MONTH}-(?<year>\\d{2})(?:\\s+${CLOCK}${IN_ZONE})?`,
  `${MONTH}\\s+${DAY},?\\s+${YEAR}(?:,?\\s+(?:at\\s+)?${CLOCK}${IN_ZONE})?`,
].map((form) => new RegExp(`^${WEEKDAY}${form}$`, 'i'));

/** Seconds since 1970, in UTC unless a time zone is named; NaN if the text is no such date. @param text has to be short. */
export function monthNameSeconds(text: string): number {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '');
  const parts = FORMS.map((form) => form.exec(plain)?.groups).find((groups) => groups !== undefined);
  if (!parts) return Number.NaN;
  const { year, month = '', day, hour = '0', minute = '0', second = '0', half, zone = 'Z' } = parts;
  const date = midnight(wholeYear(Number(year)), MONTHS.findIndex((names) => names.test(month)) + 1, Number(day));
  const hours = hourOf(Number(hour), half);
  if (hours > 23 || Number(minute) > 59 || Number(second) > 60) return Number.NaN;
  return date + hours * 3600 + Number(minute) * 60 + Number(second) - zoneSeconds(zone);
}
