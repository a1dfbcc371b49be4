import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { put } from './cli/data.js';
import {
  type Described,
  describeInputs,
  type Expected,
  type ExpectedFile,
  expectedOf,
  exportNames,
  exportsFolder,
  isOneOf,
} from './exports.js';
import { temporaryFolders } from './files/temporary.js';

/*
 * The columns of exports change: they get another order or other names, or disappear. After any such change to a real export, a run reads
 * the remaining columns as before, or warns that it guessed, or refuses.
 */

const newFolder = temporaryFolders();

/** Every run tests the same changes, unless the environment says otherwise: `EXPORTS_RUNS=5000 EXPORTS_SEED=$RANDOM`. */
const numRuns = Number(process.env.EXPORTS_RUNS ?? 100);
const seed = Number(process.env.EXPORTS_SEED ?? 20_261);

/** A file of an export that has a header, parsed into cells. */
interface TableFile {
  export: string;
  expected: Expected;
  file: string;
  delimiter: string;
  header: string[];
  rows: string[][];
  /** Its name in the messages of fast-check. */
  [fc.toStringMethod]: () => string;
}

/** A change to the columns of a file. */
interface Change {
  table: TableFile;
  /** Former positions of the remaining columns, in their new order. */
  order: readonly number[];
  /** Former positions of the columns that get a meaningless name. */
  renamed: readonly number[];
}

const tables = exportNames.flatMap(tablesOf);

const positions = ({ header }: TableFile) => header.map((_, at) => at);
const shuffled = (from: readonly number[]) =>
  fc.shuffledSubarray([...from], { minLength: from.length, maxLength: from.length });
/** Up to three columns, more often those with a role. */
const someColumns = (table: TableFile) => {
  const used = rolesIn(table).flatMap(([, columns]) => columns);
  const withRole = positions(table).filter((at) => used.includes(table.header[at] ?? ''));
  const few = (from: number[]) => fc.subarray(from, { minLength: 1, maxLength: Math.min(3, from.length) });
  return fc.oneof(few(positions(table)), ...(withRole.length > 0 ? [few(withRole)] : []));
};
const anyTable = fc.constantFrom(...tables);

const renamed: fc.Arbitrary<Change> = anyTable.chain((table) =>
  someColumns(table).map((columns) => ({ table, order: positions(table), renamed: columns })),
);
const dropped: fc.Arbitrary<Change> = anyTable.chain((table) =>
  someColumns(table).map((columns) => ({ table, order: without(positions(table), columns), renamed: [] })),
);
const allAtOnce: fc.Arbitrary<Change> = anyTable.chain((table) =>
  fc
    .tuple(someColumns(table), someColumns(table))
    .chain(([gone, named]) =>
      shuffled(without(positions(table), gone)).map((order) => ({ table, order, renamed: named })),
    ),
);

test('the exports have more than 40 tables, and each table has its expected columns', () => {
  expect(tables.length).toBeGreaterThan(40);
  // The parsing is right: every column that has a role is found.
  for (const table of tables) {
    const columns = rolesIn(table).filter(([, names]) => !names.some((name) => table.header.includes(name)));
    expect(columns, `${table.export}/${table.file}`).toEqual([]);
  }
});

test.each(tables.map((table) => [`${table.export}/${table.file}`, table] as const))(
  '%s is read in the same way with its columns in another order',
  async (_, table) => {
    const [order] = fc.sample(shuffled(positions(table)), { numRuns: 1, seed });
    const change = { table, order: order ?? positions(table), renamed: [] };
    const described = await describeChanged(change);
    expect(described.code, described.stderr).toBe(0);
    expect(violations(change, withoutWarnings(described)), reportOf(change, described)).toEqual([]);
    const { data } = described.description ?? {};
    const { data: right } = table.expected;
    expect({ ...data }, reportOf(change, described)).toSatisfy(
      (seen: Record<string, number>) =>
        isOneOf(right?.users, seen.users) &&
        isOneOf(right?.items, seen.items) &&
        isOneOf(right?.interactions, seen.interactions),
    );
  },
);

test.each([
  ['given meaningless names', renamed],
  ['left out', dropped],
  ['shuffled, renamed and left out at once', allAtOnce],
])('with some columns %s, the others are read as before, or there is a warning or an error', async (_, changes) => {
  await fc.assert(
    fc.asyncProperty(changes, async (change) => {
      const described = await describeChanged(change);
      expect(violations(change, described), reportOf(change, described)).toEqual([]);
    }),
    { numRuns, seed },
  );
});

/** The same description without its warnings, which would excuse any other reading. */
function withoutWarnings({ code, description }: Described): Described {
  return { code, stderr: '', description: description && { ...description, warnings: [] } };
}

/** The rules that a description violates. */
function violations({ table, order, renamed: others }: Change, { code, stderr, description }: Described): string[] {
  const violated: string[] = [];
  if (code !== 0) {
    if (code !== 65 && code !== 2) violated.push(`a refusal ends with 65 or 2, not ${code}`);
    if (!/(^|\n)recommend: ./.test(stderr)) violated.push('a refusal gives a reason');
    if (/\n\s+at /.test(stderr)) violated.push('a refusal has no stack trace');
    return violated;
  }
  if (!description) return ['a successful run prints a description'];
  if (description.warnings.length > 0 || stderr !== '') return violated;
  // There was no warning, so every column has to be right.
  if (description.data.interactions === 0) violated.push('reading no interactions at all needs a warning');
  const input = description.inputs.find(({ path }) => path === table.file);
  const right = table.expected.files?.[table.file];
  if (!input || !right) return [...violated, `the description names ${table.file}`];
  if (!isOneOf(right.kind, input.kind)) violated.push(`the kind of the file stays ${right.kind}, not ${input.kind}`);
  const left = new Set(without(order, others).map((at) => table.header[at] ?? ''));
  for (const [role, columns] of rolesIn(table)) {
    const now = input.columns[role];
    const still = columns.filter((column) => left.has(column));
    // A title that is used as the item has the role of the item.
    const isItem = role === 'title' && still.includes(input.columns.item ?? '');
    if (still.length > 0 && !isItem && (now === undefined || !still.includes(now)) && !isOptional(right, role)) {
      violated.push(`${still.join(' or ')} stays the ${role}, not ${now ?? 'nothing'}`);
    }
    if (still.length === 0 && isGuessed(table, role, now))
      violated.push(`${now} is taken for the ${role} without a warning`);
  }
  const isRatingThere = [right.roles.rating].flat().some((column) => column != null && left.has(column));
  if (isRatingThere && !isOneOf(right.rating, input.rating)) {
    violated.push(`the numbers stay ${right.rating}, not ${input.rating}`);
  }
  return violated;
}

/** Whether a column is the user or the item although it is none of the columns that the fixture allows for that role. */
function isGuessed({ expected, file }: TableFile, role: string, column: string | undefined): boolean {
  if (column === undefined || (role !== 'user' && role !== 'item')) return false;
  // A title may be the item if no other column is.
  const title = role === 'item' ? [expected.files?.[file]?.roles.title].flat() : [];
  return !(expected.also?.[role] ?? []).includes(column) && !title.includes(column);
}

/** Whether the role is optional in the file. */
function isOptional({ roles }: ExpectedFile, role: string): boolean {
  const right = roles[role];
  return Array.isArray(right) && right.includes(null);
}

/** The roles of a file, each with the columns that may have it. */
function rolesIn({ expected, file }: TableFile): [role: string, columns: string[]][] {
  return Object.entries(expected.files?.[file]?.roles ?? {}).map(([role, right]) => [
    role,
    [right].flat().filter((column): column is string => typeof column === 'string'),
  ]);
}

/** Describes the change and its result, for the message of a failing test. */
function reportOf({ table, order, renamed: others }: Change, { code, stderr, description }: Described): string {
  const name = (at: number) => JSON.stringify(table.header[at]);
  const gone = without(positions(table), order);
  const isShuffled = order.some((at, index) => index > 0 && at < (order[index - 1] ?? 0));
  const input = description?.inputs.find(({ path }) => path === table.file);
  return [
    `${table.export}/${table.file}`,
    ...(gone.length > 0 ? [`left out: ${gone.map(name).join(', ')}`] : []),
    ...(others.some((at) => order.includes(at))
      ? [`renamed: ${others.filter((at) => order.includes(at)).map((at) => `${name(at)} to ${meaninglessName(at)}`)}`]
      : []),
    ...(isShuffled ? [`order: ${order.map(name).join(', ')}`] : []),
    `exit code ${code}, understood: ${JSON.stringify({ ...input, path: undefined })}`,
    `stderr: ${stderr.trim() || 'nothing'}`,
  ].join('\n  ');
}

const meaninglessName = (at: number) => `x${at + 1}`;

/** Describes the export with one of its files changed. */
function describeChanged({ table, order, renamed: others }: Change): Promise<Described> {
  const folder = newFolder();
  const { command } = table.expected;
  for (const file of command.filter((arg) => !arg.startsWith('-'))) {
    put(folder, file, readFileSync(join(exportsFolder, table.export, file)));
  }
  const header = table.header.map((name, at) => (others.includes(at) ? meaninglessName(at) : name));
  const lines = [header, ...table.rows].map((cells) =>
    order.map((at) => cell(cells[at] ?? '', table.delimiter)).join(table.delimiter),
  );
  put(folder, table.file, `${lines.join('\n')}\n`);
  return describeInputs(command, folder);
}

/** Quotes a cell if it needs it; as in real exports, cells between tabs are never quoted. */
function cell(text: string, delimiter: string): string {
  if (delimiter === '\t' || !(text.includes(delimiter) || /["\r\n]/.test(text))) return text;
  return `"${text.replaceAll('"', '""')}"`;
}

/** The files of an export that have a header, in any encoding and with any delimiter. */
function tablesOf(name: string): TableFile[] {
  const expected = expectedOf(name);
  if (expected.error) return [];
  return Object.keys(expected.files ?? {})
    .filter((file) => !/\.jsonl?$/.test(file))
    .map((file) => {
      const bytes = readFileSync(join(exportsFolder, name, file));
      const isUtf8 = Buffer.from(bytes.toString('utf8')).equals(bytes);
      const text = bytes
        .toString(isUtf8 ? 'utf8' : 'latin1')
        .replace(/^\uFEFF/, '')
        .replace(/^sep=.\r?\n/, '');
      const first = text.split('\n', 1)[0] ?? '';
      const delimiter = ['\t', ';'].find((sign) => first.includes(sign)) ?? ',';
      const [header = [], ...rows] = parse(text, {
        delimiter,
        quote: delimiter === '\t' ? null : '"',
        escape: text.includes(String.raw`\"`) && delimiter === ';' ? '\\' : '"',
      });
      const shown = () => `${name}/${file}`;
      return { export: name, expected, file, delimiter, header, rows, [fc.toStringMethod]: shown };
    });
}

function without(all: readonly number[], some: readonly number[]): number[] {
  return all.filter((at) => !some.includes(at));
}
