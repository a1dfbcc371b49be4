import { RowCutter } from './row-cutter.js';

const [LF, CR, QUOTE] = [0x0a, 0x0d, 0x22];

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
