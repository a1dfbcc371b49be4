import { expect, test } from 'vitest';
import { BadRow } from '../../src/csv/bad-rows.js';
import { numberIn, valuesOf } from '../../src/csv/cell-values.js';
import { isBlank, listEntries, normalised, numberCell, shown } from '../../src/csv/cells.js';
import { refuseOtherFormats } from '../../src/csv/formats/other-formats.js';
import { headOf } from '../../src/csv/head.js';
import { listOf } from '../../src/csv/lists.js';
import { isUnquoted, withQuotedCells } from '../../src/csv/plain-csv.js';
import { printable } from '../../src/csv/printable.js';
import { quoted, safelyQuoted } from '../../src/csv/quoting.js';
import { RowCutter, textOf } from '../../src/csv/row-cutter.js';
import { decideAttribute } from '../../src/dataset/attributes/attributes.js';
import { splitWords } from '../../src/dataset/attributes/words.js';
import { idWarnings } from '../../src/dataset/oddities/odd-ids.js';
import { dateEndingWithYear } from '../../src/events/day-month.js';
import { isBlankCell, plainNumber } from '../../src/events/event-row.js';
import { saysCancelled, statusWeight } from '../../src/events/event-types.js';
import { IdIndex } from '../../src/events/ids.js';
import { TimeColumn } from '../../src/events/times.js';
import { Failure } from '../../src/failure.js';
import { closest } from '../../src/understanding/closest.js';
import { guessedColumns, looksLikeData } from '../../src/understanding/headerless.js';
import { recogniseRoles } from '../../src/understanding/roles.js';
import { mayHaveThousands, SampledColumn } from '../../src/understanding/sampled-column.js';
import { columnKeys } from '../../src/understanding/vocabulary.js';

/*
 * Every parser of cells reads 3 MB of each character that its patterns treat specially. Nothing is timed: with a pattern of quadratic time,
 * one of these cells would take weeks.
 */

const LENGTH = 3_000_000;

const NUMBERS = ['1', '1.', '1,', '1,234', ',234', '.234', '1e', '-', '12/', '1:', '1 ', ' ', '0'];
const TEXTS = [
  ...['\t', '\r', '\u2028', '\ufeff', '\0', '\u001b', '\u202e', ':', ':token', '|', ';', ', ', '=', '"', '""', "'"],
  ...['<', '<a', '&', '&a', 'a', 'aB', 'id', 'NA', 'é', 'e\u0301', '中', '😀', '€ ', 'sep=', '(', '.S', '#'],
];

/** Repeated units with text before and behind them, so that a pattern matches the whole repetition and fails after it. */
const CELLS: readonly (readonly [before: string, unit: string, behind: string])[] = [
  ...[...NUMBERS, ...TEXTS].map((unit) => ['', unit, ''] as const),
  ...NUMBERS.map((unit) => ['1', unit, 'x'] as const),
  ['$1', ',1', ','],
  ...['a', ' '].map((unit) => ['1', unit, '5'] as const),
  ...['5', ' '].flatMap((unit) => [
    ['2011-12-09 12:50:00.5', unit, 'x'] as const,
    ['24/12/2011 08:26:00.5', unit, '!'] as const,
  ]),
];

const PARSERS: readonly [name: string, parse: (cell: string) => unknown][] = [
  ['numberCell', (cell) => numberCell(cell, 'rating')],
  ['isBlank', isBlank],
  ['shown', shown],
  ['printable', printable],
  ['listEntries', (cell) => listEntries(cell, () => false).length],
  ['normalised', normalised],
  ['quoted', quoted],
  ['safelyQuoted', safelyQuoted],
  ['headOf', (cell) => headOf('events.csv', Buffer.from(`${cell}\n`), undefined)],
  ['refuseOtherFormats', (cell) => refuseOtherFormats('events.csv', Buffer.from(`${cell}\n`))],
  ['TimeColumn', (cell) => new TimeColumn('time').read(cell)],
  ['dateEndingWithYear', dateEndingWithYear],
  ['numberIn', numberIn],
  ['valuesOf', (cell) => valuesOf(cell, '|').length],
  ['decideAttribute', (cell) => decideAttribute({ name: cell, cells: [cell, 'a', 'b'] }, false).as],
  ['splitWords', (cell) => splitWords(cell).length],
  ['closest', (cell) => closest('user_id', [cell])],
  ['recogniseRoles', (cell) => recogniseRoles(fileOf([cell, 'user_id'], [cell, 'u']), ['user', 'item'], {}, 'user')],
  ['looksLikeData', (cell) => looksLikeData(fileOf([cell, 'x'], [cell, 'u']))],
  ['guessedColumns', (cell) => guessedColumns(fileOf([cell, 'x'], [cell, 'u'], ['b', 'v']), 'events').length],
  ['columnKeys', (cell) => columnKeys(cell).length],
  ['statusWeight', statusWeight],
  ['saysCancelled', saysCancelled],
  ['listOf', (cell) => listOf(cell)?.length],
  ['isUnquoted', (cell) => isUnquoted(Buffer.from(`a\tb\n${cell}\tx\n`), '\t')],
  ['withQuotedCells', (cell) => unquotedOf(cell)],
  ['mayHaveThousands', (cell) => mayHaveThousands([cell, '1.234'])],
  ['idWarnings', (cell) => idWarnings([cell, 'a'], 'user', ['user', cell]).length],
  ['ids', (cell) => new IdIndex().add(cell)],
  ['bytes', ofBytes],
];

/** A sampled file with this header and these rows. */
function fileOf(header: string[], ...rows: string[][]) {
  const columns = header.map(
    (name, at) =>
      new SampledColumn(
        name,
        at,
        rows.map((row) => row[at] ?? ''),
      ),
  );
  return { name: 'events.csv', header, columns };
}

async function unquotedOf(cell: string): Promise<number> {
  let bytes = 0;
  const chunks = (async function* () {
    yield Buffer.from(`${cell}\t"x\n`);
  })();
  for await (const chunk of withQuotedCells(chunks, '\t')) bytes += chunk.length;
  return bytes;
}

test.each(PARSERS)('%s reads or refuses cells of 3 MB, whatever they repeat', async (_, parse) => {
  for (const [before, unit, behind] of CELLS) {
    const cell = before + unit.repeat(LENGTH / unit.length) + behind;
    let thrown: unknown;
    try {
      await parse(cell);
    } catch (error) {
      thrown = error;
    }
    // A parser may refuse the cell, but its message must not contain all of it.
    if (thrown === undefined) continue;
    expect(thrown instanceof BadRow || thrown instanceof Failure, `${unit}: ${thrown}`).toBe(true);
    expect(String(thrown).length).toBeLessThan(1000);
  }
});

/** The parsers that work on bytes. */
function ofBytes(cell: string): void {
  const bytes = Buffer.from(cell);
  isBlankCell(bytes, 0, bytes.length);
  plainNumber(bytes, 0, bytes.length);
  const cutter = new RowCutter(',', undefined);
  const file = Buffer.concat([bytes, Buffer.from('\n')]);
  for (let from = 0; from < file.length; ) from = cutter.cut(file, from, file.length, true);
  textOf(bytes, 0, bytes.length);
}
