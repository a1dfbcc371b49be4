import { minimalCondition } from '../conditions/row-filter.js';
import { fileSizeOrZero } from '../csv/source.js';
import { type EventLayout, eventLayout, type RowCondition } from '../events/event-columns.js';
import { statusWeightsAmong } from '../events/event-types.js';
import type { Ids } from '../events/ids.js';
import { type CutFile, cutRanges, type ReadEvents, SIZES, takeWholeFile } from '../events/read-events.js';
import { Failure } from '../failure.js';
import type { EventsRoles } from '../understanding/file-roles.js';
import type { OpenFile } from '../understanding/open-files.js';
import type { Understanding } from '../understanding/understanding.js';
import type { Inputs } from './inputs.js';

/* Which files hold events, and how the rows of each are read: by this process, or by others, in ranges or whole. */

/** The inputs for the orders file, which get the conditions that fit only its columns, and for all other events files. */
export function inputsOfEach(
  given: Inputs,
  { orders, interactions, users }: Understanding,
): Record<'orders' | 'others', Inputs> {
  const lines = [...interactions, ...users].filter(({ rows }) => rows === 'order lines');
  const all = given.eventsWhere ?? [];
  const ofOrders = orders ? conditionsOfOrders(given, orders, lines) : [];
  return {
    orders: { ...given, eventsWhere: ofOrders },
    others: { ...given, eventsWhere: all.filter((text) => !ofOrders.includes(text)) },
  };
}

/** The conditions that fit the orders file and no file of order lines. @param lines the files whose rows name orders. */
function conditionsOfOrders(inputs: Inputs, orders: EventsRoles, lines: readonly EventsRoles[]): string[] {
  const fits = (text: string, { file }: EventsRoles) => {
    try {
      conditionsOf({ ...inputs, eventsWhere: [text] }, file);
      return true;
    } catch (error) {
      // A condition that fits neither is refused where the lines are read.
      if (error instanceof Failure) return false;
      throw error;
    }
  };
  return (inputs.eventsWhere ?? []).filter((text) => !lines.some((each) => fits(text, each)) && fits(text, orders));
}

/** The conditions that rows of a file have to meet. @throws Failure 2 for one that does not fit its columns. */
function conditionsOf({ eventsWhere = [], now = Date.now() / 1000, dayOrder }: Inputs, file: OpenFile): RowCondition[] {
  const sample = file.columns.map(({ name, cells }) => ({ name, cells }));
  return eventsWhere.map((text) =>
    minimalCondition({ text, option: `${file.name}: --events-where`, now, dayOrder, sample }),
  );
}

export function layoutOf(inputs: Inputs, { file, used, rows }: EventsRoles): EventLayout {
  const statuses = file.columns[used.status ?? -1]?.distinct ?? new Set();
  const conditions = conditionsOf(inputs, file);
  return {
    ...eventLayout(file.delimiter, file.header, used, inputs.dayOrder),
    statusWeights: statusWeightsAmong(statuses),
    ...(conditions.length > 0 ? { conditions } : {}),
    // Lines of cancelled orders have to be told from lines of unknown ones.
    ...(rows === 'orders' ? { keepsCancelled: true } : {}),
  };
}

/** How other processes read each of these files, in the order in which `readDataset` reads them. */
export async function cutEventFiles(given: Inputs, files: Understanding): Promise<CutFile[]> {
  const inputs = inputsOfEach(given, files);
  const cut = (of: Inputs, roles: EventsRoles) => cutEvents(of, roles, layoutOf(of, roles));
  const cuts = files.orders ? [await cut(inputs.orders, files.orders)] : [];
  for (const roles of [...files.interactions, ...files.users]) cuts.push(await cut(inputs.others, roles));
  return cuts;
}

/** The ranges of a file; one range where it cannot be cut: its task then says how to open the file. */
async function cutEvents(
  { eventWeights, sizes = SIZES }: Inputs,
  { file: { source, path, begin, seekableSize } }: EventsRoles,
  layout: EventLayout,
): Promise<CutFile> {
  const cut = cutRanges({ path, begin, size: await seekableSize() }, layout, eventWeights, sizes);
  const task = { path, source, begin, layout, eventWeights: [...eventWeights], chunkBytes: sizes.chunk };
  return cut ?? { task, ranges: [{ from: 0, to: Math.max(1, fileSizeOrZero(path)) }] };
}

/** Has another process read a file that cannot be cut. @returns undefined where this process has to read it. */
export async function readByWorker(
  inputs: Inputs,
  roles: EventsRoles,
  layout: EventLayout,
  ids: Ids,
): Promise<ReadEvents | undefined> {
  const { rangeWorkers, eventWeights, badRows, onBytes } = inputs;
  // Another process cannot read a pipe.
  if (!rangeWorkers?.readWhole || fileSizeOrZero(roles.file.path) === 0) return undefined;
  const { task, ranges } = await cutEvents(inputs, roles, layout);
  if (!task.source) return undefined;
  let read: ReadEvents | undefined;
  await rangeWorkers.read(task, ranges, async (part) => {
    if (!part) return;
    read = takeWholeFile(part, task.path, layout, eventWeights, ids, badRows);
    onBytes?.(fileSizeOrZero(task.path));
  });
  return read;
}
