import { IndexColumn, LineColumn, NumberColumn } from './columns.js';
import type { Events } from './event-columns.js';
import { TimeColumn } from './times.js';

/** The events of one file. */
export interface FileEvents {
  /** The name of the file in messages. */
  path: string;
  events: Events;
}

/** Merges the events of several files, which share one numbering of ids. A column that a file lacks is empty in its rows. */
export function mergedEvents(files: readonly FileEvents[]): Events {
  const [first, ...others] = files;
  if (!first) throw new RangeError('there are no events to merge');
  if (others.length === 0) return first.events;
  const all = files.map(({ events }) => events);
  const has = (column: 'strength' | 'weight' | 'time') => all.some((events) => events[column] !== undefined);
  const times = has('time') ? new TimeColumn('time') : undefined;
  const merged: Events = {
    ...first.events,
    user: new IndexColumn(),
    item: new IndexColumn(),
    line: new LineColumn(),
    strength: has('strength') ? new NumberColumn() : undefined,
    weight: has('weight') ? new NumberColumn() : undefined,
    time: times && new NumberColumn(),
    timeColumn: times,
  };
  for (const { user, item, strength, weight, time, timeColumn, line } of all) {
    const rows = user.length;
    merged.user.append(user.values);
    merged.item.append(item.values);
    appendNumbers(merged.strength, strength, rows, Number.NaN);
    appendNumbers(merged.weight, weight, rows, 1);
    // The units of files may differ.
    const secondsAt = (row: number) => (time && timeColumn ? timeColumn.seconds(time.at(row)) : Number.NaN);
    for (let row = 0; merged.time && row < rows; row++) merged.time.push(secondsAt(row));
    merged.line.append(line.runs, rows, 0);
    for (const column of [user, item, strength, weight, time]) column?.clear();
  }
  times?.markAsSeconds();
  return merged;
}

function appendNumbers(to: NumberColumn | undefined, from: NumberColumn | undefined, rows: number, none: number): void {
  if (!to) return;
  if (from) to.append(from.values);
  else for (let row = 0; row < rows; row++) to.push(none);
}

/** A function that returns the file and line of a row of merged events. Call it before `mergedEvents`, which clears the files' columns. */
export function placesOf(files: readonly FileEvents[]): (row: number) => { path: string; line: number } {
  const parts = files.map(({ path, events }) => ({ path, rows: events.user.length, line: events.line }));
  return (row) => {
    let at = row;
    for (const { path, rows, line } of parts) {
      if (at < rows) return { path, line: line.at(at) };
      at -= rows;
    }
    throw new RangeError(`there is no row ${row}`);
  };
}
