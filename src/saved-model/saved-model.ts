import { closeSync } from 'node:fs';
import type { CellColumn } from '../csv/cells.js';
import { quotedFrom } from '../csv/quoted-cells.js';
import { noAttributes } from '../dataset/attributes/attribute-table.js';
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
import { lowRankOf } from '../model/low-rank.js';
import { signalCount } from '../model/signals.js';
import { finishedModel, type Model } from '../ranking/model.js';
import { availabilityReader, saysWhatIsSold } from '../rules/availability.js';
import { matrixFrom } from '../workers/matrix-file.js';
import type { ModelFiles } from '../workers/protocol.js';
import { readFactors, readLearnedRows, readScales } from '../workers/run-files.js';
import type { ModelFacts } from './facts.js';
import { factsFrom, heldPath, lengthy, none, openedModel, shaped, textsFrom } from './open-model.js';
import { isOfUser } from './write.js';

/** What a model knows of items and signals. */
export type Names = Pick<Dataset, 'itemIds' | 'titles' | 'offered' | 'attributeNames' | 'groupNames'>;

/** What a run wants to know: the columns of files, and what can be sold at a time in seconds since 1970. */
export interface Wanted {
  keepColumns: boolean;
  now: number;
  /** From when ages count, as `--now` says; undefined: from the latest interaction that was learned from. */
  clock?: number | undefined;
  /** What dates like 03/04/2011 have first; undefined: as the model says, or told from the column. */
  dayOrder: DayOrder | undefined;
}

/** What counts is as it was for the model. Ages do not go by new files: a list depends on nobody else in them. */
export function evidenceOf(
  { evidence }: Pick<ModelFacts, 'evidence'>,
  { clock = evidence.now }: Wanted,
): EvidenceRules {
  return { ...evidence, now: clock };
}

/** Chooses the arrays of one thing. */
const isOf =
  (...things: string[]) =>
  (name: string) =>
    things.includes(name.split('.')[0] ?? '');

/** The arrays that have a number for each entry of the history. */
const BESIDE_HISTORY = ['times', 'rating', 'weight'];

/**
 * A model file that is open. Each of its parts is read, and its check sums are looked at, when somebody asks for it: most questions need
 * no histories. Another run may put another model in its place meanwhile: this one stays as it was until it is closed.
 *
 * All that reads it throws Failure 65 where the file was cut or altered, or its parts do not fit together.
 */
export class SavedModel {
  readonly facts: ModelFacts;
  /** Of all that is in it. */
  readonly hash: string;
  /** As children read it. */
  readonly files: ModelFiles;
  readonly #path: string;
  readonly #held: string;
  readonly #file: number;

  /**
   * Opens a model file, and reads what it is. @param privatePath where it may be linked or copied, if the system has no other way to hold it.
   * @throws Failure 66 where it cannot be opened, 65 where it is no model, or one that this version cannot read.
   */
  constructor(path: string, privatePath: () => string) {
    this.#path = path;
    this.#file = openedModel(path);
    try {
      this.#held = heldPath(path, this.#file, privatePath);
      this.facts = this.#read(() => factsFrom(readArrays(this.#held, (name) => name === 'facts', false)));
      this.hash = this.#read(() => headerHash(this.#held));
    } catch (error) {
      this.close();
      throw error;
    }
    const { items, preferences, groups, latest } = this.facts.counts;
    this.files = {
      counts: { items, preferences, groups, latest },
      rows: [{ path: this.#held, from: 0 }],
      statistics: this.#held,
      factors: this.#held,
      isFinished: true,
    };
  }

  close(): void {
    closeSync(this.#file);
  }

  get names(): Names {
    const { items, preferences, groups } = this.facts.counts;
    return this.#read(() => {
      const arrays = this.#arrays(isOf('items', 'titles', 'attributeNames', 'groupNames', 'offered'));
      return {
        itemIds: textsFrom(arrays, 'items', items),
        titles: textsFrom(arrays, 'titles', items),
        attributeNames: textsFrom(arrays, 'attributeNames', preferences),
        groupNames: textsFrom(arrays, 'groupNames', groups),
        offered: lengthy(arrayOf(arrays, 'offered', Uint8Array), items),
      };
    });
  }

  /** What files are read by that are to be scored. */
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

  /** None by item: what was learned of attributes is in the rows of the model. */
  get attributes(): SparseRows {
    const { items, preferences } = this.facts.counts;
    return emptyRows(items, preferences);
  }

  /** What a run wants to know of items beside their names. */
  items({ keepColumns, now, dayOrder }: Wanted): Pick<Dataset, 'available' | 'itemColumns'> {
    const itemColumns = keepColumns ? this.#columns('itemColumns') : [];
    return { available: this.#read(() => this.#availableAt(now, dayOrder)), itemColumns };
  }

  get userColumns(): CellColumn[] {
    return this.#columns('userColumns');
  }

  /** All that is known of all users, as a run reads it. */
  dataset(wanted: Wanted): Dataset {
    const { names, attributes } = this;
    const { users, served } = this.facts.counts;
    const userColumns = wanted.keepColumns ? this.userColumns : [];
    return this.#read(() => {
      const userIds = textsFrom(this.#arrays(isOf('users')), 'users', users);
      const known = this.#usersFrom(this.#arrays(isOfUser), users);
      const evidence = evidenceOf(this.facts, wanted);
      return { ...names, ...this.items(wanted), userColumns, userIds, served, attributes, evidence, ...known };
    });
  }

  /** What is known of all users, where it lies: processes that ask for it share the memory. */
  get users(): UserRows {
    return this.#read(() => this.#usersFrom(readArrays(this.#held, isOfUser), this.facts.counts.users));
  }

  /** What is known of some users, whose indices rise: a row for each. */
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
          ...readSegments(this.#held, segments, (each) => wanted.includes(each)),
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
        if (!isWanted(name)) return [];
        const texts = `${of}.${at}`;
        const arrays = this.#arrays((each) => each.startsWith(`${texts}.`));
        return { name, cells: textsFrom(arrays, texts, rows) };
      }),
    );
  }

  /**
   * By item, whether it can be sold now. Columns are kept with one row an item: where that came to another answer than all rows did when
   * the model was learned, that answer stands.
   */
  #availableAt(now: number, dayOrder: DayOrder | undefined): Uint8Array | undefined {
    const { counts, now: before, dayOrder: learned } = this.facts;
    const { available } = this.#arrays(isOf('available'));
    if (!(available instanceof Uint8Array) || now === before) return available as Uint8Array | undefined;
    const columns = this.#columns('itemColumns', saysWhatIsSold);
    const names = columns.map(({ name }) => name);
    const answers = [before, now].map((at) => {
      const reader = availabilityReader(names, 'honour');
      for (let item = 0; item < counts.items; item++) reader.row(columns.map(({ cells }) => cells[item] ?? ''))(item);
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
      return shaped(matrixFrom({ ...arrays, ...shape }, name), users, columns);
    };
    const interactions = matrix('history', counts.items);
    const entries = interactions.index.length;
    const beside = (name: string) =>
      name in arrays ? lengthy(arrayOf(arrays, name, Float32Array), entries) : undefined;
    return {
      interactions,
      times: 'times' in arrays ? lengthy(arrayOf(arrays, 'times', Float64Array), entries) : undefined,
      rated: span === null ? undefined : { rating: beside('rating') ?? none('rating'), weight: beside('weight'), span },
      excluded: matrix('excluded', counts.items),
      preferences: matrix('preferences', counts.preferences),
      groups: matrix('groups', counts.groups),
    };
  }

  /** Its rows and scales in this process. */
  get model(): Model {
    const { counts } = this.files;
    return this.#read(() => {
      const rows = shaped(readLearnedRows(this.#held), signalCount(counts), counts.items);
      const lowRank = lowRankOf(readFactors(this.files), this.popularity, this.facts.method.settings);
      return finishedModel(counts, [rows], [0], readScales(this.#held), lowRank);
    });
  }

  /** By item: the users who liked it. */
  get popularity(): Float64Array {
    return this.#read(() => this.#array('popularity', Float64Array));
  }

  /** How many cells each row has. The rows and scales were looked at then: they are as they were written. */
  get rowLengths(): Float64Array {
    return this.#read(() => {
      checkArrays(this.#held, (name) => /^(rows\.|prior$|scales$|factors$|popularity$)/.test(name));
      const start = this.#array('rows.start', Uint32Array);
      return rowLengths({ rows: lengthy(start, signalCount(this.files.counts) + 1).length - 1, start });
    });
  }

  // Not mapped: a file that somebody cuts while it is mapped ends the process.
  #arrays(isWanted: (name: string) => boolean): Arrays {
    return readArrays(this.#held, isWanted, false);
  }

  #array<T extends TypedArray>(name: string, type: new (length: number) => T): T {
    const arrays = this.#arrays((each) => each === name);
    return arrayOf(arrays, name, type);
  }

  #packed(name: string, count?: number): PackedIds {
    const arrays = this.#arrays((each) => each.startsWith(`${name}.`));
    const { bytes, start: starts } = quotedFrom(arrays, name);
    if (count !== undefined) lengthy(starts, count + 1);
    return { bytes, starts };
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const why = messageOf(error).replaceAll(this.#held ?? this.#path, this.#path);
      throw badData(`${why}; learn it again: recommend fit --model`, error);
    }
  }
}
