import type { CellColumn } from '../csv/cells.js';
import { momentText } from '../events/clock.js';
import { forEachChunk } from '../matrix/chunks.js';
import type { Dataset, FileReport } from './dataset.js';

/** Beyond it there are no dates. */
const LAST_SECOND = 8.64e12;

/**
 * What events alone say of items, as a catalogue would: their ids, their titles, and when somebody had them last. The columns are called
 * as the first file of events calls them, so that conditions can ask for them.
 */
export function columnsOfEvents(
  reports: readonly FileReport[],
  { itemIds, titles, interactions, times }: Pick<Dataset, 'itemIds' | 'titles' | 'interactions' | 'times'>,
): CellColumn[] {
  const roles = reports.filter(({ kind }) => kind === 'events').flatMap((report) => report.roles);
  const columnOf = (role: string, cells: readonly string[]): CellColumn[] => {
    const name = roles.find(([each]) => each === role)?.[1];
    return name === undefined ? [] : [{ name, cells }];
  };
  return [
    ...columnOf('item', itemIds),
    ...columnOf('title', titles),
    ...(times ? columnOf('time', lastTimes(itemIds.length, interactions.index, times)) : []),
  ];
}

function lastTimes(items: number, index: Uint32Array, times: Float64Array): string[] {
  const last = new Float64Array(items).fill(Number.NEGATIVE_INFINITY);
  forEachChunk(index.length, (from, to) => {
    for (let entry = from; entry < to; entry++)
      if (times[entry]! > last[index[entry]!]!) last[index[entry]!] = times[entry]!;
  });
  return Array.from(last, (seconds) => (Math.abs(seconds) <= LAST_SECOND ? momentText(seconds) : ''));
}
