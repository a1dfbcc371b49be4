/** C0, DEL, C1, marks that turn the direction of text, and separators of lines that are none to us. */
const CONTROL = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Text that is safe on a terminal and in a log: what would control either is shown as `\u001b`, as JSON escapes it. Tabs and line
 * breaks stay. Everything that goes to stderr passes through here.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

/** The same for a name inside a message, where a line break is not ours either. */
export function printableName(name: string): string {
  return name.replace(CONTROL, escaped);
}

/** A string of JSON. What some readers of lines take for an end of one is escaped as well. */
export function jsonText(value: string): string {
  return JSON.stringify(value).replace(/[\u0085\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
