/** Of more ids a part tells. */
const MOST_IDS = 100_000;

/** What stands for an id in rows that are no data: sums below a table, errors of a spreadsheet. */
const NO_ID =
  /^(?:(?:grand |sub)?-?totals?|summe|gesamt(?:summe|ergebnis)?|total g[eé]n[eé]ral|#(?:n\/a|ref!|value!|name\?|div\/0!))$/i;
/** `4.5E+11`: the digits behind are lost. */
const SHORTENED = /^-?\d(?:[.,]\d+)?E\+?\d+$/;

/** What of ids is suspicious: rows that are no data, and ids that were changed on the way. @param column their header. */
export function oddIds(all: readonly string[], role: 'user' | 'item', column: string): string[] {
  const ids = all.slice(0, MOST_IDS);
  const plain = (id: string) => (id.includes('@') ? id.toLowerCase() : id).trim().replace(/^(\d+)\.0$/, '$1');
  const seen = new Map<string, string>();
  const isTwin = (id: string) => (seen.get(plain(id)) ?? id) !== id || !seen.set(plain(id), id);
  const isMangled = ids.filter((id) => SHORTENED.test(id)).length > ids.length / 2;
  const found: [id: string | undefined, what: string][] = [
    [ids.find((id) => NO_ID.test(id.trim())), 'is a sum or an error of a spreadsheet\n  leave such rows out'],
    [ids.find((id) => id === column), 'is the header, which comes again among the rows\n  leave such rows out'],
    [
      isMangled ? ids[0] : undefined,
      'was shortened by a spreadsheet, so that several became one\n  export ids as text',
    ],
    [ids.find(isTwin), 'differs from another by spaces, ".0" or the case of an e-mail alone\n  write ids in one way'],
  ];
  return found.flatMap(([id, what]) => (id === undefined ? [] : [`${role} ${JSON.stringify(id)} ${what}`]));
}
