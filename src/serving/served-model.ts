import type { Dataset } from '../dataset/dataset.js';
import type { Known } from '../dataset/inputs.js';
import { entriesOfUsers } from '../dataset/interactions.js';
import { IdIndex } from '../events/ids.js';
import { pickedRows, type SparseRows } from '../matrix/sparse.js';
import type { Model } from '../ranking/model.js';
import type { ModelFacts } from '../saved-model/facts.js';
import type { KnownModel } from '../saved-model/known-users.js';
import { type KnownUsers, type Names, SavedModel, type Wanted } from '../saved-model/saved-model.js';

const NOBODY = { bytes: new Uint8Array(0), starts: Float64Array.of(0) };

/** A model file that stays open, and what it knows of users one by one. It is read where it is mapped, so all children share its memory. */
export class ServedModel {
  readonly facts: ModelFacts;
  readonly names: Names;
  readonly known: Known;
  readonly model: Model;
  readonly users: KnownUsers;
  /** By item: what it scores for everybody, as rules know it. */
  readonly popularity: Float64Array;
  /** Made once: it has a row for each item. */
  readonly #attributes: SparseRows;
  /** The places of users by their ids. */
  readonly userIds: IdIndex;
  readonly #saved: SavedModel;
  #itemsThen: (ReturnType<SavedModel['items']> & { minute: number }) | undefined;
  /** Read when an expression or a rule first asks for them. */
  #itemColumns: Dataset['itemColumns'] | undefined;
  #userColumns: Dataset['userColumns'] | undefined;

  /** @throws Failure where the file cannot be read. */
  constructor(path: string) {
    this.#saved = new SavedModel(path, () => `${path}.${process.pid}`);
    const { facts, names, known, model, users, popularity, userIds, attributes } = this.#saved;
    this.facts = facts;
    this.names = names;
    this.known = known;
    this.model = model;
    this.users = users;
    this.popularity = popularity;
    this.#attributes = attributes;
    this.userIds = IdIndex.of(userIds);
  }

  /** What it knows of one user, as a model that knows nobody else. @param place undefined: it does not know them. */
  of(place: number | undefined, id = ''): KnownModel {
    const bytes = Buffer.from(id);
    const places = place === undefined ? [] : [place];
    return {
      facts: { ...this.facts, counts: { ...this.facts.counts, users: places.length } },
      names: this.names,
      userIds: place === undefined ? NOBODY : { bytes, starts: Float64Array.of(0, bytes.length) },
      attributes: this.#attributes,
      usersAt: () => this.usersAt(places),
      items: (wanted) => this.items(wanted),
      userColumns: (this.#userColumns ?? []).map(({ name, cells }) => ({
        name,
        cells: places.map((at) => cells[at] ?? ''),
      })),
    };
  }

  /** A row for each of the users. */
  usersAt(places: readonly number[]): KnownUsers {
    const { excluded, preferences, groups, ...interactions } = this.users;
    return {
      ...entriesOfUsers(interactions, Uint32Array.from(places)),
      excluded: pickedRows(excluded, places),
      preferences: pickedRows(preferences, places),
      groups: pickedRows(groups, places),
    };
  }

  /** What can be sold may change with time, from minute to minute; columns do not. */
  items(wanted: Wanted): ReturnType<SavedModel['items']> {
    const minute = Math.floor(wanted.now / 60);
    if (this.#itemsThen?.minute !== minute) {
      this.#itemsThen = { minute, ...this.#saved.items({ ...wanted, keepColumns: false }) };
    }
    if (!wanted.keepColumns) return this.#itemsThen;
    this.#itemColumns ??= this.#saved.items(wanted).itemColumns;
    return { ...this.#itemsThen, itemColumns: this.#itemColumns };
  }

  /** From now on, `of` has the columns of profiles as well. */
  readUserColumns(): void {
    this.#userColumns ??= this.#saved.userColumns;
  }
}
