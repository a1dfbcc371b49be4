import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type BadRows, type Reject, refusalsOf } from '../../src/csv/bad-rows.js';
import { FlatRecords, parsedRecord, withNumbersAsText } from '../../src/csv/formats/flat-records.js';
import { ObjectCutter } from '../../src/csv/formats/json-objects.js';
import { type Entry, recordRows } from '../../src/csv/formats/records.js';
import { openTable } from '../../src/csv/table.js';
import { useTemporaryFolder } from './temporary.js';

const folder = useTemporaryFolder();

async function read(content: string | Buffer, badRows: BadRows = 'stop', name = 't.jsonl', chunk?: number) {
  const path = folder.file(name, content);
  const table = await openTable({ path, delimiter: undefined }, badRows, () => {}, chunk);
  const rows: string[][] = [];
  const lines: number[] = [];
  const report = await table.eachRow(({ cells, line }) => {
    rows.push(cells);
    lines.push(line);
  });
  return { header: table.header, rows, lines, report, warnings: table.warnings };
}

function collector() {
  const rejects: Reject[] = [];
  return { rejects, badRows: (reject: Reject) => void rejects.push(reject) };
}

describe('a JSON file', () => {
  const expected = {
    header: ['user', 'item', 'n'],
    rows: [
      ['ann', 'x,"y"', '1'],
      ['bob', '', '2.50'],
    ],
  };
  const [first, second] = ['{"user":"ann","item":"x,\\"y\\"","n":1}', '{"user":"bob","item":null,"n":2.50}'];

  it.each([
    ['one object a line', `${first}\n${second}\n`, [1, 2]],
    ['one object a line, with CRLF and blank lines', `${first}\r\n\r\n${second}`, [1, 3]],
    ['objects one after another on one line', `${first}${second}`, [1, 1]],
    ['an array on one line', `[${first},${second}]`, [1, 1]],
    ['an array of lines', `[\n  ${first},\n  ${second}\n]\n`, [2, 3]],
    ['objects of several lines', `[\n${first.replaceAll(',"', ',\n"')},\n${second}\n]\n`, [2, 5]],
    ['objects after a byte order mark', `\uFEFF${first}\n${second}\n`, [1, 2]],
  ])('may be %s', async (_, text, lines) => {
    expect(await read(text)).toMatchObject({ ...expected, report: { rows: 2, rejected: 0 } });
    expect(await read(gzipSync(text), 'stop', 't.csv')).toMatchObject(expected);
    expect(await read(Buffer.from(`\uFEFF${text.replace('\uFEFF', '')}`, 'utf16le'))).toMatchObject(expected);
    const { badRows, rejects } = collector();
    const table = await openTable({ path: folder.file('l.json', text), delimiter: undefined }, badRows);
    await table.eachRow(({ firstLine }) => table.refusals.refuse(firstLine, 'here', []));
    expect(rejects.map(({ line }) => line)).toEqual(lines);
  });

  it('gives nested names joined by dots, lists as JSON, and booleans as true and false', async () => {
    const text = '{"user":{"id":7,"tags":["a","b"],"of":{}},"ok":true}\n{"user":null,"ok":false}\n';
    expect(await read(text)).toMatchObject({
      header: ['user.id', 'user.tags', 'ok'],
      rows: [
        ['7', '["a","b"]', 'true'],
        ['', '', 'false'],
      ],
    });
  });

  it('keeps numbers as they are written', async () => {
    const { rows } = await read('{"a":12345678901234567890,"b":1.10,"c":1e3,"d":"1.10","e":[5.0],"f":-0,"g":NaN}\n');
    expect(rows).toEqual([['12345678901234567890', '1.10', '1e3', '1.10', '["5.0"]', '-0', 'NaN']]);
  });

  it('makes a row of each object in the list of events, and names the line of the record in errors', async () => {
    const events = (count: number) => Array.from({ length: count }, (_, aid) => ({ aid, type: 'view' }));
    const records = [events(3), [], events(1)].map((list, session) => JSON.stringify({ session, events: list }));
    const { rejects, badRows } = collector();
    const path = folder.file('o.jsonl', `${records.join('\n')}\n{"session":3\n${records[2]}\n`);
    const table = await openTable({ path, delimiter: undefined }, badRows);
    const rows: string[][] = [];
    const report = await table.eachRow(({ cells, firstLine }) => {
      rows.push(cells);
      table.refusals.refuse(firstLine, 'here', []);
    });
    expect(table.header).toEqual(['session', 'events.aid', 'events.type']);
    expect(rows).toEqual([
      ['0', '0', 'view'],
      ['0', '1', 'view'],
      ['0', '2', 'view'],
      ['1', '', ''],
      ['2', '0', 'view'],
      ['2', '0', 'view'],
    ]);
    expect(rejects.map(({ line }) => line)).toEqual([1, 1, 1, 2, 3, 4, 5]);
    expect(report).toMatchObject({ rows: 7, rejected: 7 });
  });

  it('keeps a list of named objects as a value, and makes rows of "items" rather than of another list', async () => {
    const text =
      '{"id":1,"genres":[{"id":16,"name":"Animation"}],"taxes":[{"tax_id":3}],"items":[{"sku":"a"},{"sku":"b"}]}\n';
    expect(await read(text)).toMatchObject({
      header: ['id', 'genres', 'taxes', 'items.sku'],
      rows: [
        ['1', '[{"id":16,"name":"Animation"}]', '[{"tax_id":3}]', 'a'],
        ['1', '[{"id":16,"name":"Animation"}]', '[{"tax_id":3}]', 'b'],
      ],
    });
  });

  it('is refused if two lists could be the rows', async () => {
    const text = '{"id":1,"bought":[{"sku":"a"}],"seen":[{"sku":"a"}]}\n';
    await expect(read(text)).rejects.toThrow(/t\.jsonl:1: records have the lists "bought" and "seen".*jq -c/);
  });

  it.each([
    [
      'a bracket that is not closed',
      '{"a":1\n{"a":2}\n',
      'the object that begins on line 1 is not closed before the next one',
      1,
    ],
    ['a string that is not closed', '{"a":"1}\n{"a":2}\n', 'the line ends inside a string', 1],
    ['a bare word', '{"a":yes}\n{"a":2}\n', 'not JSON: ', 1],
    ['a trailing comma', '{"a":[1,],"b":1}\n{"a":2}\n', 'not JSON: ', 1],
    ['a value that is not an object', '{"a":2}\n17\n', 'no JSON object begins here', 2],
    ['a truncated object', '{"a":2}\n{"a":', 'the object that begins on line 2 is never closed', 2],
  ])('with %s is refused with the line, or read on after it if bad rows are skipped', async (_, text, reason, line) => {
    await expect(read(text)).rejects.toThrow(`t.jsonl:${line}: ${reason}`);
    const { rejects, badRows } = collector();
    const { rows, report } = await read(text, badRows);
    expect(rows).toEqual([['2']]);
    expect(rejects.map((reject) => reject.line)).toEqual([line]);
    expect(report).toMatchObject({ rows: 2, rejected: 1 });
  });

  it('gives a warning for a name that first appears too late to become a column', async () => {
    const many = `{"a":"${'x'.repeat(1000)}"}\n`.repeat(5000);
    const { rows, header, warnings } = await read(`${many}{"a":"y","late":1}\n`);
    expect(header).toEqual(['a']);
    expect(rows).toHaveLength(5001);
    expect(warnings).toEqual([expect.stringContaining('"late" (line 5001)')]);
  });

  it('is refused at an object of more than 64 MB, even if bad rows are skipped', async () => {
    const path = folder.file('t.jsonl', `{"a":1}\n{"a":"${'x'.repeat(65 << 20)}`);
    const table = await openTable({ path, delimiter: undefined }, () => {});
    await expect(table.eachRow(() => {})).rejects.toThrow('t.jsonl:2: an object of more than 64 MB');
  });

  it('is refused if it has no record', async () => {
    for (const text of ['[]', '{}', '[\n]\n']) await expect(read(text)).rejects.toThrow('no record that can be read');
  });

  it('gives a row for a record whose only cell is empty', async () => {
    expect((await read('{"a":"1"}\n{"a":null}\n{"a":""}\n')).rows).toEqual([['1'], [''], ['']]);
  });
});

describe('rows from JSON records', () => {
  const scalar = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'é', ' ') }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const key = fc.constantFrom('a', 'b', 'c d', 'é"');
  const { tree } = fc.letrec<{ tree: unknown; record: Record<string, unknown> }>((tie) => ({
    record: fc.dictionary(key, tie('tree'), { minKeys: 1 }),
    tree: fc.oneof({ depthSize: 'small' }, scalar, fc.array(scalar), tie('record')),
  }));
  const records = fc.array(fc.dictionary(key, tree, { minKeys: 1 }), { minLength: 1, maxLength: 6 });

  /** The slow and simple model: all leaves with their paths. */
  const leaves = (value: unknown, path: string): [string, string][] => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return Object.entries(value).flatMap(([name, inner]) => leaves(inner, path === '' ? name : `${path}.${name}`));
    const text = value === null ? '' : Array.isArray(value) ? JSON.stringify(value) : String(value);
    return [[path, text.replace(/\r\n|[\r\n]/g, ' ')]];
  };

  it('have a cell for each leaf of the record, whatever the size of the chunks', async () => {
    const property = fc.asyncProperty(records, fc.integer({ min: 64, max: 200 }), async (all, chunk) => {
      const known = all.map((record) => new Map(leaves(record, '')));
      const names = new Set(known.flatMap((leaf) => [...leaf.keys()]));
      const filled = (name: string) => known.some((leaf) => (leaf.get(name) ?? '') !== '');
      const header = [...names].filter(
        (name) => filled(name) || ![...names].some((other) => other.startsWith(`${name}.`)),
      );
      const text = all.map((record) => `${JSON.stringify(record)}\n`).join('');
      if (header.length === 0) return;
      const table = await read(text, 'stop', 't.jsonl', chunk);
      expect(table.header).toEqual(header);
      expect(table.rows).toEqual(known.map((leaf) => header.map((name) => leaf.get(name) ?? '')));
      expect(table.lines).toEqual(all.map((_, at) => at + 1));
      expect(table.warnings).toEqual([]);
    });
    await fc.assert(property);
  });
});

describe('ObjectCutter', () => {
  const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), { maxLength: 8 });
  const gap = fc.constantFrom('', '\n', ' ', '\r\n', ',', ',\n\n');
  const indent = fc.constantFrom(undefined, 2);

  it('cuts text into the objects that JSON.parse reads, with their lines, whatever the size of the chunks', () => {
    fc.assert(
      fc.property(
        objects,
        gap,
        indent,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        (records, between, spaces, isArray, size) => {
          const texts = records.map((record) => JSON.stringify(record, undefined, spaces));
          const text = isArray ? `[${texts.join(`,${between.replaceAll(',', '')}`)}]` : texts.join(between);
          const bytes = Buffer.from(text);
          const cutter = new ObjectCutter();
          const entries = [];
          for (let at = 0; at < bytes.length; at += size) entries.push(...cutter.cut(bytes.subarray(at, at + size)));
          entries.push(...cutter.finish());
          const parsed = texts.map((one) => JSON.parse(withNumbersAsText(one)));
          expect(entries.map((entry) => ('json' in entry ? parsedRecord(entry.json) : entry))).toEqual(parsed);
          // The line of each entry is the one where its bytes begin.
          let from = 0;
          entries.forEach(({ line }, at) => {
            from = text.indexOf(texts[at] ?? '', from);
            expect(line).toBe(text.slice(0, from).split('\n').length);
            from += texts[at]?.length ?? 0;
          });
        },
      ),
    );
  });

  it('gives the same entries for valid and broken text, whatever the size of the chunks', () => {
    const letters = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      '\n',
      ' ',
      '1',
      'a',
      '{"a":1}',
      '\n{"b":"c"}\n',
    );
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (parts, size) => {
        const bytes = Buffer.from(parts.join(''));
        const [whole, cut] = [new ObjectCutter(), new ObjectCutter()];
        const entries = [];
        for (let at = 0; at < bytes.length; at += size) entries.push(...cut.cut(bytes.subarray(at, at + size)));
        expect([...entries, ...cut.finish()]).toEqual([...whole.cut(bytes), ...whole.finish()]);
      }),
    );
  });
});

describe('FlatRecords', () => {
  const numbers = fc.oneof(
    fc.constantFrom(
      '0',
      '-0',
      '4.0',
      '0.05',
      '-0.5',
      '1e5',
      '01',
      '1.',
      '+1',
      '123456789.123456789',
      '12345678901234567890',
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.integer().map(String),
  );
  const texts = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.string({ unit: 'grapheme', maxLength: 5 }),
    fc.constantFrom('a,b', 'a"b', '\u0001', '\\', 'a\tb'),
  );
  const others = fc.constantFrom('true', 'false', 'null', 'nul', '[1]', '{"a": 1}', '"', '"\t"', 'NaN', '');
  const values = fc.oneof(
    numbers,
    texts.map((text) => JSON.stringify(text)),
    others,
  );
  const names = fc.constantFrom(
    ['u', 'i'],
    ['u', 'i', 'n'],
    ['i', 'u'],
    ['u', 'late'],
    ['u', 'u'],
    ['1', 'u'],
    ['a"b', 'u'],
    ['n'],
  );
  const gaps = fc.constantFrom('', ' ', '  ', '\t');
  const record = fc
    .tuple(names, fc.array(values, { minLength: 3, maxLength: 3 }), gaps, gaps)
    .map(
      ([keys, cells, one, two]) =>
        `{${one}${keys.map((key, at) => `${JSON.stringify(key)}${two}:${one}${cells[at]}${two}`).join(`,${one}`)}}`,
    );
  const plain = fc
    .tuple(texts, numbers)
    .map(([text, number]) => `{"u": ${JSON.stringify(text)}, "i": "x", "n": ${number}}`);

  /** The text of the rows, and the rejects. */
  async function rowsOf(entries: Entry[]) {
    const { rejects, badRows } = collector();
    const rows = recordRows([entries].values() as never, refusalsOf('f', badRows));
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of rows.chunks) chunks.push(chunk);
    } catch (error) {
      return { error: String(error), rejects };
    }
    return { text: Buffer.concat(chunks).toString(), rejects, warnings: rows.warnings };
  }

  it('gives the same rows as parsing, for flat objects that take the fast path and for others', async () => {
    let fast = 0;
    const property = fc.asyncProperty(fc.array(fc.oneof(record, plain), { maxLength: 12 }), async (jsons) => {
      const flat = vi.spyOn(FlatRecords.prototype, 'row');
      const quick = await rowsOf(jsons.map((json, at) => ({ line: at + 1, bytes: json.length, json })));
      fast += flat.mock.results.filter(({ value }) => value !== undefined).length;
      flat.mockRestore();
      const parsed = jsons.map((json, at): Entry => {
        const record = parsedRecord(json);
        const line = at + 1;
        return typeof record === 'string' ? { line, trouble: record } : { line, bytes: json.length, record };
      });
      expect(quick).toEqual(await rowsOf(parsed));
    });
    await fc.assert(property, { numRuns: 2000 });
    expect(fast).toBeGreaterThan(500);
  });
});

describe('withNumbersAsText', () => {
  it('turns numbers into their text and changes nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.stringify({ value, big: 1 }).replace('"big":1', '"big":9007199254740993');
        const text = JSON.parse(withNumbersAsText(json));
        expect(text.big).toBe('9007199254740993');
        expect(asTexts(text.value)).toEqual(asTexts(JSON.parse(json).value));
      }),
    );
  });
});

/** The value with every number replaced by its text. */
function asTexts(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, inner) => (typeof inner === 'number' ? String(inner) : inner));
}
