/** Deeper than any list of values, but shallow enough for a recursion. */
const MAX_DEPTH = 32;
/** The fields of an object that may hold its value, best first. */
const NAMES = ['name', 'title', 'label', 'value', 'id'];
const MISSING = new Set(['', 'null', 'NULL', 'None', 'nan', 'NaN']);
/** A UUID in braces is not a PostgreSQL array. */
const UUID = /^\{[\da-f-]{32,36}\}$/i;

/**
 * The values of a cell that holds a Python or JSON list, `['Action', "Children's"]`, `["Action", null]`, `[1, 2]`, or a PostgreSQL array,
 * `{Action,"War, Drama"}`. An object counts as its name: `[{'id': 16, 'name': 'Animation'}]`; nested lists are flattened. Takes time linear
 * in the length of the cell.
 * @returns undefined if the cell is no such list.
 */
export function listOf(cell: string): string[] | undefined {
  const text = cell.trim();
  const isArray = text.startsWith('{') && text.endsWith('}') && !UUID.test(text);
  if (!isArray && !(text.startsWith('[') && text.endsWith(']'))) return undefined;
  let at = 0;

  /** @param pattern sticky. */
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const [taken] = pattern.exec(text) ?? [];
    if (taken !== undefined) at += taken.length;
    return taken;
  };

  const quoted = (quote: string): string | undefined => {
    const from = at + 1;
    let isEscaped = false;
    for (let to = from; to < text.length; to++) {
      const letter = text[to];
      if (letter === '\\') {
        isEscaped = true;
        to++;
      } else if (letter === quote) {
        at = to + 1;
        const inside = text.slice(from, to);
        return isEscaped ? unescaped(inside) : inside;
      }
    }
    return undefined;
  };

  const scalar = (): string | undefined => {
    take(/[ubr](?=['"])/y);
    const quote = text[at] ?? '';
    return quote === '"' || quote === "'" ? quoted(quote) : take(/[^\s,:|[\]{}'"][^,:|[\]{}'"]*/y)?.trim();
  };

  /** Elements up to the closing bracket, separated by commas, or by spaces as NumPy writes them. */
  const sequence = (close: string, element: () => string[] | undefined): string[] | undefined => {
    const values: string[] = [];
    at++;
    take(/\s*/y);
    while (text[at] !== close) {
      const more = element();
      if (!more) return undefined;
      for (const value of more) values.push(value);
      if (!take(/\s*,\s*|\s+/y) && text[at] !== close) return undefined;
    }
    at++;
    return values;
  };

  const element = (): string[] | undefined => {
    const own = scalar();
    if (own === undefined) return undefined;
    return MISSING.has(own) ? [] : [own];
  };

  const object = (depth: number): string[] | undefined => {
    const named = new Map<string, string[]>();
    const pairs = sequence('}', () => {
      const name = scalar();
      if (name === undefined || !take(/\s*:\s*/y)) return undefined;
      const inside = value(depth + 1);
      if (inside) named.set(name, inside);
      return inside;
    });
    const name = NAMES.find((candidate) => named.has(candidate));
    return pairs && (name === undefined ? [] : named.get(name));
  };

  const value = (depth: number): string[] | undefined => {
    if (depth > MAX_DEPTH) return undefined;
    if (text[at] === '[') return sequence(']', () => value(depth + 1));
    return text[at] === '{' ? object(depth) : element();
  };

  // A list that cannot be read leaves `at` before the end.
  const values = isArray ? sequence('}', element) : value(0);
  return at === text.length ? values : undefined;
}

/** The separator of several ids in a cell (`P1,P2`), or the brackets of a list (`["P1", "P2"]`); '' if each cell holds one id. */
export function listSeparator(distinct: ReadonlySet<string>): string {
  const cells = [...distinct];
  if (cells.length > 0 && cells.every(listOf)) return cells[0]?.trim().startsWith('{') ? '{}' : '[]';
  const isList = (sign: string) => {
    const lists = cells.map((cell) => cell.split(sign).map((part) => part.trim()));
    const later = new Set(lists.flatMap((parts) => parts.slice(1)).filter((part) => part !== ''));
    // In lists, the first value of one cell is a later value of others. In titles like `Rug, red` it never is.
    const firsts = [...new Set(lists.map(([first = '']) => first))];
    const areCodes = [...later].every((part) => /^\S*\d\S*$/.test(part));
    const least = areCodes ? 2 : Math.max(2, firsts.length / 3);
    const isCommon = lists.filter(({ length }) => length > 1).length >= cells.length / 4;
    return isCommon && firsts.filter((part) => later.has(part)).length >= least && (areCodes || sign !== ' ');
  };
  return [',', ';', '|', ' '].find(isList) ?? '';
}

const LETTERS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(u[0-9a-f]{4}|x[0-9a-f]{2}|.)/gis, (_, code: string) =>
    code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (LETTERS[code] ?? code),
  );
}
