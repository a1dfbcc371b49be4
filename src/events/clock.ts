/** Midnight of a day in UTC; of another day, where there is no such one. */
export function midnight(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date;
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
