import { isUtf8 } from 'node:buffer';
import { hasBackslashes, withDoubledQuotes } from './backslashes.js';
import { chained, recoded } from './source.js';
import { isUnquoted, withQuotedCells } from './unquoted.js';

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
  if (!(options.quotes ?? !isUnquoted(head, delimiter))) {
    return { chunks: withQuotedCells(chunks, delimiter), warnings, isAsStored: false };
  }
  if (hasBackslashes(first, delimiter)) {
    return { chunks: withDoubledQuotes(chunks, delimiter), warnings, isAsStored: false };
  }
  return { chunks, warnings, isAsStored: !isWestern };
}

/** False if there are bytes beyond ASCII and none of them make a character in UTF-8. A few broken ones among good ones are still UTF-8. */
function isTextInUtf8(head: Buffer): boolean {
  // The last character may be cut.
  if ([0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)))) return true;
  return /[\u0080-\ufffc]/.test(head.toString());
}
