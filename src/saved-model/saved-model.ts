import { closeSync } from 'node:fs';
import type { CellColumn } from '../csv/cells.js';
import { quotedFrom, unpackedTexts } from '../csv/quoted-cells.js';
import { noAttributes } from '../dataset/attributes/attribute-table.js';
import { availabilityReader, isAvailabilityName } from '../dataset/attributes/availability.js';
import type { Dataset } from '../dataset/dataset.js';
import type { EvidenceRules } from '../dataset/evidence-rules.js';
import type { Known } from '../dataset/inputs.js';
import type { UserRows } from '../dataset/interactions.js';
import type { DayOrder } from '../events/day-month.js';
import { IdIndex, type PackedIds } from '../events/ids.js';
import { badData, messageOf } from '../failure.js';
import { type Arrays, arrayOf, checkArrays, headerHash, readArrays, readSegments } from '../files/array-file.js';
import type { TypedArray } from '../files/array-header.js';
import { emptyRows, rowLengths, type SparseRows } from '../matrix/sparse.js';
import { signalCount } from '../model/signals.js';
import type { Model } from '../ranking/model.js';
import { matrixFrom } from '../workers/matrix-file.js';
import type { ModelFiles } from '../workers/protocol.js';
import { readModel } from '../workers/run-files.js';
import type { ModelFacts } from './facts.js';
import { factsFrom, openModelFile, stablePath, withLength, withShape } from './open-model.js';
import { isUserArray } from './write.js';

/** The ids and names of a model's items and signals. */
export type Names = Pick<Dataset, 'itemIds' | 'titles' | 'offered' | 'attributeNames' | 'groupNames'>;

/** What a run needs from a model: columns of files or not, and the items that can be sold at a time (seconds since 1970). */
export interface Wanted {
  keepColumns: boolean;
  now: number;
  /** The moment from which ages count (`--now`); undefined: the latest interaction that the model learned from. */
  clock?: number | undefined;
  /** What comes first in dates like 03/04/2011; undefined: as the model says, or as the column shows. */
  dayOrder: DayOrder | undefined;
}

/** The evidence rules of the model. Ages do not depend on new files, so that a list does not depend on other users in them. */
export function evidenceOf(
  { evidence }: Pick<ModelFacts, 'evidence'>,
  { clock = evidence.now }: Wanted,
): EvidenceRules {
  return { ...evidence, now: clock };
}

/** The arrays with one number for each entry of the histories. */
const BESIDE_HISTORY = ['times', 'rating', 'weight'];

/**
 * An open model file. Each part is read, and its check sum verified, on access, because most questions need no histories. Another run may
 * replace the file meanwhile: this object keeps the old one until it is closed.
 *
 * Every access throws Failure 65 if the file was cut or altered, or its parts do not fit together.
 */
export class SavedModel {
  readonly facts: ModelFacts;
  /** Hash of the whole content. */
  readonly hash: string;
  /** The file as children read it. */
  readonly files: ModelFiles;
  readonly #path: string;
  readonly #stable: string;
  readonly #file: number;

  /**
   * Opens a model file and reads its facts. @param privatePath as `stablePath` takes it.
   * @throws Failure 66 if it cannot be opened, 65 if it is not a model or this version cannot read it.
   */
  constructor(path: string, privatePath: () => string) {
    this.#path = path;
    this.#file = openModelFile(path);
    try {
      this.#stable = stablePath(path, this.#file, privatePath);
      this.facts = this.#read(() => factsFrom(readArrays(this.#stable, (name) => name === 'facts', false)));
      this.hash = this.#read(() => headerHash(this.#stable));
    } catch (error) {
      this.close();
      throw error;
    }
    this.files = {
      counts: this.facts.counts,
      rows: [{ path: this.#stable, from: 0 }],
      statistics: this.#stable,
      factors: this.#stable,
      isFinished: true,
    };
  }

  close(): void {
    closeSync(this.#file);
  }

  get names(): Names {
    const { items, preferences, groups } = this.facts.counts;
    return this.#read(() => ({
      itemIds: this.#texts('items', items),
      titles: this.#texts('titles', items),
      attributeNames: this.#texts('attributeNames', preferences),
      groupNames: this.#texts('groupNames', groups),
      offered: withLength(this.#array('offered', Uint8Array), items),
    }));
  }

  /** The ids, columns and strengths with which new files are read for scoring. */
  get known(): Known {
    const { strengths, attributes, groups } = this.facts;
    return this.#read(() => {
      const index = (name: string) => IdIndex.of(this.#packed(name));
      return {
        items: index('items'),
        attributes: noAttributes(0, index('attributeNames'), attributes),
        groups: noAttributes(0, index('groupNames'), groups),
        strengths,
      };
    });
  }

  get userIds(): PackedIds {
    return this.#read(() => this.#packed('users', this.facts.counts.users));
  }

  /** Empty rows: what was learned about attributes is in the rows of the model. */
  get attributes(): SparseRows {
    const { items, preferences } = this.facts.counts;
    return emptyRows(items, preferences);
  }

  /** The data about items other than their names. */
  items({ keepColumns, now, dayOrder }: Wanted): Pick<Dataset, 'available' | 'itemColumns'> {
    const itemColumns = keepColumns ? this.#columns('itemColumns') : [];
    return { available: this.#read(() => this.#availableAt(now, dayOrder)), itemColumns };
  }

  get userColumns(): CellColumn[] {
    return this.#columns('userColumns');
  }

  /** The model's data as a dataset, with all users. */
  dataset(wanted: Wanted): Dataset {
    const { names, attributes } = this;
    const { users, served } = this.facts.counts;
    const userColumns = wanted.keepColumns ? this.userColumns : [];
    return this.#read(() => {
      const userIds = this.#texts('users', users);
      const known = this.#usersFrom(this.#arrays(isUserArray), users);
      const evidence = evidenceOf(this.facts, wanted);
      return { ...names, ...this.items(wanted), userColumns, userIds, served, attributes, evidence, ...known };
    });
  }

  /** The data of all users, mapped: processes that read it share the memory. */
  get users(): UserRows {
    return this.#read(() => this.#usersFrom(readArrays(this.#stable, isUserArray), this.facts.counts.users));
  }

  /** The data of some users, a row for each. @param users rising indices. */
  usersAt(users: Uint32Array): UserRows {
    return this.#read(() => {
      const parts = ['history', 'excluded', 'preferences', 'groups'].map((name) => {
        const all = this.#array(`${name}.start`, Uint32Array);
        const start = new Uint32Array(users.length + 1);
        const segments = Array.from(users, (user, row) => {
          const [from = 0, to = 0] = all.subarray(user, user + 2);
          start[row + 1] = (start[row] ?? 0) + to - from;
          return [from, to] as const;
        });
        const beside = name === 'history' ? BESIDE_HISTORY : [];
        const wanted = [`${name}.index`, `${name}.value`, ...beside];
        return {
          ...this.#arrays((each) => each === `${name}.shape`),
          ...readSegments(this.#stable, segments, (each) => wanted.includes(each)),
          [`${name}.start`]: start,
        };
      });
      return this.#usersFrom(Object.assign({}, ...parts), users.length);
    });
  }

  #columns(of: 'itemColumns' | 'userColumns', isWanted = (_name: string) => true): CellColumn[] {
    const { items, users } = this.facts.counts;
    const rows = of === 'itemColumns' ? items : users;
    return this.#read(() =>
      this.facts[of].flatMap((name, at) => {
        return isWanted(name) ? { name, cells: this.#texts(`${of}.${at}`, rows) } : [];
      }),
    );
  }

  /**
   * By item, whether it can be sold now. The model keeps only one row of columns per item. If that row gave another answer than all rows of
   * the item when the model was learned, the answer of then stays.
   */
  #availableAt(now: number, dayOrder: DayOrder | undefined): Uint8Array | undefined {
    const { counts, now: before, dayOrder: learned } = this.facts;
    const { available } = this.#arrays((name) => name === 'available');
    if (!(available instanceof Uint8Array) || now === before) return available as Uint8Array | undefined;
    const columns = this.#columns('itemColumns', isAvailabilityName);
    const names = columns.map(({ name }) => name);
    const answers = [before, now].map((at) => {
      const reader = availabilityReader(names, 'honour');
      const cellsOf = (item: number) => columns.map(({ cells }) => cells[item] ?? '');
      for (let item = 0; item < counts.items; item++) reader.take(cellsOf(item), item);
      return reader.of(counts.items, at, dayOrder ?? learned ?? undefined).available;
    });
    const [then, today] = answers;
    return available.map((flag, item) => (then?.[item] === flag ? (today?.[item] ?? flag) : flag));
  }

  #usersFrom(arrays: Arrays, users: number): UserRows {
    const { ratingSpan: span, counts } = this.facts;
    const matrix = (name: string, columns: number) => {
      const [, width = 0] = arrayOf(arrays, `${name}.shape`, Float64Array);
      const shape = { [`${name}.shape`]: Float64Array.of(users, width) };
      return withShape(matrixFrom({ ...arrays, ...shape }, name), users, columns);
    };
    const interactions = matrix('history', counts.items);
    const entries = interactions.index.length;
    const beside = (name: string) => withLength(arrayOf(arrays, name, Float32Array), entries);
    const weight = 'weight' in arrays ? beside('weight') : undefined;
    return {
      interactions,
      times: 'times' in arrays ? withLength(arrayOf(arrays, 'times', Float64Array), entries) : undefined,
      rated: span === null ? undefined : { rating: beside('rating'), weight, span },
      excluded: matrix('excluded', counts.items),
      preferences: matrix('preferences', counts.preferences),
      groups: matrix('groups', counts.groups),
    };
  }

  /** The rows and scales, loaded into this process. */
  get model(): Model {
    const { counts } = this.files;
    return this.#read(() => {
      const model = readModel(this.files, this.facts.method.settings);
      for (const part of model.rows.parts) withShape(part, signalCount(counts), counts.items);
      return model;
    });
  }

  /** By item: the number of users who liked it. */
  get popularity(): Float64Array {
    return this.#read(() => this.#array('popularity', Float64Array));
  }

  /** The number of cells in each row. Also verifies the check sums of everything that scoring reads. */
  get rowLengths(): Float64Array {
    return this.#read(() => {
      checkArrays(this.#stable, (name) => /^(rows\.|prior$|scales$|factors$|popularity$)/.test(name));
      const start = this.#array('rows.start', Uint32Array);
      return rowLengths({ rows: withLength(start, signalCount(this.files.counts) + 1).length - 1, start });
    });
  }

  // Not mapped: truncating a mapped file would end the process.
  #arrays(isWanted: (name: string) => boolean): Arrays {
    return readArrays(this.#stable, isWanted, false);
  }

  #array<T extends TypedArray>(name: string, type: new (length: number) => T): T {
    const arrays = this.#arrays((each) => each === name);
    return arrayOf(arrays, name, type);
  }

  #texts(name: string, count: number): string[] {
    return unpackedTexts(this.#packed(name, count));
  }

  #packed(name: string, count?: number): PackedIds {
    const ids = quotedFrom(
      this.#arrays((each) => each.startsWith(`${name}.`)),
      name,
    );
    if (count !== undefined) withLength(ids.start, count + 1);
    return ids;
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const why = messageOf(error).replaceAll(this.#stable ?? this.#path, this.#path);
      throw badData(`${why}; learn it again: recommend fit --model`, error);
    }
  }
}
