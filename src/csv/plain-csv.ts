import { isUtf8 } from 'node:buffer';
import { RowCutter } from './row-cutter.js';
import { chained, recoded } from './source.js';

const [LF, CR, QUOTE, BACKSLASH] = [0x0a, 0x0d, 0x22, 0x5c];

/** How many bytes are inspected, whatever the size of the chunks. */
const INSPECTED_BYTES = 1 << 16;
/** The encoding of Western programs on Windows; every byte is a character in it. */
const WESTERN = 'windows-1252';

/**
 * Converts what exports write to CSV in UTF-8 with doubled quotes: text in another encoding, quotes escaped by backslashes, quotes that
 * are part of the text.
 * @param first the first chunk, `others` those after it. @param options what options say: the encoding, and whether cells may be quoted.
 */
export function plainCsv(
  first: Buffer,
  others: AsyncIterable<Buffer>,
  delimiter: string,
  options: { encoding: string | undefined; quotes: boolean | undefined },
) {
  const head = first.subarray(0, INSPECTED_BYTES);
  const isWestern = options.encoding === undefined && !isTextInUtf8(head);
  const warnings = isWestern
    ? [
        `not UTF-8: read as ${WESTERN}; --encoding ${WESTERN} says so, --encoding NAME names another (shift_jis, gbk, windows-1251 …)`,
      ]
    : [];
  const all = chained(first, others);
  const chunks = isWestern ? recoded(all, WESTERN) : all;
  const isQuoted = options.quotes ?? !isUnquoted(head, delimiter);
  if (isQuoted && !hasBackslashes(first, delimiter)) return { chunks, warnings, isAsStored: !isWestern };
  const convert = isQuoted ? withDoubledQuotes : withQuotedCells;
  return { chunks: convert(chunks, delimiter), warnings, isAsStored: false };
}

/** False if there are bytes beyond ASCII and none of them make a character in UTF-8. A few broken ones among good ones are still UTF-8. */
function isTextInUtf8(head: Buffer): boolean {
  // The last character may be cut.
  if ([0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)))) return true;
  return /[\u0080-\ufffc]/.test(head.toString());
}

/**
 * True if a quoted cell has `\"` with text after it, as MySQL writes a quote. In CSV with doubled quotes, that quote would close its cell,
 * and the row could not be read.
 */
export function hasBackslashes(head: Buffer, delimiter: string): boolean {
  if (!head.includes('\\"')) return false;
  const separator = Buffer.from(delimiter)
    .toString('latin1')
    .replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
  const quoted = new RegExp(`(?<=^|\\n|${separator})"[^"]*(?:""[^"]*)*"(?!")([\\r\\n]|${separator}|$)?`, 'g');
  for (const [cell, end] of head.toString('latin1').matchAll(quoted)) {
    if (end === undefined && cell.endsWith('\\"')) return true;
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

/**
 * True for text separated by tabs and the like in which quotes are ordinary characters: rows cannot be cut if quotes count, and all
 * have the same width if they do not. Database dumps look like this.
 */
export function isUnquoted(head: Buffer, delimiter: string): boolean {
  // With commas as separators, cells that contain a comma have to be quoted.
  if (/^[,;]$/.test(delimiter) || !head.includes(QUOTE)) return false;
  const whole = head.subarray(0, head.lastIndexOf(LF) + 1);
  return hasTrouble(whole, delimiter) && hasOneWidth(whole, delimiter);
}

function hasTrouble(bytes: Buffer, delimiter: string): boolean {
  const cutter = new RowCutter(delimiter, undefined);
  for (let at = 0; at < bytes.length; ) {
    const next = cutter.cut(bytes, at, bytes.length, true);
    if (cutter.trouble !== 'none') return true;
    at = next;
  }
  return false;
}

function hasOneWidth(bytes: Buffer, delimiter: string): boolean {
  const separator = Buffer.from(delimiter).toString('latin1');
  const lines = bytes.toString('latin1').split('\n');
  const filled = lines.filter((line) => line !== '' && line !== '\r');
  return new Set(filled.map((line) => line.split(separator).length)).size === 1;
}

/** The same table, with quotes around every cell that contains a quote. */
export async function* withQuotedCells(chunks: AsyncIterable<Buffer>, delimiter: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = bytes.lastIndexOf(LF) + 1;
    rest = bytes.subarray(end);
    if (end > 0) yield quotedLines(bytes.subarray(0, end), delimiter);
  }
  if (rest.length > 0) yield quotedLines(rest, delimiter);
}

function quotedLines(bytes: Buffer, delimiter: string): Buffer {
  const parts: Buffer[] = [];
  let done = 0;
  for (let quote = bytes.indexOf(QUOTE); quote >= 0; quote = bytes.indexOf(QUOTE, done)) {
    const from = bytes.lastIndexOf(LF, quote) + 1;
    const end = bytes.indexOf(LF, quote);
    const to = end < 0 ? bytes.length : end;
    parts.push(bytes.subarray(done, from), Buffer.from(quotedLine(bytes.subarray(from, to), delimiter)));
    done = to;
  }
  parts.push(bytes.subarray(done));
  return parts.length === 1 ? bytes : Buffer.concat(parts);
}

function quotedLine(line: Buffer, delimiter: string): string {
  const ending = line.at(-1) === CR ? '\r' : '';
  const cells = line
    .toString()
    .slice(0, ending === '' ? undefined : -1)
    .split(delimiter);
  return cells.map((cell) => (cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : cell)).join(delimiter) + ending;
}
