import { displayName } from '../csv/failures.js';
import { momentText } from '../events/clock.js';
import { type EventWeights, typeKey } from '../events/event-types.js';
import { IdIndex, type Ids, renumber } from '../events/ids.js';
import type { CutFile } from '../events/read-events.js';
import { badData, type Failure, misuse } from '../failure.js';
import { stacked } from '../matrix/combined.js';
import { emptyRows, type SparseRows } from '../matrix/sparse.js';
import { closeFiles, openFiles } from '../understanding/open-files.js';
import { requireNamedAttributes } from '../understanding/roles.js';
import { type Understanding, understand, understandEach } from '../understanding/understanding.js';
import { noAttributes } from './attributes/attribute-table.js';
import { itemColumnsOf } from './attributes/item-columns.js';
import type { Dataset, FileReport } from './dataset.js';
import type { Entries } from './entries.js';
import { cutEventFiles, inputsOfEach } from './event-files.js';
import { type EventsFile, readEventsFile, readOrders } from './events-file.js';
import { evidenceNotes } from './evidence-rules.js';
import type { Inputs } from './inputs.js';
import { joinedInteractions } from './interactions.js';
import { type Catalogue, readItems } from './items.js';
import { aggregated } from './merged-files.js';
import { ProfileLists, readProfiles } from './profiles.js';

/** The dataset, and how its files were understood. */
export interface ReadData {
  dataset: Dataset;
  /** In the order in which the files were read. */
  reports: FileReport[];
  understanding: Understanding;
}

/** Looks at all files, decides what they mean, and reads them into one dataset. */
export async function readDataset(inputs: Inputs): Promise<ReadData> {
  return withFiles(inputs, async (understanding) => ({ ...(await readFiles(inputs, understanding)), understanding }));
}

/** How other processes read the events files: the same tasks that `readDataset` will ask for. */
export async function cutDataset(inputs: Inputs): Promise<CutFile[]> {
  return withFiles(inputs, (understanding) => cutEventFiles(inputs, understanding));
}

async function withFiles<T>(inputs: Inputs, work: (understanding: Understanding) => Promise<T>): Promise<T> {
  const files = await openFiles(inputs, (some) => void understandEach(some, inputs));
  try {
    return await work(understand(files, inputs));
  } finally {
    await closeFiles(files);
  }
}

/**
 * Reads orders and items, then the interactions, then the users. Users come last: whether an entry of a profile's list is an id or
 * `id:strength` shows only once all ids are known.
 */
async function readFiles(
  given: Inputs,
  understanding: Understanding,
): Promise<{ dataset: Dataset; reports: FileReport[] }> {
  const { known } = given;
  const ids = { users: new IdIndex(), items: known?.items ?? new IdIndex() };
  const reports: FileReport[] = [];
  const { orders: inputsOfOrders, others: inputs } = inputsOfEach(given, understanding);
  const orders = understanding.orders && (await readOrders(inputsOfOrders, understanding.orders));
  if (orders) reports.push(orders.report);
  const catalogue = understanding.items && (await readItems(inputs, understanding.items, ids, reports));
  // Users of the users file come first; those of the interactions alone get their indices after them.
  const ownIds = { users: new IdIndex(), items: ids.items };
  const interactions: EventsFile[] = [];
  for (const file of understanding.interactions) {
    interactions.push(await readEventsFile(inputs, file, ownIds, orders?.orders));
  }
  const events: EventsFile[] = [];
  for (const file of understanding.users) {
    events.push(await readEventsFile(inputs, file, ids, orders?.orders));
  }
  reports.push(...[...interactions, ...events].map(({ report }) => report));
  const attributes = catalogue?.attributes ?? known?.attributes ?? noAttributes(0);
  const profiles = understanding.profiles && (await readProfiles(inputs, understanding.profiles, ids, attributes));
  if (profiles) reports.push(profiles.report);
  const served = ids.users.size;
  if (served === 0) {
    const { now } = inputs.evidence ?? {};
    const where = now === undefined ? 'below its header no row' : `no row up to ${momentText(now)} (--now)`;
    const message = `${namesOf(inputs.users)} holds no users: ${where} has one to recommend to`;
    throw badData([message, ...skippedLines(reports)].join('\n  '));
  }
  for (const file of interactions) renumber(file.events.user.values, ownIds.users.ids, ids.users);
  if (ids.items.size === 0) throw noItems(inputs, understanding);
  const dataset = assemble(inputs, ids, served, catalogue, profiles, [interactions, events], reports);
  if (!known) {
    requireEvidence(dataset, inputs, understanding, reports);
    reports.at(-1)?.notes.push(...evidenceNotes(dataset, dataset.preferences.index.length > 0));
    requireEventTypes(inputs.eventWeights, reports);
  }
  const attributeColumns = reports.flatMap(({ columns }) => columns.map(({ name }) => name));
  requireNamedAttributes(inputs.attributeColumns, attributeColumns);
  return { dataset, reports };
}

function namesOf(paths: readonly string[]): string {
  return paths.map(displayName).join(' and ');
}

/** The failure of files that name no item. */
function noItems({ users, interactions }: Inputs, understanding: Understanding): Failure {
  const name = namesOf(users);
  const read = understanding.profiles
    ? `${name} was read as profiles, since no column of it looks like the item (--item-col NAME says which is; where columns are items, as in a matrix of ratings, DataFrame.melt makes rows of them in Python)`
    : `no row of ${name} has one`;
  const beside = interactions.length === 0 ? '' : `, and no row of ${namesOf(interactions)} has one`;
  const message = `no items anywhere: ${read}${beside}; give a catalogue with --items, or interactions with --interactions`;
  return badData(message);
}

/**
 * Refuses data without anything to learn from: everybody would get the catalogue's first rows.
 * @throws Failure 65.
 */
function requireEvidence(
  { interactions, preferences }: Dataset,
  inputs: Inputs,
  understanding: Understanding,
  reports: readonly FileReport[],
): void {
  if (interactions.index.length > 0 || preferences.index.length > 0) return;
  const why =
    understanding.profiles && inputs.interactions.length === 0
      ? `${namesOf(inputs.users)} was read as profiles, which have no history and no preferences that match the catalogue; --interactions EVENTS says what people did`
      : 'no row that was read counts';
  const message = `there is nothing to learn from: ${why}`;
  throw badData([message, ...skippedLines(reports)].join('\n  '));
}

function skippedLines(reports: readonly FileReport[]): string[] {
  return reports.flatMap(({ table, skipped }) =>
    skipped
      .filter(({ kind }) => kind.count > 0)
      .map(
        ({ what, kind }) => `${table.path}: skipped ${kind.count} rows ${what}, the first on line ${kind.firstLine}`,
      ),
  );
}

/**
 * Puts together what the files hold: matrices of all users and all items, whichever file names them.
 * @param events the events files, grouped by which are read as one.
 */
function assemble(
  inputs: Inputs,
  ids: Ids,
  served: number,
  catalogue: Catalogue | undefined,
  profiles: Awaited<ReturnType<typeof readProfiles>> | undefined,
  events: readonly EventsFile[][],
  reports: readonly FileReport[],
): Dataset {
  const users = ids.users.size;
  const items = ids.items.size;
  const itemTitles = events.flat().map((file) => file.events.titles);
  const behaviour = events.flatMap((files, at) =>
    files.length > 0 ? aggregated(inputs, ids, files, at, reports) : [],
  );
  const attributes = catalogue?.attributes ?? noAttributes(0);
  const groups = profiles?.groups ?? noAttributes(0);
  const { history, preferences, exclude } = profiles?.lists ?? new ProfileLists();
  const stated = matrixOf(history, users, items);
  const offered = Uint8Array.from({ length: items }, (_, item) => (!catalogue || catalogue.table.has(item) ? 1 : 0));
  const unrated = { interactions: stated, times: undefined, rated: undefined };
  const { interactions, times, rated } = joinedInteractions([...behaviour, unrated], users, items);
  noteItemsOutside(offered, interactions, reports);
  // Some users without interactions may be new, but hardly all of them.
  if (profiles && served < users && stated.index.length === 0 && behaviour[0]?.interactions.start[served] === 0) {
    const [own, other] = [ids.users.ids[0], ids.users.ids[served]].map((id) => JSON.stringify(id));
    const warning = `none of its users has interactions (users are like ${own} here, ${other} there); do the ids match?`;
    profiles.report.warnings.push(warning);
  }
  const titleOf = (item: number) =>
    catalogue?.titles[item] || itemTitles.find((titles) => titles?.[item])?.[item] || '';
  const itemData = {
    itemIds: ids.items.ids,
    titles: Array.from({ length: items }, (_, item) => titleOf(item)),
    interactions,
    times,
  };
  const columns = inputs.keepColumns ? itemColumnsOf(catalogue?.columns, reports, itemData) : { itemColumns: [] };
  return {
    ...itemData,
    evidence: inputs.evidence,
    userIds: ids.users.ids,
    served,
    offered,
    available: catalogue?.available,
    rated,
    excluded: matrixOf(exclude, users, items),
    attributes: padded(attributes.matrix, items),
    attributeNames: attributes.values.ids,
    preferences: matrixOf(preferences, users, attributes.values.size),
    groups: padded(groups.matrix, users),
    groupNames: groups.values.ids,
    ...columns,
    userColumns: profiles?.columns ?? [],
  };
}

/** Entries as a matrix; the later of two for the same cell stands. */
function matrixOf(entries: Entries, rows: number, columns: number): SparseRows {
  return entries.matrix(rows, columns, (values) => values[values.length - 1]!);
}

function padded(matrix: SparseRows, rows: number): SparseRows {
  return matrix.rows === rows ? matrix : stacked(matrix, emptyRows(rows - matrix.rows, matrix.columns));
}

/**
 * Catalogues drop items that are no longer sold, but hardly nearly all that anybody had. A hand-picked catalogue may, but then people had
 * most of its items.
 */
const FEW_KNOWN = 0.05;
const MANY_TOUCHED = 0.5;

/** Notes how many items are outside the catalogue. If nearly all that anybody had are, the ids of the files probably differ: a warning. */
function noteItemsOutside(offered: Uint8Array, had: SparseRows, reports: readonly FileReport[]): void {
  const outside = offered.reduce((total, flag) => total + 1 - flag, 0);
  const report = reports[reports.length - 1];
  if (outside === 0 || !report) return;
  report.notes.push(`items not in the catalogue: ${outside}; learned from, never recommended`);
  if (had.index.length === 0) return;
  const touched = new Set(had.index.filter((item) => offered[item] === 1));
  const known = had.index.reduce((total, item) => total + (offered[item] ?? 0), 0);
  if (known === 0) {
    report.warnings.push('not one item that anybody had is in the catalogue; do the ids of the files match?');
  } else if (known < FEW_KNOWN * had.index.length && touched.size < MANY_TOUCHED * (offered.length - outside)) {
    const few = `${known} of ${had.index.length} interactions are with items of the catalogue`;
    report.warnings.push(`only ${few}, and with few of these; do the ids of the files match?`);
  }
}

/** Weights by type need a column of types. A type without rows is only noted, since it may have rows another day. */
function requireEventTypes(weights: EventWeights, reports: readonly FileReport[]): void {
  if (weights.size === 0) return;
  const types = reports.flatMap((report) => report.events?.types ?? []);
  if (types.length === 0) {
    throw misuse(
      '--event-weights: no file has a column of event types with anything in it; name it with --event-col NAME',
    );
  }
  const met = new Set(types.map((type) => typeKey(type.name)));
  const unmet = [...weights.keys()].filter((name) => !met.has(typeKey(name)));
  if (unmet.length > 0) reports.at(-1)?.notes.push(`--event-weights names types that no row has: ${unmet.join(', ')}`);
}
