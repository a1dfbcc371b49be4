import { expect, test } from 'vitest';
import { shown } from '../../src/csv/cells.js';
import { printable, printableName } from '../../src/csv/printable.js';

/** Every character that a terminal, an editor or a line reader may interpret. */
const CONTROLS = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, at) => 0x7f + at),
  ...[0x61c, 0x200e, 0x200f, 0x2028, 0x2029],
  ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069],
].map((code) => String.fromCharCode(code));

test('control characters are escaped as in JSON, except line breaks and tabs outside of names', () => {
  for (const character of CONTROLS) {
    const isKept = character === '\n' || character === '\t';
    expect(printable(`a${character}b`) === `a${character}b`, JSON.stringify(character)).toBe(isKept);
    expect(printableName(`a${character}b`)).toMatch(/^a\\u[0-9a-f]{4}b$/);
    expect(JSON.parse(`"${printableName(character)}"`)).toBe(character);
    expect(JSON.parse(shown(character))).toBe(character);
    expect(CONTROLS.some((each) => shown(character).includes(each))).toBe(false);
  }
});

test('all other text stays as it is', () => {
  const text = 'naïve 中文 שלום مرحبا 👩‍👩‍👧 "quoted" \\ a\u00a0b\u200db';
  expect(printable(text)).toBe(text);
});
