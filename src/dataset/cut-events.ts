import { fileSizeOrZero } from '../csv/source.js';
import type { EventLayout } from '../events/event-columns.js';
import type { Ids } from '../events/ids.js';
import { type CutFile, cutRanges, type ReadEvents, SIZES, takeWholeFile } from '../events/read-events.js';
import type { EventsRoles } from '../understanding/file-roles.js';
import { type EventFiles, inputsOfEach, KEEP_CANCELLED, type LayoutOptions, layoutOf } from './event-files.js';
import type { Inputs } from './inputs.js';

/* How other processes read events files: in ranges, or whole. */

/** How other processes read each of these files, in the order in which `readDataset` reads them. */
export async function cutEventFiles(given: Inputs, files: EventFiles): Promise<CutFile[]> {
  const inputs = inputsOfEach(given, files);
  const cuts = files.orders ? [await cutEvents(inputs.orders, files.orders, KEEP_CANCELLED)] : [];
  for (const roles of [...files.interactions, ...files.users]) cuts.push(await cutEvents(inputs.others, roles));
  return cuts;
}

/** The ranges of a file; one range where it cannot be cut. */
async function cutEvents(inputs: Inputs, roles: EventsRoles, options?: LayoutOptions): Promise<CutFile> {
  const layout = layoutOf(inputs, roles, options);
  return (await rangesOf(inputs, roles, layout)) ?? wholeFile(inputs, roles, layout);
}

async function rangesOf(
  { eventWeights, sizes }: Inputs,
  { file }: EventsRoles,
  layout: EventLayout,
): Promise<CutFile | undefined> {
  const { path, begin } = file;
  return cutRanges({ path, begin, size: await file.seekableSize() }, layout, eventWeights, sizes);
}

function wholeFile({ eventWeights, sizes = SIZES }: Inputs, { file }: EventsRoles, layout: EventLayout): CutFile {
  const { source, path, begin } = file;
  const task = { path, source, begin, layout, eventWeights: [...eventWeights], chunkBytes: sizes.chunk };
  return { task, ranges: [{ from: 0, to: Math.max(1, fileSizeOrZero(path)) }] };
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
  if (await rangesOf(inputs, roles, layout)) return undefined;
  const { task, ranges } = wholeFile(inputs, roles, layout);
  let read: ReadEvents | undefined;
  await rangeWorkers.read(task, ranges, async (part) => {
    if (!part) return;
    read = takeWholeFile(part, task.path, layout, eventWeights, ids, badRows);
    onBytes?.(fileSizeOrZero(task.path));
  });
  return read;
}
