import { closeSync, openSync, writeSync } from 'node:fs';
import type { BadRows } from '../../csv/bad-rows.js';
import { quoted, safelyQuoted } from '../../csv/quoting.js';
import { ioFailure, messageOf, notCreated } from '../../failure.js';
import { openDestination } from '../../files/destination.js';
import { isNamedPipe } from '../../files/stats.js';
import type { OnWait } from '../../files/writing.js';
import { loadPackage } from '../../load-package.js';

const { stringify }: typeof import('csv-stringify/sync') = loadPackage('csv-stringify/sync');

export interface Rejects {
  badRows: BadRows;
  /** Waits until all rejected rows are written. */
  close: () => Promise<void>;
  /** Ends without waiting. Has no effect after `close`. */
  abandon: () => void;
}

const HEADER = 'file,line,reason,row\n';
const NO_FILE = { close: async () => {}, abandon: () => {} };

/**
 * Does what `--bad-rows` says: stop, skip, or write the rejected rows to a CSV file (file, line, reason, row).
 * @param safe whether to escape cells that spreadsheets would run as formulas. @param onWait is called when a pipe has no reader yet.
 */
export function openBadRows(what: string, safe: boolean, onWait?: OnWait): Rejects {
  if (what === 'stop') return { badRows: 'stop', ...NO_FILE };
  if (what === 'skip') return { badRows: () => {}, ...NO_FILE };
  const quote = safe ? safelyQuoted : quoted;
  const { write, ...ends } = isNamedPipe(what) ? intoPipe(what, onWait) : intoFile(what);
  write(HEADER);
  return {
    badRows: ({ path, line, reason, cells }) => {
      const row = cells.length > 0 ? stringify([[...cells]], { eof: false }) : '';
      write(`${[quote(path), line, quote(reason), quote(row)].join(',')}\n`);
    },
    ...ends,
  };
}

interface Sink extends Pick<Rejects, 'close' | 'abandon'> {
  write: (line: string) => void;
}

function intoFile(what: string): Sink {
  let file: number | undefined;
  try {
    file = openSync(what, 'w', 0o666);
  } catch (cause) {
    const why = messageOf(cause);
    throw notCreated(`--bad-rows: ${what} cannot be created: ${why}`, cause);
  }
  const abandon = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    write: (line) => {
      try {
        if (file !== undefined) writeSync(file, line);
      } catch (error) {
        const why = `${messageOf(error)}; make room there, or --bad-rows skip keeps none`;
        throw ioFailure(`--bad-rows: ${what} cannot be written: ${why}`);
      }
    },
    close: async () => abandon(),
    abandon,
  };
}

/** A pipe may have a slow reader or none yet: rows wait in memory, so that neither reading nor signals are held up. */
function intoPipe(what: string, onWait: OnWait | undefined): Sink {
  const pipe = openDestination(what, { onWait });
  let written: Promise<unknown> = Promise.resolve();
  let failure: unknown;
  return {
    write: (line) => {
      if (failure) throw failure;
      // One row at a time: if many rows waited for room at once, each would add a listener.
      written = written
        .then(() => failure ?? pipe.write(line))
        .catch((error) => {
          failure = error;
        });
    },
    close: async () => {
      await written;
      if (failure) throw failure;
      await pipe.commit();
    },
    abandon: () => pipe.abandon(),
  };
}
