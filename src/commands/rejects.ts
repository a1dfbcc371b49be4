import { closeSync, openSync, writeSync } from 'node:fs';
import { ExitCode, Failure, messageOf } from '../failure.js';
import type { BadRows } from '../input/csv.js';
import { quoted, safelyQuoted } from '../output/quoting.js';
import { required } from '../required.js';

const { stringify }: typeof import('csv-stringify/sync') = required('csv-stringify/sync');

/**
 * What `--bad-rows` asks for: stop, skip, or keep the refused rows in a CSV of their own (file, line, reason, row).
 * @param safe no cell of it may be run by a spreadsheet.
 */
export function openBadRows(what: string, safe: boolean): { badRows: BadRows; close: () => void } {
  if (what === 'stop') return { badRows: 'stop', close: () => {} };
  if (what === 'skip') return { badRows: () => {}, close: () => {} };
  const quote = safe ? safelyQuoted : quoted;
  let file: number;
  try {
    file = openSync(what, 'w', 0o666);
  } catch (cause) {
    const why = messageOf(cause);
    throw new Failure(ExitCode.cannotCreate, `--bad-rows: ${what} cannot be created: ${why}`, { cause });
  }
  const write = (line: string) => {
    try {
      writeSync(file, line);
    } catch (error) {
      const why = messageOf(error);
      throw new Failure(
        ExitCode.io,
        `--bad-rows: ${what} cannot be written: ${why}; make room there, or --bad-rows skip keeps none`,
      );
    }
  };
  write('file,line,reason,row\n');
  return {
    badRows: ({ path, line, reason, cells }) => {
      const row = cells.length > 0 ? stringify([[...cells]], { eof: false }) : '';
      write(`${[quote(path), line, quote(reason), quote(row)].join(',')}\n`);
    },
    close: () => closeSync(file),
  };
}
