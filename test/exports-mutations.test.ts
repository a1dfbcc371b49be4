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
 * Exports change: columns come in another order, under other names, or not at all. Whatever is done to the columns of a real export,
 * a run understands what is left of them as before, or says that it guessed, or refuses.
 */

const newFolder = temporaryFolders();

/** The same changes at every run, unless others are asked for: `EXPORTS_RUNS=5000 EXPORTS_SEED=$RANDOM`. */
const numRuns = Number(process.env.EXPORTS_RUNS ?? 100);
const seed = Number(process.env.EXPORTS_SEED ?? 20_261);

/** A file of an export that has a header, cut into cells. */
interface TableFile {
  export: string;
  expected: Expected;
  file: string;
  delimiter: string;
  header: string[];
  rows: string[][];
  /** How fast-check shows it. */
  [fc.toStringMethod]: () => string;
}

/** What is done to the columns of a file. */
interface Change {
  table: TableFile;
  /** Old places of the columns that stay, in their new order. */
  order: readonly number[];
  /** Old places of the columns that get a name without a meaning. */
  renamed: readonly number[];
}

const tables = exportNames.flatMap(tablesOf);

const places = ({ header }: TableFile) => header.map((_, at) => at);
const shuffled = (from: readonly number[]) =>
  fc.shuffledSubarray([...from], { minLength: from.length, maxLength: from.length });
/** Some of the columns, those with a role more often than others. */
const some = (table: TableFile) => {
  const used = rolesIn(table).flatMap(([, columns]) => columns);
  const at = places(table).filter((place) => used.includes(table.header[place] ?? ''));
  const few = (from: number[]) => fc.subarray(from, { minLength: 1, maxLength: Math.min(3, from.length) });
  return fc.oneof(few(places(table)), ...(at.length > 0 ? [few(at)] : []));
};
const anyTable = fc.constantFrom(...tables);

const renamed: fc.Arbitrary<Change> = anyTable.chain((table) =>
  some(table).map((columns) => ({ table, order: places(table), renamed: columns })),
);
const dropped: fc.Arbitrary<Change> = anyTable.chain((table) =>
  some(table).map((columns) => ({ table, order: without(places(table), columns), renamed: [] })),
);
const allAtOnce: fc.Arbitrary<Change> = anyTable.chain((table) =>
  fc
    .tuple(some(table), some(table))
    .chain(([gone, named]) =>
      shuffled(without(places(table), gone)).map((order) => ({ table, order, renamed: named })),
    ),
);

test('most exports have tables to change', () => {
  expect(tables.length).toBeGreaterThan(40);
  // Cut in the right places: every column that has a role is there.
  for (const table of tables) {
    const columns = rolesIn(table).filter(([, names]) => !names.some((name) => table.header.includes(name)));
    expect(columns, `${table.export}/${table.file}`).toEqual([]);
  }
});

test.each(tables.map((table) => [`${table.export}/${table.file}`, table] as const))(
  '%s means the same with its columns in another order',
  async (_, table) => {
    const [order] = fc.sample(shuffled(places(table)), { numRuns: 1, seed });
    const change = { table, order: order ?? places(table), renamed: [] };
    const described = await describeChanged(change);
    expect(described.code, described.stderr).toBe(0);
    expect(lawsBroken(change, asIfSilent(described)), storyOf(change, described)).toEqual([]);
    const { data } = described.description ?? {};
    const { data: right } = table.expected;
    expect({ ...data }, storyOf(change, described)).toSatisfy(
      (seen: Record<string, number>) =>
        isOneOf(right?.users, seen.users) &&
        isOneOf(right?.items, seen.items) &&
        isOneOf(right?.interactions, seen.interactions),
    );
  },
);

test.each([
  ['renamed to nothing that says what they are', renamed],
  ['left out', dropped],
  ['shuffled, renamed and left out at once', allAtOnce],
])('columns %s: the rest is understood as before, or there is a warning, or a refusal', async (_, changes) => {
  await fc.assert(
    fc.asyncProperty(changes, async (change) => {
      const described = await describeChanged(change);
      expect(lawsBroken(change, described), storyOf(change, described)).toEqual([]);
    }),
    { numRuns, seed },
  );
});

/** The same answer, which no warning excuses. */
function asIfSilent({ code, description }: Described): Described {
  return { code, stderr: '', description: description && { ...description, warnings: [] } };
}

/** The laws that an answer breaks, each with how. */
function lawsBroken({ table, order, renamed: others }: Change, { code, stderr, description }: Described): string[] {
  const broken: string[] = [];
  if (code !== 0) {
    if (code !== 65 && code !== 2) broken.push(`a refusal ends with 65 or 2, not ${code}`);
    if (!/(^|\n)recommend: ./.test(stderr)) broken.push('a refusal says why');
    if (/\n\s+at /.test(stderr)) broken.push('a refusal is no stack');
    return broken;
  }
  if (!description) return ['an answer is a description'];
  if (description.warnings.length > 0 || stderr !== '') return broken;
  // From here on, nobody was told of anything.
  if (description.data.interactions === 0) broken.push('no interaction at all is never silent');
  const input = description.inputs.find(({ path }) => path === table.file);
  const right = table.expected.files?.[table.file];
  if (!input || !right) return [...broken, `the description names ${table.file}`];
  if (!isOneOf(right.kind, input.kind)) broken.push(`the kind of the file stays ${right.kind}, not ${input.kind}`);
  const left = new Set(without(order, others).map((at) => table.header[at] ?? ''));
  for (const [role, columns] of rolesIn(table)) {
    const now = input.columns[role];
    const still = columns.filter((column) => left.has(column));
    // Where a title names the item, that is its role.
    const isItem = role === 'title' && still.includes(input.columns.item ?? '');
    if (still.length > 0 && !isItem && (now === undefined || !still.includes(now)) && !isOptional(right, role)) {
      broken.push(`${still.join(' or ')} stays the ${role}, not ${now ?? 'nothing'}`);
    }
    if (still.length === 0 && isGuessed(table, role, now)) broken.push(`${now} is taken for the ${role} in silence`);
  }
  const isRatingThere = [right.roles.rating].flat().some((column) => column != null && left.has(column));
  if (isRatingThere && !isOneOf(right.rating, input.rating)) {
    broken.push(`the numbers stay ${right.rating}, not ${input.rating}`);
  }
  return broken;
}

/** Whether a column has a role that decides who gets what, although nothing says that it is the right one. */
function isGuessed({ expected, file }: TableFile, role: string, column: string | undefined): boolean {
  if (column === undefined || (role !== 'user' && role !== 'item')) return false;
  // A title is an item where nothing else names it.
  const title = role === 'item' ? [expected.files?.[file]?.roles.title].flat() : [];
  return !(expected.also?.[role] ?? []).includes(column) && !title.includes(column);
}

/** Whether a file may as well have no column of that role. */
function isOptional({ roles }: ExpectedFile, role: string): boolean {
  const right = roles[role];
  return Array.isArray(right) && right.includes(null);
}

/** Roles of a file, each with the columns that may have it. */
function rolesIn({ expected, file }: TableFile): [role: string, columns: string[]][] {
  return Object.entries(expected.files?.[file]?.roles ?? {}).map(([role, right]) => [
    role,
    [right].flat().filter((column): column is string => typeof column === 'string'),
  ]);
}

/** What was done, and what came of it, for whoever has to mend it. */
function storyOf({ table, order, renamed: others }: Change, { code, stderr, description }: Described): string {
  const name = (at: number) => JSON.stringify(table.header[at]);
  const gone = without(places(table), order);
  const isShuffled = order.some((at, place) => place > 0 && at < (order[place - 1] ?? 0));
  const input = description?.inputs.find(({ path }) => path === table.file);
  return [
    `${table.export}/${table.file}`,
    ...(gone.length > 0 ? [`left out: ${gone.map(name).join(', ')}`] : []),
    ...(others.some((at) => order.includes(at))
      ? [`renamed: ${others.filter((at) => order.includes(at)).map((at) => `${name(at)} to ${meaningless(at)}`)}`]
      : []),
    ...(isShuffled ? [`order: ${order.map(name).join(', ')}`] : []),
    `exit code ${code}, understood: ${JSON.stringify({ ...input, path: undefined })}`,
    `stderr: ${stderr.trim() || 'nothing'}`,
  ].join('\n  ');
}

const meaningless = (at: number) => `x${at + 1}`;

/** Describes the export with one of its files changed. */
function describeChanged({ table, order, renamed: others }: Change): Promise<Described> {
  const folder = newFolder();
  const { command } = table.expected;
  for (const file of command.filter((arg) => !arg.startsWith('-'))) {
    put(folder, file, readFileSync(join(exportsFolder, table.export, file)));
  }
  const header = table.header.map((name, at) => (others.includes(at) ? meaningless(at) : name));
  const lines = [header, ...table.rows].map((cells) =>
    order.map((at) => cell(cells[at] ?? '', table.delimiter)).join(table.delimiter),
  );
  put(folder, table.file, `${lines.join('\n')}\n`);
  return describeInputs(command, folder);
}

/** Tabs are never quoted here, as nobody does. */
function cell(text: string, delimiter: string): string {
  if (delimiter === '\t' || !(text.includes(delimiter) || /["\r\n]/.test(text))) return text;
  return `"${text.replaceAll('"', '""')}"`;
}

/** The files of an export that have a header, in whatever encoding and manner. */
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
