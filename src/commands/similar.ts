import { shown } from '../csv/cells.js';
import { openIdFile, readIds } from '../dataset/id-file.js';
import { IdIndex } from '../events/ids.js';
import { badData } from '../failure.js';
import type { Io } from '../io.js';
import { rounded } from '../output/bytes.js';
import type { TextColumn } from '../output/formats.js';
import type { ScoredList } from '../output/list-lines.js';
import { SCORE_DIGITS } from '../output/score-digits.js';
import type { SimilarOptions } from '../pipeline/options.js';
import { answerLines } from '../pipeline/output/list-output.js';
import { answerFrom } from '../pipeline/question.js';
import { planOffer } from '../pipeline/rules/offer.js';
import { plural, thousands } from '../quantities.js';
import { similarItems } from '../ranking/item-scores.js';
import { tableLines } from '../report/item-table.js';
import { findItem, itemName } from '../saved-model/find.js';
import type { Names } from '../saved-model/saved-model.js';

/** Items whose lines are written at a time. */
const BATCH = 10_000;

/**
 * `recommend similar`: what goes with an item, with those of a file, or with each of the catalogue.
 * @returns, @throws as `answerFrom`; Failure 65 for unknown items.
 */
export async function similar(options: SimilarOptions, io: Io): Promise<number> {
  return answerFrom(options, io, async (model, write, run) => {
    const { names } = model;
    const { item: typed, format, top, titles, safeCsv, where } = options;
    const now = run.startedAt.getTime() / 1000;
    const known = model.items({ keepColumns: where.length > 0, now, dayOrder: undefined });
    const rules = { ...options, dayOrder: model.facts.dayOrder ?? undefined };
    const { offered, notes, warnings } = planOffer(rules, { ...names, ...known, userColumns: [] }, now);
    notes.forEach(run.info);
    warnings.forEach(run.warn);
    const items =
      typed !== undefined
        ? [findItem(typed, model, names, run.info)]
        : options.items === undefined
          ? [...names.offered.keys()].filter((item) => names.offered[item] === 1)
          : await itemsIn(options.items, names, run.warn);
    const find = similarItems(model.model, offered, top);
    if (format === 'text') {
      for (const item of items) await write(textOf(item, find(item), names));
      return;
    }
    const { header, newWriter } = answerLines(format, columnsOf(names, titles), top, safeCsv);
    let isWanted = await write(header);
    for (let from = 0; from < items.length && isWanted; from += BATCH) {
      const writer = newWriter();
      for (const item of items.slice(from, from + BATCH)) writer.add(item, find(item));
      isWanted = await write(writer.finish().lines);
    }
  });
}

/** The items of a file, each once. @throws Failure 66, 65 or 74 where it cannot be read or names no known item. */
async function itemsIn(path: string, { itemIds }: Names, warn: (message: string) => void): Promise<number[]> {
  const file = await openIdFile(path, undefined);
  try {
    const ids = { user: new IdIndex(), item: IdIndex.from(itemIds) };
    const how = { named: {}, dayOrder: undefined, withDates: false };
    const { item, count, unknown } = await readIds(file, ['item'], ids, how);
    const { count: unknownCount, first, line } = unknown.item;
    const message = `--items ${file.name}:${line}: the model does not know ${shown(first)}`;
    if (unknownCount === count)
      throw badData(count === 0 ? `--items ${file.name} names no item` : `${message}, nor any other item of the file`);
    if (unknownCount > 0) warn(`${message}; ${thousands(unknownCount)} of ${plural(count, 'item')} are left out`);
    return [...new Set(item.values)];
  } finally {
    await file.close();
  }
}

function columnsOf({ itemIds, titles }: Names, withTitles: boolean): TextColumn[] {
  return [
    { name: 'item_id', kind: 'user', texts: itemIds },
    { name: 'similar_id', kind: 'item', texts: itemIds },
    { name: 'rank', kind: 'rank', texts: [] },
    { name: 'score', kind: 'score', texts: [] },
    ...(withTitles ? [{ name: 'title', kind: 'item' as const, texts: titles }] : []),
  ];
}

function textOf(item: number, { items, scores }: ScoredList, names: Names): string {
  const rows = Array.from(items, (other, place) => [
    String(place + 1),
    names.itemIds[other] ?? '',
    names.titles[other] ?? '',
    String(rounded(scores[place] ?? 0, SCORE_DIGITS)),
  ]);
  const lines = rows.length > 0 ? tableLines(rows, 'rlll') : ['  nothing, as far as the model knows'];
  return `${[`Goes with ${itemName(item, names)}:`, ...lines].join('\n')}\n`;
}
