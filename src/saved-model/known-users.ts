import type { CellColumn } from '../csv/cells.js';
import type { Dataset } from '../dataset/dataset.js';
import { entriesOfUsers, entriesWhere, type Interactions, joinedInteractions } from '../dataset/interactions.js';
import { hashOf, IdIndex } from '../events/ids.js';
import { joined } from '../matrix/combined.js';
import { emptyRows, firstRows, mapped, pickedRows, rowLength, type SparseRows } from '../matrix/sparse.js';
import { type Rated, rated } from '../model/strength.js';
import { evidenceOf, type SavedModel, type Wanted } from './saved-model.js';

/** The parts of a model that scoring users of new files needs. */
export type KnownModel = Pick<
  SavedModel,
  'facts' | 'names' | 'userIds' | 'usersAt' | 'items' | 'attributes' | 'userColumns'
>;

/** The users of new files, with what the model knows about them. */
export interface Scored {
  dataset: Dataset;
  /** Number of interactions read, number of those with items unknown to the model, and one of these items. */
  read: number;
  unknownCount: number;
  exampleItem: string | undefined;
  /** Number of users that the model knows. */
  known: number;
}

/**
 * Combines the users of new files with what the model knows about them.
 *
 * The model's data about a user stays. Interactions in the new files are added, or replace those with the same item; new preferences and
 * groups of a profile replace the old ones; new exclusions are added to the old ones. Items and groups unknown to the model are left out.
 *
 * @param read the new files, read with the model's ids and columns. @param wanted what else to take from the model.
 */
export function scoredUsers(model: KnownModel, read: Dataset, wanted: Wanted): Scored {
  const { served, userIds } = read;
  const { counts, times } = model.facts;
  const { names } = model;
  const { fresh, unknownCount } = knownItems(read, counts.items);
  const exampleItem = read.itemIds[read.interactions.index.find((item) => item >= counts.items) ?? -1];
  const places = placesIn(model, userIds.slice(0, served));
  const users = places.filter((place) => place < counts.users).sort();
  const all = users.length > 0 ? model.usersAt(users) : undefined;
  // The row after those of known users is empty: all unknown users get it.
  const rowOfPlace = new Map(Array.from(users, (place, row) => [place, row]));
  const rows = places.map((place) => rowOfPlace.get(place) ?? users.length);
  const before = (name: 'preferences' | 'groups' | 'excluded') =>
    all ? pickedRows(withEmptyRow(all[name]), rows) : emptyRows(served, 0);
  const had = all && entriesOfUsers({ ...all, interactions: withEmptyRow(all.interactions) }, rows);
  const { interactions, times: seconds, rated: ratings } = joinHistories(had, fresh, model);
  const now = (name: 'preferences' | 'groups' | 'excluded', columns: number) =>
    firstColumns(firstRows(read[name], served), columns);
  const excluded = now('excluded', counts.items);
  return {
    read: read.interactions.start[served] ?? 0,
    unknownCount,
    exampleItem: unknownCount === 0 ? undefined : exampleItem,
    known: users.length,
    dataset: {
      ...names,
      userIds: userIds.slice(0, served),
      served,
      interactions,
      // Users without times are treated alike, whatever other users the files have.
      times: times ? (seconds ?? new Float64Array(interactions.index.length).fill(Number.NaN)) : undefined,
      rated: ratings,
      excluded: joined([before('excluded'), excluded], served, counts.items),
      attributes: model.attributes,
      preferences: newerRows(before('preferences'), now('preferences', counts.preferences)),
      groups: newerRows(before('groups'), now('groups', counts.groups)),
      ...model.items(wanted),
      evidence: evidenceOf(model.facts, wanted),
      userColumns: wanted.keepColumns ? userColumns(read.userColumns, model.userColumns, places) : [],
    },
  };
}

/** The served users' interactions with known items, and the number of those with unknown ones. */
function knownItems(read: Dataset, items: number): { fresh: Interactions; unknownCount: number } {
  const { index, start } = read.interactions;
  const end = start[read.served] ?? 0;
  const flags = new Uint8Array(index.length);
  let kept = 0;
  for (let e = 0; e < end; e++) if ((index[e] ?? items) < items) kept += flags[e] = 1;
  const { interactions, times, rated } = entriesWhere(read, flags);
  return {
    fresh: { interactions: { ...firstRows(interactions, read.served), columns: items }, times, rated },
    unknownCount: end - kept,
  };
}

/** The user's index in the model for each id; for unknown users, the index after the last user. */
function placesIn(model: KnownModel, ids: readonly string[]): Uint32Array {
  const { bytes, start } = model.userIds;
  const users = IdIndex.from(ids);
  const places = new Uint32Array(ids.length).fill(start.length - 1);
  for (let user = 0; user < start.length - 1; user++) {
    const [from = 0, to = 0] = [start[user], start[user + 1]];
    const place = users.find(bytes, from, to, hashOf(bytes, from, to));
    if (place >= 0) places[place] = user;
  }
  return places;
}

/** The matrix with an empty row added, for users that the model does not know. */
function withEmptyRow(matrix: SparseRows): SparseRows {
  const start = new Uint32Array(matrix.rows + 2).fill(matrix.index.length);
  start.set(matrix.start);
  return { ...matrix, rows: matrix.rows + 1, start };
}

/** Joins the histories in the model with those of new files. Ratings are compared with the mean of all ratings of the user. */
function joinHistories(before: Interactions | undefined, fresh: Interactions, { facts }: KnownModel): Interactions {
  const { rows, columns } = fresh.interactions;
  const parts = before ? [before, fresh] : [fresh];
  const { interactions: both, times } = joinedInteractions(parts, rows, columns);
  const scale = facts.strengths.find(({ rule }) => rule.kind === 'scale');
  if (!scale || facts.ratingSpan === null) return { interactions: both, times, rated: undefined };
  const beside = (name: 'rating' | 'weight', otherwise: number) =>
    joined(
      parts.map(({ interactions, rated }) => ({
        ...interactions,
        value: rated?.[name] ?? new Float32Array(interactions.index.length).fill(otherwise),
      })),
      rows,
      columns,
    ).value;
  const ratings: Rated = {
    rating: beside('rating', Number.NaN),
    weight: parts.some(({ rated }) => rated?.weight) ? beside('weight', 1) : undefined,
    span: facts.ratingSpan,
    mean: facts.countingMean ?? scale.meanRating,
  };
  const strengths = rated(both, ratings);
  if (facts.countingMean !== null) return { interactions: { ...both, value: strengths }, times, rated: ratings };
  const value = both.value.slice();
  for (let user = 0; user < rows; user++) {
    const [from, to] = [both.start[user] ?? 0, both.start[user + 1] ?? 0];
    const added = rowLength(fresh.interactions, user);
    // If only one of the two has interactions of a user, its strengths are right already.
    if (added > 0 && added < to - from) value.set(strengths.subarray(from, to), from);
  }
  return { interactions: { ...both, value }, times, rated: ratings };
}

/** The columns of both; a filled cell of `now` wins. @param places row of each user in `before`. */
function userColumns(now: readonly CellColumn[], before: readonly CellColumn[], places: Uint32Array): CellColumn[] {
  const names = new Set([...now, ...before].map(({ name }) => name));
  return Array.from(names, (name) => {
    const [newer, older] = [now, before].map((columns) => columns.find((column) => column.name === name)?.cells);
    return { name, cells: Array.from(places, (place, user) => newer?.[user] || older?.[place] || '') };
  });
}

/** The matrix without the columns from `columns` on. */
function firstColumns(matrix: SparseRows, columns: number): SparseRows {
  return { ...mapped(matrix, (value, _, column) => (column < columns ? value : undefined)), columns };
}

/** The rows of `now`; for an empty one, that of `before`. */
function newerRows(before: SparseRows, now: SparseRows): SparseRows {
  if (before.index.length === 0) return now;
  const kept = mapped(before, (value, row) => (rowLength(now, row) === 0 ? value : undefined));
  return joined([kept, now], now.rows, now.columns);
}
