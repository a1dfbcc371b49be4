import { BadRow, type Reject } from '../csv/bad-rows.js';
import type { Piece } from '../csv/pieces.js';
import { cellTexts, MAX_ROW_BYTES, RowCutter } from '../csv/row-cutter.js';
import { appendEvents, type EventLayout, type EventSink, type EventsPart, type RowFilter } from './event-columns.js';
import { eventRow, usedCells } from './event-row.js';
import { type PackedIds, renumbering } from './ids.js';

/** Reads the simplest rows faster, and stops at any other. */
export interface Accelerator {
  /**
   * Reads rows from the bytes `from` to `to`, which end with a line end, into the same columns as `EventsReader` would.
   * @returns where the first unread row begins.
   */
  read(bytes: Uint8Array, from: number, to: number, sink: EventSink): number;
}

/** Makes the accelerator for a layout; undefined if there is none. */
export type AcceleratorOf = (layout: EventLayout) => Accelerator | undefined;

/** How to make an accelerator, and when to use it. */
export interface Acceleration {
  of: AcceleratorOf;
  /** The fewest bytes that are worth it. */
  least: number;
}

/** The rows of a range, read without knowing the rows before: lines are counted from its beginning, ids are numbered on their own. */
export interface RangePart {
  /** Where its first row begins in the file, and where its last one ends. */
  begin: number;
  end: number;
  lines: number;
  /** Including skipped and refused rows. */
  rows: number;
  events: EventsPart;
  users: PackedIds;
  items: PackedIds;
  refused: RefusedRow[];
  /** For a file that was read as a whole: how many refused records never became rows, and warnings about lost data. */
  whole?: { unread: number; warnings: readonly string[] };
}

export type RefusedRow = Omit<Reject, 'path'>;

/** Reports a row that cannot be read. @param cells empty if its quotes leave open where cells begin and end. */
export type Refuse = (line: number, reason: string, cells: readonly string[]) => void;

/** Bytes that are read row by row after the accelerator has stopped; doubled each time that it stops again. */
const SLOW_BYTES = 1 << 12;
const LF = 0x0a;

export type EventsReader = ReturnType<typeof eventsReader>;

/**
 * Reads the rows of an events file from their bytes into columns, and refuses those that cannot be read.
 * @param filter for the layout's conditions, if any. Accelerators know no filters, so none is used then.
 */
export function eventsReader(
  layout: EventLayout,
  sink: EventSink,
  refuse: Refuse,
  acceleration: Acceleration | undefined,
  filter?: RowFilter,
) {
  const cutter = new RowCutter(layout.delimiter, layout.width, usedCells(layout, filter));
  const takeRow = eventRow(layout, sink, filter);
  const { of, least = 0 } = (!filter && acceleration) || {};
  // Null: not made yet.
  let accelerator: Accelerator | undefined | null = null;
  let slowBytes = SLOW_BYTES;

  /** @returns where the first row begins that the accelerator did not read. */
  const accelerate = (bytes: Uint8Array, from: number, end: number, to: number): number => {
    if (!of || end - from < least) return from;
    if (accelerator === null) accelerator = of(layout);
    if (!accelerator) return from;
    // The accelerator reads only rows of one line each. The last row of a file may lack its line end.
    const lineEnd = bytes.indexOf(LF, end - 1) + 1;
    const whole = lineEnd > 0 && lineEnd <= to ? lineEnd : bytes.lastIndexOf(LF, to - 1) + 1;
    const stop = whole > from ? accelerator.read(bytes, from, whole, sink) : from;
    if (stop === whole) slowBytes = SLOW_BYTES;
    return stop;
  };

  /** Takes the row that was just cut. @returns why it cannot be read, if so. */
  const take = (): string | undefined => {
    try {
      takeRow(cutter, sink.lines);
      return undefined;
    } catch (error) {
      if (error instanceof BadRow) return error.message;
      throw error;
    }
  };

  /** @returns where the first unread row begins: at or after `end`, or before it if that row is not complete at `to`. */
  const readRows = (bytes: Uint8Array, from: number, end: number, to: number, isLast: boolean): number => {
    let at = from;
    while (at < end) {
      const next = cutter.cut(bytes, at, to, isLast);
      if (next < 0 || next - at > MAX_ROW_BYTES) return at;
      const firstLine = sink.lines + 1;
      sink.lines += 1 + cutter.innerLines;
      if (cutter.cells > 0) {
        sink.rows++;
        const why = cutter.trouble === 'none' ? take() : cutter.reason(firstLine);
        if (why !== undefined) {
          const isCut = cutter.trouble === 'none' || cutter.trouble === 'width';
          const cells = isCut ? cellTexts(layout.delimiter, cutter.cells, bytes, at, to, isLast) : [];
          refuse(firstLine + cutter.troubleLines, why, cells);
        }
      }
      at = next;
    }
    return at;
  };

  return {
    sink,

    /** Reads the complete rows of a piece that begin before the byte `until` of the file. */
    read(piece: Piece, until = Number.POSITIVE_INFINITY): void {
      const { bytes, to, isLast } = piece;
      const end = Math.min(to, piece.from + until - piece.position);
      let at = piece.from;
      while (at < end) {
        const slowFrom = accelerate(bytes, at, end, to);
        const slowEnd = accelerator ? Math.min(end, slowFrom + slowBytes) : end;
        at = readRows(bytes, slowFrom, slowEnd, to, isLast);
        if (at < slowEnd) break;
        if (slowEnd > slowFrom) slowBytes *= 2;
      }
      piece.from = at;
    },

    /**
     * Appends rows that were read elsewhere, as if they had been read here.
     * @returns false, with nothing appended, if they would have been read differently after the rows so far.
     */
    append(part: RangePart): boolean {
      const { times } = part.events;
      if (times && sink.events.timeColumn?.append(times) === false) return false;
      const userOf = renumbering(sink.users)(part.users);
      const itemOf = renumbering(sink.items)(part.items);
      const linesBefore = sink.lines;
      appendEvents(sink, part, userOf, itemOf);
      for (const { line, reason, cells } of part.refused) refuse(linesBefore + line, reason, cells);
      return true;
    },
  };
}
