import { columnKey, VOCABULARY } from '../../understanding/vocabulary.js';

/** Of more ids only the first and the last are looked at: totals stand below a table. */
const MOST_IDS = 100_000;
const LAST_IDS = 1000;

const TOTALS =
  `total|grand total|sub-?total|sum|summe|gesamt(?:summe|ergebnis)?|total g[eé]n[eé]ral|somme|suma|totale|totaal|
  razem|ogółem|toplam|итого|всего|合計|小計|総計|总计|合计|소계|합계`.replace(/\s*\n\s*/g, '');

/** Lines of invoices that name no product. */
const NO_PRODUCT =
  /^(?:shipping|postage|delivery|discount|gift ?card|tip|rounding|deposit|versand(?:kosten)?|porto|rabatt|gutschein|livraison|frais de port|remise|envío|descuento)(?: (?:fee|cost|charge|code)s?)?$/i;

const SUBTOTAL = new RegExp(`^(.+?)[\\s:-]+(?:${TOTALS}|ergebnis|result|résultat|resultado)$`, 'iu');
/** A spreadsheet keeps this many digits of a number. */
const DIGITS_KEPT = 15;
const FEWEST_LONG = 5;
/** Most column names are shorter. */
const LONGEST_NAME = 20;
/** Longer ids are not subtotals. */
const LONGEST_SUM = 100;

/** Patterns of ids that are no data, or were changed on the way, and what they mean. */
const ODD: readonly (readonly [looks: RegExp, what: string])[] = [
  [
    new RegExp(`^(?:(?:${TOTALS})[:.]?|#[¡¿]?[\\p{Lu}/0 ]+[!?]|#n/[ad]|#nv|#{3,})$`, 'iu'),
    'is a sum or an error of a spreadsheet\n  leave such rows out',
  ],
  [
    /^(?:(?:#|\/\/|--)\s|\(?\d+ (?:rows?(?: affected| selected)?|zeilen|lignes?|filas?|righe)\.?\)?$)/i,
    'is a remark, and no row of data\n  leave such rows out',
  ],
  [
    /^-?\d(?:[.,]\d+)?E\+\d\d+$/i,
    'was shortened by a spreadsheet or the like, so that several may have become one\n  export ids as text',
  ],
  [
    /^(?:\d{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-\d\d)$/i,
    'was made a date by a spreadsheet, it seems\n  export ids as text',
  ],
  [/^="/, 'is a formula for a spreadsheet, quotes and all\n  export ids as plain text'],
  [
    /[ÂÃÄÅ][\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u203a\u20ac\u2122]/,
    'is UTF-8 that was read as windows-1252 on the way\n  mend the export, or leave out --encoding',
  ],
  [
    /^(?:error|fatal|exception|warning|notice): /i,
    'is a message of a program, and no row of data\n  leave such rows out',
  ],
  [/[\0\uFFFD]/, 'lost letters on the way: it holds NUL or U+FFFD\n  mend the export, or name its --encoding'],
];

/** Below this share, ids that differ only by case or by leading zeros may be intended, or typos. */
const MANY_TWINS = 0.05;

/** Most ids are numbers, which can only be suspicious as twins or as rounded numbers. */
const NUMBER = /^[1-9]\d*$/;

/** Warnings about suspicious ids: totals and remarks among the rows, ids that a spreadsheet changed. @param headers of the id columns. */
export function idWarnings(all: readonly string[], role: 'user' | 'item', headers: readonly string[]): string[] {
  const ids = all.length > MOST_IDS + LAST_IDS ? [...all.slice(0, MOST_IDS), ...all.slice(-LAST_IDS)] : all;
  const texts = ids.filter((id) => !NUMBER.test(id));
  const keys = new Set(headers.map(columnKey));
  const longest = Math.max(...headers.map(({ length }) => length), LONGEST_NAME) + 2;
  const isName = (key: string) =>
    keys.has(key) || (/.(?:id|no|nr|sku|code)$/.test(key) && VOCABULARY[role].sure.includes(key));
  const isHeader = (id: string) => id.length <= longest && !/^\d/.test(id) && isName(columnKey(id));
  const found: (readonly [id: string | undefined, what: string])[] = [
    ...ODD.map(([looks, what]) => [texts.find((id) => looks.test(id.trim())), what] as const),
    [
      role === 'item' ? texts.find((id) => NO_PRODUCT.test(id.trim())) : undefined,
      'is no product, it seems, and would be recommended\n  leave such rows out (--events-where), or name it in a file of --exclude-items',
    ],
    [roundedIn(ids), 'ends in 0, like every id this long: a spreadsheet keeps only 15 digits\n  export ids as text'],
    [subtotalIn(texts, ids), 'is the sum of another, it seems\n  leave such rows out'],
    [
      texts.find(isHeader),
      'is the header, which comes again among the rows\n  leave such rows out; if its columns are in another order, give what follows as a file of its own',
    ],
    [twinIn(ids), 'differs from another by spaces, ".0", zeros in front or its case alone\n  write ids in one way'],
  ];
  return found.flatMap(([id, what]) => (id === undefined ? [] : [`${role} ${JSON.stringify(id)} ${what}`]));
}

/** One of several ids of 16 digits or more that all end in 0. */
function roundedIn(ids: readonly string[]): string | undefined {
  const long = ids.filter((id) => id.length > DIGITS_KEPT && /^\d+$/.test(id));
  return long.length >= FEWEST_LONG && long.every((id) => id.endsWith('0')) ? long[0] : undefined;
}

/** An id like `1001 Total`, where there is `1001`: pivot tables have such rows. */
function subtotalIn(texts: readonly string[], ids: readonly string[]): string | undefined {
  const sums = texts.flatMap((id) => {
    const before = id.length > LONGEST_SUM ? undefined : SUBTOTAL.exec(id)?.[1];
    return before === undefined ? [] : [{ id, before }];
  });
  const all = new Set(sums.length > 0 ? ids : []);
  return sums.find(({ before }) => all.has(before))?.id;
}

/** An id that most likely means the same as an earlier one. */
function twinIn(ids: readonly string[]): string | undefined {
  const seen = new Map<string, string>();
  let similar = 0;
  let example: string | undefined;
  for (const id of ids) {
    const plain = plainId(id);
    const key = keyOf(plain);
    const before = seen.get(key);
    if (before === undefined) seen.set(key, plain);
    else if (before === plain) return id;
    else if (similar++ === 0) example = id;
  }
  return similar > 1 && similar >= MANY_TWINS * ids.length ? example : undefined;
}

/** A key that ids share if they most likely mean the same. */
export function likelyId(id: string): string {
  return keyOf(plainId(id));
}

function keyOf(plain: string): string {
  if (NUMBER.test(plain)) return plain;
  return /^\d+$/.test(plain) ? plain.replace(/^0+(?=\d)/, '') : plain.toLowerCase();
}

/** An id without what is most likely there by mistake, such as quotes, HTML entities, invisible characters and a final ".0". */
function plainId(id: string): string {
  if (/^[\w-]*$/.test(id)) return id;
  const text = id
    .normalize('NFKC')
    .replaceAll('&amp;', '&')
    .replaceAll('%20', ' ')
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const bare = text.replace(/^'(.*)'$|^'|^=?"(.*)"$|^\{(.*)\}$/, '$1$2$3');
  return (bare.includes('@') ? bare.toLowerCase() : bare).replace(/^(\d+)[.,]0+$/, '$1');
}
