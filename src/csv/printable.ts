/** C0, DEL, C1, characters that change the direction of text, and line separators that we do not treat as line ends. */
const CONTROL = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Text that is safe for a terminal and a log: control characters are escaped as in JSON (`\u001b`), except tabs and line breaks.
 * Everything that goes to stderr passes through here.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

/** The same for a name inside a message, where line breaks and tabs are escaped too. */
export function printableName(name: string): string {
  return name.replace(CONTROL, escaped);
}

/** A JSON string. Characters that some line readers take for a line end are escaped as well. */
export function jsonText(value: string): string {
  return JSON.stringify(value).replace(/[\u0085\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
