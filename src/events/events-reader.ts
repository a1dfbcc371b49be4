import { BadRow, type Reject } from '../csv/bad-rows.js';
import type { Piece } from '../csv/pieces.js';
import { cellTexts, MAX_ROW_BYTES, RowCutter } from '../csv/row-cutter.js';
import { appendEvents, type EventLayout, type EventSink, type EventsPart, type RowFilter } from './event-columns.js';
import { eventRow, usedCells } from './event-row.js';
import type { PackedIds } from './ids.js';
import { renumbering } from './renumbering.js';

/** Reads the plainest rows faster, and leaves all others. */
export interface Accelerator {
  /**
   * Reads rows from the bytes `from` to `to`, which end with a line end, as `EventsReader` would, into the same columns.
   * @returns where the first row begins that it left.
   */
  read(bytes: Uint8Array, from: number, to: number, sink: EventSink): number;
}

/** Makes the accelerator for a layout; undefined: there is none. */
export type AcceleratorOf = (layout: EventLayout) => Accelerator | undefined;

/** How rows are read faster. */
export interface Acceleration {
  of: AcceleratorOf;
  /** The fewest bytes at a time that are worth it. */
  least: number;
}

/** The rows of a range, read without knowing what stands before them: lines are counted from its own beginning, ids are its own. */
export interface RangePart {
  /** Where in the file its first row begins, and where its last one ends. */
  begin: number;
  end: number;
  lines: number;
  /** Skipped and refused rows included. */
  rows: number;
  events: EventsPart;
  users: PackedIds;
  items: PackedIds;
  refused: RefusedRow[];
  /** Of a file that was read whole: how many refused ones never became rows, and what is lost of it. */
  whole?: { unread: number; warnings: readonly string[] };
}

export type RefusedRow = Omit<Reject, 'path'>;

/** Is told of a row that cannot be read: its line, why, and its cells, where its quotes do not leave open what they are. */
export type Refuse = (line: number, reason: string, cells: readonly string[]) => void;

/** What is read row by row where the accelerator has stopped: twice as much each time that it stops again. */
const FEWEST_BYTES = 1 << 12;
const LF = 0x0a;

export type EventsReader = ReturnType<typeof eventsReader>;

/**
 * Reads the rows of an events file from their bytes into columns, and refuses those that cannot be read.
 * @param filter of the rows, where the layout has conditions: what reads faster knows none.
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
  // Null: nothing was worth it yet.
  let accelerator: Accelerator | undefined | null = null;
  let leave = FEWEST_BYTES;

  /** @returns where the first row begins that the accelerator left. */
  const accelerate = (bytes: Uint8Array, from: number, end: number, to: number): number => {
    if (!of || end - from < least) return from;
    if (accelerator === null) accelerator = of(layout);
    if (!accelerator) return from;
    // The rows that it reads stand on one line each. The last of a file may lack its end.
    const lineEnd = bytes.indexOf(LF, end - 1) + 1;
    const whole = lineEnd > 0 && lineEnd <= to ? lineEnd : bytes.lastIndexOf(LF, to - 1) + 1;
    const stop = whole > from ? accelerator.read(bytes, from, whole, sink) : from;
    if (stop === whole) leave = FEWEST_BYTES;
    return stop;
  };

  /** Takes the row that was cut. @returns why it cannot be read. */
  const take = (): string | undefined => {
    try {
      takeRow(cutter, sink.lines);
      return undefined;
    } catch (error) {
      if (error instanceof BadRow) return error.message;
      throw error;
    }
  };

  /** @returns where the first row begins that was not read: behind `end`, or not whole before `to`. */
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

    /** Reads the rows of a piece that begin before the byte `until` of the file, as far as they are whole. */
    read(piece: Piece, until = Number.POSITIVE_INFINITY): void {
      const { bytes, to, isLast } = piece;
      const end = Math.min(to, piece.from + until - piece.position);
      let at = piece.from;
      while (at < end) {
        const left = accelerate(bytes, at, end, to);
        const stretch = accelerator ? Math.min(end, left + leave) : end;
        at = readRows(bytes, left, stretch, to, isLast);
        if (at < stretch) break;
        if (stretch > left) leave *= 2;
      }
      piece.from = at;
    },

    /**
     * Appends what was read elsewhere, as if it had been read here.
     * @returns false, with nothing taken, where it would not have been read the same behind what was read before.
     */
    append(part: RangePart): boolean {
      const { times } = part.events;
      if (times && sink.events.timeColumn?.follow(times) === false) return false;
      const userOf = renumbering(sink.users)(part.users);
      const itemOf = renumbering(sink.items)(part.items);
      const linesBefore = sink.lines;
      appendEvents(sink, part, userOf, itemOf);
      for (const { line, reason, cells } of part.refused) refuse(linesBefore + line, reason, cells);
      return true;
    },
  };
}
