/** Reads a number within bounds from an option. @throws RangeError that says what was expected. */
export function numberFrom(text: string, isValid: (value: number) => boolean, expected: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && isValid(value)) return value;
  throw new RangeError(`Expected ${expected}.`);
}

/** Reads a number from 0 to 1. */
export function share(text: string): number {
  return numberFrom(text, (value) => value >= 0 && value <= 1, 'a number from 0 to 1');
}

/** The path of an option that takes one file. */
export function onePath(text: string, before: string | undefined): string {
  if (before === undefined) return text;
  throw new RangeError(`It takes one file, and ${before} was given already.`);
}
