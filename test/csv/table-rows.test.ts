import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusalsOf } from '../../src/csv/bad-rows.js';
import { openTable } from '../../src/csv/table.js';
import { readRecords } from './csv-parse-records.js';
import { useTemporaryFolder } from './temporary.js';

const folder = useTemporaryFolder();

/** Characters with a meaning in CSV, letters of several bytes, and control characters. */
const parts = fc.constantFrom(
  '"',
  '""',
  ',',
  '\n',
  '\r\n',
  '\r',
  ' ',
  'a',
  'é',
  '😀',
  '\ufeff',
  'b,c\n',
  '"d\n,",',
  '\0',
);
const bodies = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: parts.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.constant(Buffer.of(0xff)) },
  ),
  { maxLength: 40 },
);

test('a table gives the same rows, lines and refusals as csv-parse, whatever the size of the chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      bodies,
      fc.constantFrom('x,y\n', 'x\n', 'x,y,z\r\n'),
      fc.integer({ min: 8, max: 60 }),
      async (body, head, chunk) => {
        const bytes = Buffer.concat([Buffer.from(head), ...body]);
        const path = folder.file('t.csv', bytes);
        const options = { path, delimiter: ',', encoding: 'utf-8', quotes: true };
        const rows: unknown[] = [];
        const table = await openTable(options, () => {}, undefined, chunk);
        const report = await table.eachRow(({ cells, line }) => rows.push({ cells, line }));

        const width = table.header.length;
        const refusals = refusalsOf(path, () => {});
        const expected: unknown[] = [];
        let read = -1;
        await readRecords(bytes, ',', 0, {
          record: (cells, line) => {
            if (++read === 0) return;
            const isFit = cells.length >= width && cells.slice(width).every((cell) => cell === '');
            if (isFit) expected.push({ cells: cells.slice(0, width), line });
            else
              refusals.refuse(
                line - cells.join('').split('\n').length + 1,
                `this row has ${cells.length} cells, the header has ${width}`,
                cells,
              );
          },
          refused: (line, reason) => {
            read++;
            refusals.refuse(line, reason, []);
          },
        });
        expect(rows).toEqual(expected);
        expect(report).toEqual(refusals.report(',', read));
      },
    ),
    { numRuns: 500 },
  );
});
