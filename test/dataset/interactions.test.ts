import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import { entriesOfUsers, entriesWhere, type Interactions } from '../../src/dataset/interactions.js';
import { readDataset } from '../../src/dataset/read.js';
import { heldOutBySplit } from '../../src/evaluation/held-out.js';
import { sampleKeysOf } from '../../src/evaluation/split.js';
import { validationSplit } from '../../src/tuning/validation-split.js';
import { inputsOf, useTemporaryFolder } from '../csv/temporary.js';
import { rowsOf, table } from '../model/worlds.js';

const folder = useTemporaryFolder();

/** The paths of all typed arrays of a length in an object. */
function arraysOf(length: number, value: object, name = ''): string[] {
  return Object.entries(value).flatMap(([key, member]) => {
    if (ArrayBuffer.isView(member)) return 'length' in member && member.length === length ? [`${name}${key}`] : [];
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return [];
    return arraysOf(length, member, `${name}${key}.`);
  });
}

/** A dataset with every column that interactions can have: 7 users with 13 of 20 items each. */
async function fullDataset(): Promise<Dataset> {
  const lines = ['user,item,rating,event_type,timestamp'];
  for (let user = 0; user < 7; user++) {
    for (let k = 0; k < 13; k++) {
      const at = user * 13 + k;
      lines.push(
        `u${user},i${(user + k) % 20},${1 + (at % 5)},${at % 3 === 0 ? 'view' : 'purchase'},${1_600_000_000 + at}`,
      );
    }
  }
  return (await readDataset(inputsOf(folder.file('events.csv', `${lines.join('\n')}\n`), { ratings: 'scale' })))
    .dataset;
}

describe('no column of the interactions keeps held-out entries', () => {
  const ENTRIES = 7 * 13;
  const COLUMNS = ['interactions.index', 'interactions.value', 'times', 'rated.rating', 'rated.weight'];

  test('in an evaluation', async () => {
    const dataset = await fullDataset();
    // If this fails because of a new column: entriesAt has to pick from it too.
    expect(arraysOf(ENTRIES, dataset).sort()).toEqual([...COLUMNS].sort());
    const { dataset: train } = heldOutBySplit(dataset, { kind: 'last', holdout: 0.3, seed: 1 }, false);
    expect(train.interactions.index.length).toBe(7 * 9);
    expect(arraysOf(ENTRIES, train)).toEqual([]);
    expect(arraysOf(train.interactions.index.length, train).sort()).toEqual([...COLUMNS].sort());
  });

  test('while tuning', async () => {
    const dataset = await fullDataset();
    const { seen } = validationSplit(dataset, sampleKeysOf(dataset));
    expect(arraysOf(ENTRIES, seen)).toEqual([]);
    expect(arraysOf(ENTRIES - Math.round(ENTRIES / 10), seen).sort()).toEqual([...COLUMNS].sort());
  });
});

const worlds = fc
  .record({ users: fc.integer({ min: 1, max: 5 }), items: fc.integer({ min: 1, max: 6 }) })
  .chain(({ users, items }) =>
    fc.record({
      cells: table(users, items, [0, 1, 2, -0.5]),
      order: fc.shuffledSubarray(Array.from({ length: users }, (_, user) => user)),
      flags: fc.infiniteStream(fc.constantFrom(0, 1)),
    }),
  );

/** Interactions whose columns have values that identify the user and the item of each entry. */
function withAllColumns(cells: number[][]): Interactions {
  const interactions = rowsOf(cells, cells[0]!.length);
  const keys = cells.flatMap((row, user) => row.flatMap((cell, item) => (cell === 0 ? [] : [100 * user + item])));
  return {
    interactions,
    times: Float64Array.from(keys),
    rated: {
      rating: Float32Array.from(keys, (key) => key + 1),
      weight: Float32Array.from(keys, (key) => key + 2),
      span: 4,
    },
  };
}

/** By row, the entries with the values of all columns. */
function rowsWithColumns({ interactions, times, rated }: Interactions): [number, number, number, number, number][][] {
  const { rows, start, index, value } = interactions;
  return Array.from({ length: rows }, (_, row) =>
    Array.from(index.subarray(start[row]!, start[row + 1]!), (item, at) => {
      const entry = start[row]! + at;
      return [item, value[entry]!, times![entry]!, rated!.rating[entry]!, rated!.weight![entry]!];
    }),
  );
}

test('picked entries and users keep the values of all columns', () => {
  fc.assert(
    fc.property(worlds, ({ cells, order, flags }) => {
      const all = withAllColumns(cells);
      const flagged = Uint8Array.from(all.interactions.index, () => flags.next().value ?? 0);
      let entry = 0;
      const kept = rowsWithColumns(all).map((row) => row.filter(() => flagged[entry++] === 1));
      expect(rowsWithColumns(entriesWhere(all, flagged))).toEqual(kept);
      const byUser = rowsWithColumns(all);
      expect(rowsWithColumns(entriesOfUsers(all, Uint32Array.from(order)))).toEqual(order.map((user) => byUser[user]));
    }),
  );
});
