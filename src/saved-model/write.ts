import { statSync } from 'node:fs';
import type { CellColumn } from '../csv/cells.js';
import { packedTexts, quotedArrays } from '../csv/quoted-cells.js';
import type { Dataset } from '../dataset/dataset.js';
import { badData } from '../failure.js';
import { type Arrays, arrayFileBytes, isArrayFile, readArrays, writeArrays } from '../files/array-file.js';
import type { TypedArray } from '../files/array-header.js';
import type { Destination } from '../files/writing.js';
import { signalCount } from '../model/signals.js';
import type { Model } from '../ranking/model.js';
import { startsOfRows } from '../ranking/scores.js';
import { namedArrays } from '../workers/matrix-file.js';
import { scaleArrays } from '../workers/run-files.js';
import type { ModelFacts } from './facts.js';

/*
 * A model file is an array file (docs/model-file.md lists its arrays). Arrays that are read together are stored together, and those that
 * are rarely needed come last:
 *
 *     facts │ names of items, attributes and groups │ scales, rows │ users: their ids, histories and profiles
 */

/**
 * Refuses to replace a file that is not a model: it may be somebody's data. A damaged model may be replaced.
 * @throws Failure 65
 */
export function refuseToReplaceOtherFile(path: string): void {
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size === 0 || isArrayFile(path)) return;
  } catch {
    // There is no such file. If something else is wrong, writing will fail with a message.
    return;
  }
  throw badData(`--model ${path} is no model that recommend wrote; it stays as it is: name another, or remove it`);
}

/** Bytes per write: one call writes 2 GB at most. */
const PIECE = 1 << 26;

/**
 * Writes the parts of a data set that go into the model file to a file of the run, because learning needs the memory.
 * @param popularity by item: the number of users who liked it.
 */
export function stashDataset(path: string, dataset: Dataset, popularity: Float64Array): void {
  writeArrays(path, { ...itemArrays(dataset), popularity, ...userArrays(dataset) });
}

/** Writes a model, without committing it. @param stash the file of `stashDataset`. */
export async function writeModel(
  destination: Destination,
  facts: ModelFacts,
  stash: string,
  model: Model,
): Promise<void> {
  const arrays = readArrays(stash);
  const isOfUsers = (name: string) => /^user(s|Columns)\./.test(name) || isUserArray(name);
  const arraysWhere = (wanted: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(arrays).filter(([name]) => wanted(name)));
  const bytes = arrayFileBytes({
    facts: Buffer.from(JSON.stringify(facts)),
    ...arraysWhere((name) => !isOfUsers(name)),
    ...scaleArrays(model.scales),
    ...rowArrays(model),
    factors: model.lowRank?.factors ?? new Float32Array(0),
    ...arraysWhere(isOfUsers),
  });
  for (const part of bytes) {
    for (let at = 0; at < part.length; at += PIECE) await destination.write(part.subarray(at, at + PIECE));
  }
}

/** The data of users other than ids and columns, by the first part of the array names. */
const USER_ARRAYS = ['history', 'times', 'rating', 'weight', 'excluded', 'preferences', 'groups'];

export function isUserArray(name: string): boolean {
  return USER_ARRAYS.includes(name.split('.')[0] ?? '');
}

function itemArrays(dataset: Dataset): Arrays {
  const { itemIds, titles, offered, available, attributeNames, groupNames, itemColumns } = dataset;
  const columns = columnTexts('itemColumns', itemColumns, itemIds.length);
  // Items outside the catalogue have no such value, and are not offered anyway.
  const sold = available && { available: Uint8Array.from(offered, (_, item) => available[item] ?? 1) };
  return { ...textArrays({ items: itemIds, titles, attributeNames, groupNames, ...columns }), offered, ...sold };
}

function userArrays(dataset: Dataset): Arrays {
  const { userIds, interactions, times, rated, excluded, preferences, groups, userColumns } = dataset;
  return {
    ...textArrays({ users: userIds, ...columnTexts('userColumns', userColumns, userIds.length) }),
    ...namedArrays({ history: interactions, times, rating: rated?.rating, weight: rated?.weight }),
    ...namedArrays({ excluded, preferences, groups }),
  };
}

/** The cells of each column, as texts named `<name>.<number>`. @param rows number of users or items; the last ones may have no cells. */
function columnTexts(name: string, columns: readonly CellColumn[], rows: number): Record<string, string[]> {
  const textsOf = (cells: readonly string[]) => Array.from({ length: rows }, (_, row) => cells[row] ?? '');
  return Object.fromEntries(columns.map(({ cells }, at) => [`${name}.${at}`, textsOf(cells)]));
}

/** Texts as UTF-8: text k is `bytes[start[k] .. start[k+1])`. */
function textArrays(texts: Readonly<Record<string, readonly string[]>>): Arrays {
  const packed = Object.entries(texts).map(([name, values]) => quotedArrays(name, packedTexts(values)));
  return Object.assign({}, ...packed);
}

/** The rows of a model, its parts joined. */
function rowArrays({ counts, rows }: Model): Record<string, TypedArray | TypedArray[]> {
  return {
    'rows.shape': Float64Array.of(signalCount(counts), counts.items),
    'rows.start': startsOfRows(rows),
    'rows.index': rows.parts.map(({ index }) => index),
    'rows.value': rows.parts.map(({ value }) => value),
  };
}
