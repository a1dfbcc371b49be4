const [SPACE, QUOTE, COMMA, COLON, CLOSE] = [0x20, 0x22, 0x2c, 0x3a, 0x7d];
/** Escapes, and what no string may hold as it is. */
const ODD = /[\\\p{Cc}]/u;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?/y;
/** Longer ones, and those that begin so, JavaScript may write in another way. */
const LONGEST_NUMBER = 15;
const ODD_NUMBER = /^(?:-0|0\.0)/;
const LITERALS = { true: 'true', false: 'false', null: '' };

/**
 * Makes rows of JSON objects that are written alike, without parsing them: those that have the names of the one before, in the same order,
 * and plain texts, plain numbers, true, false or null. That takes a fifth of the time.
 */
export class FlatRecords {
  readonly #columns: ReadonlyMap<string, number>;
  /** In quotes, and each one's column. */
  #names: string[] = [];
  #places: number[] = [];
  #cells: string[] = [];

  /** @param columns the column of each name. */
  constructor(columns: ReadonlyMap<string, number>) {
    this.#columns = columns;
  }

  /** From now on, objects are expected to be written as that one is, if that is plain. */
  expect(record: Readonly<Record<string, unknown>>): void {
    const names = Object.keys(record);
    const places = names.map((name) => this.#columns.get(name) ?? -1);
    const isPlain =
      names.every((name) => !/["\\]/.test(name)) &&
      !places.includes(-1) &&
      Object.values(record).every((value) => typeof value !== 'object' || value === null);
    this.#names = isPlain ? names.map((name) => `"${name}"`) : [];
    this.#places = places;
    this.#cells = new Array<string>(this.#columns.size).fill('');
  }

  /** The row of an object, its cells quoted where they have to be; undefined where it is not as was expected. */
  row(json: string): string | undefined {
    const names = this.#names;
    if (names.length === 0 || ODD.test(json)) return undefined;
    let at = 1;
    for (const [k, name] of names.entries()) {
      at = behindSpace(json, at);
      if (!json.startsWith(name, at)) return undefined;
      at = behindSpace(json, at + name.length);
      if (json.charCodeAt(at) !== COLON) return undefined;
      at = behindSpace(json, at + 1);
      const end = this.#take(json, at, this.#places[k] ?? 0);
      if (end < 0) return undefined;
      at = behindSpace(json, end);
      if (json.charCodeAt(at++) !== (k + 1 < names.length ? COMMA : CLOSE)) return undefined;
    }
    if (at !== json.length) return undefined;
    return this.#cells.join(',');
  }

  /** Takes the value that begins at `at`. @returns where it ends, or -1 if it is not a plain one. */
  #take(json: string, at: number, place: number): number {
    if (json.charCodeAt(at) === QUOTE) {
      const end = json.indexOf('"', at + 1);
      const text = json.slice(at + 1, end);
      this.#cells[place] = text.includes(',') ? `"${text}"` : text;
      return end < 0 ? -1 : end + 1;
    }
    NUMBER.lastIndex = at;
    if (NUMBER.test(json)) {
      const text = json.slice(at, NUMBER.lastIndex);
      this.#cells[place] = text;
      return text.length > LONGEST_NUMBER || ODD_NUMBER.test(text) ? -1 : at + text.length;
    }
    for (const [literal, cell] of Object.entries(LITERALS)) {
      if (!json.startsWith(literal, at)) continue;
      this.#cells[place] = cell;
      return at + literal.length;
    }
    return -1;
  }
}

function behindSpace(json: string, at: number): number {
  let next = at;
  while (json.charCodeAt(next) === SPACE) next++;
  return next;
}
