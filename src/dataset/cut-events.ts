import { sizeAtHand } from '../csv/source.js';
import type { EventLayout } from '../events/event-columns.js';
import type { Ids } from '../events/ids.js';
import { type CutFile, cutRanges, type ReadEvents, SIZES } from '../events/read-events.js';
import { takeWholeFile } from '../events/whole-file.js';
import type { EventsRoles } from '../understanding/file-roles.js';
import { type EventFiles, inputsOfEach, layoutOf, type More, OF_ORDERS } from './event-files.js';
import type { Inputs } from './inputs.js';

/* Files of events that others read: in ranges, or whole. */

/** How each of these files is read by others, in the order in which `readDataset` reads them. */
export async function cutEventFiles(given: Inputs, files: EventFiles): Promise<CutFile[]> {
  const inputs = inputsOfEach(given, files);
  const cuts = files.orders ? [await cutEvents(inputs.orders, files.orders, OF_ORDERS)] : [];
  for (const roles of [...files.interactions, ...files.users]) cuts.push(await cutEvents(inputs.others, roles));
  return cuts;
}

/** How others read a file of events. */
async function cutEvents(inputs: Inputs, roles: EventsRoles, more: More = {}): Promise<CutFile> {
  const layout = layoutOf(inputs, roles, more);
  return (await cutRanges(roles.file, layout, inputs.eventWeights, inputs.sizes)) ?? wholeFile(inputs, roles, layout);
}

function wholeFile({ eventWeights, sizes = SIZES }: Inputs, { file }: EventsRoles, layout: EventLayout): CutFile {
  const { source, path, begin } = file;
  const task = { path, source, begin, layout, eventWeights: [...eventWeights], chunkBytes: sizes.chunk };
  return { task, ranges: [{ from: 0, to: Math.max(1, sizeAtHand(path)) }] };
}

/** The events of a file that others have read whole; undefined: they have not. */
export async function readElsewhere(
  inputs: Inputs,
  roles: EventsRoles,
  layout: EventLayout,
  ids: Ids,
): Promise<ReadEvents | undefined> {
  const { rangeWorkers, eventWeights, sizes, badRows, onBytes } = inputs;
  // Nobody else could read a pipe.
  if (!rangeWorkers?.readWhole || sizeAtHand(roles.file.path) === 0) return undefined;
  if (await cutRanges(roles.file, layout, eventWeights, sizes)) return undefined;
  const { task, ranges } = wholeFile(inputs, roles, layout);
  let read: ReadEvents | undefined;
  await rangeWorkers.read(task, ranges, async (part) => {
    if (!part) return;
    read = takeWholeFile(part, task.path, layout, eventWeights, ids, badRows);
    onBytes?.(sizeAtHand(task.path));
  });
  return read;
}
