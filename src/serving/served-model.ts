import { packedTexts } from '../csv/quoted-cells.js';
import type { Dataset } from '../dataset/dataset.js';
import { rowsOfUsers } from '../dataset/interactions.js';
import { IdIndex } from '../events/ids.js';
import type { KnownModel } from '../saved-model/known-users.js';
import { SavedModel, type Wanted } from '../saved-model/saved-model.js';

const NOBODY = packedTexts([]);

/**
 * A model file that stays open, and what it knows about single users. The file is mapped, so all children share its memory.
 * @param allowed by item: 1 where it may be recommended; undefined: all. @throws Failure where the file cannot be read.
 */
export function servedModel(path: string, allowed?: Uint8Array) {
  const saved = new SavedModel(path, () => `${path}.${process.pid}`);
  // Read once. `attributes` has a row for each item. `popularity` is by item the score that it has for every user, as rules use it.
  const { facts, known, model, users, popularity, attributes } = saved;
  const offered = allowed ? saved.names.offered.map((flag, item) => flag & (allowed[item] ?? 0)) : saved.names.offered;
  const names = { ...saved.names, offered };
  // The places of users, by id.
  const userIds = IdIndex.of(saved.userIds);
  let itemsThen: (ReturnType<SavedModel['items']> & { minute: number }) | undefined;
  // Read when an expression or a rule first needs them.
  let itemColumns: Dataset['itemColumns'] | undefined;
  let userColumns: Dataset['userColumns'] | undefined;

  /** A row for each of the users. */
  const usersAt = (places: readonly number[]) => rowsOfUsers(users, Uint32Array.from(places));

  /** The items, for the current minute: which of them can be sold may change with time; columns do not. */
  const items = (wanted: Wanted): ReturnType<SavedModel['items']> => {
    const minute = Math.floor(wanted.now / 60);
    if (itemsThen?.minute !== minute) itemsThen = { minute, ...saved.items({ ...wanted, keepColumns: false }) };
    if (!wanted.keepColumns) return itemsThen;
    itemColumns ??= saved.items(wanted).itemColumns;
    return { ...itemsThen, itemColumns };
  };

  /** A model that knows only this user. @param place undefined: it does not know them either. */
  const of = (place: number | undefined, id = ''): KnownModel => {
    const bytes = Buffer.from(id);
    const places = place === undefined ? [] : [place];
    return {
      facts: { ...facts, counts: { ...facts.counts, users: places.length } },
      names,
      userIds: place === undefined ? NOBODY : { bytes, start: Float64Array.of(0, bytes.length) },
      attributes,
      usersAt: () => usersAt(places),
      items,
      userColumns: (userColumns ?? []).map(({ name, cells }) => ({ name, cells: places.map((at) => cells[at] ?? '') })),
    };
  };

  /** Makes `of` return the columns of profiles as well, from now on. */
  const readUserColumns = () => {
    userColumns ??= saved.userColumns;
  };

  return { facts, names, known, model, users, popularity, userIds, of, usersAt, items, readUserColumns };
}
export type ServedModel = ReturnType<typeof servedModel>;
