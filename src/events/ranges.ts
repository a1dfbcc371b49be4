import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { MAX_RECORD_BYTES } from '../csv/csv-records.js';
import type { TwoLanes } from '../csv/lanes.js';
import type { EventsTask, RangePart, Segment } from './range-reader.js';

/** Bytes `from` to `to` of a file: the rows that begin there, wherever the last of them ends. */
export interface Range {
  from: number;
  to: number;
}

/** Others who read ranges of a file while this process puts together what they found. */
export interface RangeWorkers {
  /** @param onPart is given what was found in each range, in their order; what it returns is awaited before the next. */
  read(task: EventsTask, ranges: readonly Range[], onPart: (part: RangePart) => Promise<void>): Promise<void>;
}

/** A reader that can take over what others have read. */
export interface RangedReader {
  task(path: string, begin: number, sizes: EventsTask['sizes']): EventsTask;
  /** @returns false where the segment would not have been read the same behind what was read before. */
  append(segment: Segment, part: RangePart): boolean;
  /** Makes room for a file of which a part of this share has been read. */
  expect(share: number): void;
}

/** Below this a file is read sooner than children are there. */
export const WORTH_RANGES = 1 << 24;
export const RANGE_BYTES = 1 << 22;
const MOST_RANGES = 512;

/** Cuts the bytes `from` to `to` into ranges; how many others there are has no part in it. */
export function planRanges(from: number, to: number, least: number): Range[] {
  const size = Math.max(least, Math.ceil((to - from) / MOST_RANGES));
  const ranges: Range[] = [];
  for (let begin = from; begin < to; begin += size) ranges.push({ from: begin, to: Math.min(to, begin + size) });
  return ranges;
}

/**
 * Reads a file's rows from the byte `task.begin` on: ranges by others, who cannot know whether theirs begins inside quotes, and
 * leave odd rows alone. So each segment they found counts only if it begins where the rows before it ended; all else is
 * read here.
 *
 *     range      |────────────────|────────────────|
 *     segments   ████████░░███████ ████░░░██████████      ░ odd rows, read here by both lanes
 */
export async function readRanges(
  task: EventsTask,
  ranges: readonly Range[],
  workers: RangeWorkers,
  reader: RangedReader,
  lanes: TwoLanes,
  onBytes: (count: number) => void,
): Promise<void> {
  const { path, begin } = task;
  const file = openSync(path, 'r');
  try {
    const size = ranges.at(-1)?.to ?? begin;
    let at = begin;
    await workers.read(task, ranges, async (part) => {
      const before = at;
      for (const segment of part.segments) {
        if (segment.begin > at) at = await readOn(file, at, segment.begin, lanes);
        // Ids of a segment that does not count may come first in it, so those behind it do not count either.
        if (segment.begin !== at || !reader.append(segment, part)) break;
        at = segment.end;
      }
      if (at < part.end) at = await readOn(file, at, part.end, lanes);
      reader.expect((at - begin) / (size - begin));
      onBytes(at - before);
    });
    await readOn(file, at, Number.POSITIVE_INFINITY, lanes);
  } finally {
    closeSync(file);
  }
}

const LF = 0x0a;

/**
 * Reads the rows from the byte `at` to the line's end at `to`, and further where that is inside quotes.
 * @returns where the first row begins that was not read.
 */
async function readOn(file: number, at: number, to: number, lanes: TwoLanes): Promise<number> {
  let from = at;
  for (let least = Math.min(to - at, RANGE_BYTES); ; ) {
    // The file may have grown since it was cut into ranges.
    const size = fstatSync(file).size;
    const bytes = bytesOf(file, from, Math.min(size, from + least));
    const last = from + bytes.length >= size;
    const whole = last ? bytes.length : bytes.lastIndexOf(LF) + 1;
    const read = whole > 0 ? await lanes.read(bytes, 0, whole, last) : 0;
    if (read === 0 && !last) lanes.refuseLong(bytes.length);
    from += read;
    if (from >= to || last) return from;
    // Inside quotes it goes on behind `to`, until the line's end that is outside of them.
    least = read === 0 ? Math.min(2 * least, MAX_RECORD_BYTES + RANGE_BYTES) : Math.min(to - from, RANGE_BYTES);
  }
}

function bytesOf(file: number, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
  let filled = 0;
  for (let count = -1; filled < bytes.length && count !== 0; filled += count) {
    count = readSync(file, bytes, filled, bytes.length - filled, from + filled);
  }
  return bytes.subarray(0, filled);
}
