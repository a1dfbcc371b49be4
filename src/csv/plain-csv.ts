import { isUtf8 } from 'node:buffer';
import { hasBackslashes, withDoubledQuotes } from './backslashes.js';
import { chained, recoded } from './source.js';
import { isUnquoted, withQuotedCells } from './unquoted.js';

/** What is looked at, in bytes: the same of a file however large the chunks are that it comes in. */
const LOOKED_AT = 1 << 16;
/** What programs write on Windows in the west; every byte is a letter in it. */
const WESTERN = 'windows-1252';

/**
 * CSV in UTF-8 whose quotes are doubled, from what exports write: text in another encoding, quotes behind backslashes, quotes that are
 * letters. @param first the first chunk, `others` those behind it. @param wish what was said of the file: an encoding, and whether cells
 * may be quoted.
 */
export function plainCsv(
  first: Buffer,
  others: AsyncIterable<Buffer>,
  delimiter: string,
  wish: { encoding: string | undefined; quotes: boolean | undefined },
) {
  const head = first.subarray(0, LOOKED_AT);
  const isWestern = wish.encoding === undefined && !isTextInUtf8(head);
  const warnings = isWestern
    ? [
        `not UTF-8: read as ${WESTERN}; --encoding ${WESTERN} says so, --encoding NAME names another (shift_jis, gbk, windows-1251 …)`,
      ]
    : [];
  const all = chained(first, others);
  const chunks = isWestern ? recoded(all, WESTERN) : all;
  if (!(wish.quotes ?? !isUnquoted(head, delimiter))) {
    return { chunks: withQuotedCells(chunks, delimiter), warnings, isAsStored: false };
  }
  if (hasBackslashes(first, delimiter)) {
    return { chunks: withDoubledQuotes(chunks, delimiter), warnings, isAsStored: false };
  }
  return { chunks, warnings, isAsStored: !isWestern };
}

/** False for text of another encoding: letters beyond ASCII, of which none is one in UTF-8. A spoilt letter among good ones is no such text. */
function isTextInUtf8(head: Buffer): boolean {
  // A letter may be cut at the end.
  if ([0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)))) return true;
  return /[\u0080-\ufffc]/.test(head.toString());
}
