/** A whole number with separators: 1,234,567. `toLocaleString` gives the same, but takes 30 ms to load English first. */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** "1 row", "12,345 rows". */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${thousands(count)} ${count === 1 ? noun : many}`;
}

/** "812 MB". */
export function megabytes(bytes: number): string {
  return `${thousands(Math.round(bytes / 1e6))} MB`;
}

/** "6 s", "12 min 5 s", "2 h 0 min": the two largest units. */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole} s`;
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Three decimals, as times and shares are written for programs. */
export function toThousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
