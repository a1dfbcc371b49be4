import { closeSync, ftruncateSync, openSync, promises, readFileSync, statSync, writeSync } from 'node:fs';
import { checkSum } from './check-sum.js';

/*
 * What a run has finished, an entry a line, so that another can go on with it after a cut:
 *
 *     check sum of the rest (8 hexadecimal digits) │ space │ JSON │ LF
 *
 * Lines are only ever added. What is not in it has not been done; what it speaks of may still be lost (a machine without power forgets
 * what it had not yet written), so entries hold check sums of that as well.
 */

/** A journal of more bytes is none of ours: a run has some hundreds of lines. */
const MOST_BYTES = 1 << 28;
/** Milliseconds of finished work that a power cut may cost. */
const BETWEEN_SYNCS = 10_000;
const LF = 0x0a;

export function journalLine(entry: object): string {
  const json = JSON.stringify(entry);
  return `${sumText(Buffer.from(json))} ${json}\n`;
}

/** The entries that are whole, up to the first that is not. */
export interface JournalText {
  entries: unknown[];
  /** Bytes of them. */
  length: number;
  /** What stands behind them, where it is more than a line that was cut. */
  broken: string | undefined;
}

/** Reads a journal's bytes. */
export function journalEntries(bytes: Buffer): JournalText {
  const entries: unknown[] = [];
  let length = 0;
  for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, length)) {
    const entry = entryIn(bytes.subarray(length, end));
    if (entry === undefined) return { entries, length, broken: `line ${entries.length + 1} was altered` };
    entries.push(entry);
    length = end + 1;
  }
  return { entries, length, broken: undefined };
}

/** Reads a journal. @throws RangeError where it cannot be one for its size; what the system says where it cannot be read. */
export function readJournal(path: string): JournalText {
  if (statSync(path).size > MOST_BYTES) throw new RangeError(`${path} is too large for a journal`);
  return journalEntries(readFileSync(path));
}

function entryIn(line: Buffer): unknown {
  const json = line.subarray(9);
  if (line.toString('latin1', 0, 9) !== `${sumText(json)} `) return undefined;
  try {
    return JSON.parse(json.toString());
  } catch {
    return undefined;
  }
}

function sumText(bytes: Uint8Array): string {
  return checkSum(bytes).toString(16).padStart(8, '0');
}

/** A journal that is written. */
export class Journal {
  readonly #path: string;
  readonly #file: number;
  #isOpen = true;
  /** Files that entries speak of, and that may not yet be safe on disk. */
  #unsafe: string[] = [];
  #syncedAt = performance.now();

  /** @param length of what stays of one that is there; the rest is cut off. */
  constructor(path: string, length = 0) {
    this.#path = path;
    this.#file = openSync(path, 'a', 0o600);
    ftruncateSync(this.#file, length);
  }

  /** Adds an entry; nothing after `close`. @param files that it speaks of. */
  add(entry: object, files: readonly string[] = []): void {
    if (!this.#isOpen) return;
    writeSync(this.#file, journalLine(entry));
    this.#unsafe.push(...files);
    if (performance.now() - this.#syncedAt < BETWEEN_SYNCS) return;
    this.#syncedAt = performance.now();
    // Nobody waits for it, and where it fails the check sums tell.
    for (const path of [...new Set(this.#unsafe.splice(0)), this.#path]) sync(path).catch(() => {});
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }
}

async function sync(path: string): Promise<void> {
  const file = await promises.open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
