/** A whole number as people read it: 1,234,567. `toLocaleString` says the same, but takes 30 ms to learn English first. */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
