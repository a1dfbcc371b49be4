const [LF, CR, QUOTE, BACKSLASH] = [0x0a, 0x0d, 0x22, 0x5c];

/**
 * True if a quoted cell has `\"` with text after it, as MySQL writes a quote. In CSV with doubled quotes, that quote would close its cell,
 * and the row could not be read.
 */
export function hasBackslashes(head: Buffer, delimiter: string): boolean {
  if (!head.includes('\\"')) return false;
  const isEnd = endOfCell(delimiter);
  let isQuoted = false;
  for (let at = 0; at + 1 < head.length; at++) {
    if (head[at] !== QUOTE) continue;
    if (!isQuoted) {
      isQuoted = at === 0 || isEnd(head, at, true);
    } else if (head[at + 1] === QUOTE) {
      at++;
    } else {
      if (head[at - 1] === BACKSLASH && !isEnd(head, at + 1, false)) return true;
      isQuoted = false;
    }
  }
  return false;
}

/** The same CSV with doubled quotes: `\"` in quoted cells becomes `""`, and `\\` becomes `\`. */
export async function* withDoubledQuotes(chunks: AsyncIterable<Buffer>, delimiter: string): AsyncGenerator<Buffer> {
  const last = Buffer.from(delimiter).at(-1);
  let isQuoted = false;
  let isEscaped = false;
  /** The previous byte outside quotes. QUOTE only after a closing quote: another one right after it makes a doubled quote. */
  let before = LF;
  for await (const chunk of chunks) {
    const bytes = Buffer.allocUnsafe(chunk.length + 1);
    let to = 0;
    for (const byte of chunk) {
      if (!isQuoted) {
        isQuoted = byte === QUOTE && (before === LF || before === last || before === QUOTE);
        bytes[to++] = byte;
        before = byte === QUOTE ? 0 : byte;
        continue;
      }
      if (isEscaped) {
        isEscaped = false;
        if (byte === QUOTE) bytes[to++] = QUOTE;
        else if (byte !== BACKSLASH) bytes[to++] = BACKSLASH;
        bytes[to++] = byte;
      } else if (byte === BACKSLASH) {
        isEscaped = true;
      } else {
        bytes[to++] = byte;
        if (byte !== QUOTE) continue;
        isQuoted = false;
        before = QUOTE;
      }
    }
    yield bytes.subarray(0, to);
  }
  if (isEscaped) yield Buffer.of(BACKSLASH);
}

/** A function that tells if a cell ends at `at` (with `isBefore`: if one ended just before `at`). */
function endOfCell(delimiter: string): (bytes: Buffer, at: number, isBefore: boolean) => boolean {
  const separator = Buffer.from(delimiter);
  return (bytes, at, isBefore) => {
    const byte = bytes[isBefore ? at - 1 : at];
    if (byte === LF || (byte === CR && !isBefore)) return true;
    const from = isBefore ? at - separator.length : at;
    return from >= 0 && bytes.subarray(from, from + separator.length).equals(separator);
  };
}
