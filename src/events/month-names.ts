import { hourOf, midnight, zoneSeconds } from './clock.js';

/* Dates that name their month: `Fri Nov 17 09:25:20 -0800 2017`, `17-Nov-2017`, `Nov 17, 2017 9:25 PM`. */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAY = String.raw`(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?`;
const MONTH = String.raw`(?<month>[a-z]{3,9})\.?`;
const DAY = String.raw`(?<day>\d{1,2})(?:st|nd|rd|th)?`;
const YEAR = String.raw`(?<year>\d{4})`;
const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}(?:\.\d+)?))?(?:\s?(?<half>[ap]m))?`;
const ZONE = String.raw`(?<zone>z|utc|gmt|[+-]\d{2}(?::?\d{2})?)`;

const FORMS = [
  `${MONTH}\\s+${DAY}\\s+${CLOCK}(?:\\s+${ZONE})?\\s+${YEAR}`,
  `${DAY}[\\s-]+${MONTH}[\\s,-]+${YEAR}(?:[,\\sT]+${CLOCK}(?:\\s*${ZONE})?)?`,
  `${MONTH}\\s+${DAY},?\\s+${YEAR}(?:,?\\s+(?:at\\s+)?${CLOCK}(?:\\s*${ZONE})?)?`,
].map((form) => new RegExp(`^${WEEKDAY}${form}$`, 'i'));

/** Seconds since 1970, in UTC where no zone is named; NaN where the text is no such time. @param text not long. */
export function monthNameSeconds(text: string): number {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!parts) return Number.NaN;
  const { year, month = '', day, hour = '0', minute = '0', second = '0', half, zone = 'Z' } = parts;
  const date = midnight(Number(year), MONTHS.indexOf(month.slice(0, 3).toLowerCase()) + 1, Number(day));
  const hours = hourOf(Number(hour), half);
  if (hours > 23 || Number(minute) > 59 || Number(second) > 60) return Number.NaN;
  return date + hours * 3600 + Number(minute) * 60 + Number(second) - zoneSeconds(zone);
}
