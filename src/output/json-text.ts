/** A string of JSON. What some readers of lines take for an end of one is escaped as well. */
export function jsonText(value: string): string {
  return JSON.stringify(value).replace(
    /[\u0085\u2028\u2029]/g,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
