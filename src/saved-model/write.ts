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
 * A model file is an array file (docs/model-file.md has its arrays). What is read together lies together, and what few need comes last:
 *
 *     facts │ names of items, attributes and groups │ scales, rows │ users: their ids, histories and profiles
 */

/**
 * Refuses to replace a file that is no model: it may be somebody's data. A damaged model may be replaced.
 * @throws Failure 65
 */
export function refuseOther(path: string): void {
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size === 0 || isArrayFile(path)) return;
  } catch {
    // There is none. Where there is more to it, writing will fail too, with a message.
    return;
  }
  throw badData(`--model ${path} is no model that recommend wrote; it stays as it is: name another, or remove it`);
}

/** Pieces in which a file is written: one call writes 2 GB at most. */
const AT_ONCE = 1 << 26;

/**
 * Puts what a model file holds of a data set into a file of the run: learning needs the room.
 * @param popularity by item: the users who liked it.
 */
export function stashDataset(path: string, dataset: Dataset, popularity: Float64Array): void {
  writeArrays(path, { ...itemArrays(dataset), popularity, ...userArrays(dataset) });
}

/** Writes a model. @param stash the file of `stashDataset`. @returns once all is written, before it is committed. */
export async function writeModel(
  destination: Destination,
  facts: ModelFacts,
  stash: string,
  model: Model,
): Promise<void> {
  const arrays = readArrays(stash);
  const isOfUsers = (name: string) => /^user(s|Columns)\./.test(name) || isOfUser(name);
  const some = (wanted: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(arrays).filter(([name]) => wanted(name)));
  const bytes = arrayFileBytes({
    facts: Buffer.from(JSON.stringify(facts)),
    ...some((name) => !isOfUsers(name)),
    ...scaleArrays(model.scales),
    ...rowArrays(model),
    factors: model.lowRank?.factors ?? new Float32Array(0),
    ...some(isOfUsers),
  });
  for (const part of bytes) {
    for (let at = 0; at < part.length; at += AT_ONCE) await destination.write(part.subarray(at, at + AT_ONCE));
  }
}

/** What a model file holds of users beside their ids, by the first part of its arrays' names. */
const OF_USERS = ['history', 'times', 'rating', 'weight', 'excluded', 'preferences', 'groups'];

export function isOfUser(name: string): boolean {
  return OF_USERS.includes(name.split('.')[0] ?? '');
}

function itemArrays(dataset: Dataset): Arrays {
  const { itemIds, titles, offered, available, attributeNames, groupNames, itemColumns } = dataset;
  const texts = { items: itemIds, titles, attributeNames, groupNames, ...columnTexts({ itemColumns }, itemIds.length) };
  // Items that are not in the catalogue are not offered anyway.
  const sold = available && { available: Uint8Array.from(offered, (_, item) => available[item] ?? 1) };
  return { ...textArrays(texts), offered, ...sold };
}

function userArrays(dataset: Dataset): Arrays {
  const { userIds, interactions, times, rated, excluded, preferences, groups, userColumns } = dataset;
  return {
    ...textArrays({ users: userIds, ...columnTexts({ userColumns }, userIds.length) }),
    ...namedArrays({ history: interactions, times, rating: rated?.rating, weight: rated?.weight }),
    ...namedArrays({ excluded, preferences, groups }),
  };
}

/** The cells of columns, by the name of all and the place of each. @param rows subjects: the last of them may be in no file of columns. */
function columnTexts(all: Readonly<Record<string, readonly CellColumn[]>>, rows: number) {
  const texts = Object.entries(all).flatMap(([name, columns]) =>
    columns.map(({ cells }, at) => [`${name}.${at}`, Array.from({ length: rows }, (_, row) => cells[row] ?? '')]),
  );
  return Object.fromEntries(texts) as Record<string, string[]>;
}

/** Texts as UTF-8: text k is `bytes[start[k] .. start[k+1])`. */
function textArrays(texts: Readonly<Record<string, readonly string[]>>): Arrays {
  const packed = Object.entries(texts).map(([name, values]) => quotedArrays(name, packedTexts(values)));
  return Object.assign({}, ...packed);
}

/** The rows of a model, its parts put together. */
function rowArrays({ counts, rows }: Model): Record<string, TypedArray | TypedArray[]> {
  return {
    'rows.shape': Float64Array.of(signalCount(counts), counts.items),
    'rows.start': startsOfRows(rows),
    'rows.index': rows.parts.map(({ index }) => index),
    'rows.value': rows.parts.map(({ value }) => value),
  };
}
