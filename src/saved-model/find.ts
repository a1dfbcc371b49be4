import { shown } from '../csv/cells.js';
import { printableName } from '../csv/printable.js';
import { badData } from '../failure.js';
import { didYouMean } from '../understanding/closest.js';
import { columnKey } from '../understanding/vocabulary.js';
import type { Names, SavedModel } from './saved-model.js';

const ARTICLE = /^(the|an?) |, (the|an?)$/i;
/** Number of other matches that are named. */
const NAMED = 3;

/**
 * Finds an item by its id or else by its title or a part of it, ignoring case, accents and punctuation. Of several titles, one that matches
 * completely (apart from an article and a year or series in brackets) comes first, then the most popular item.
 * @param info gets a message about an item chosen by title. @throws Failure 65 if there is none, naming the closest.
 */
export function findItem(typed: string, model: SavedModel, names: Names, info: (message: string) => void): number {
  const { itemIds, titles } = names;
  const known = itemIds.indexOf(typed);
  if (known >= 0) return known;
  const wanted = columnKey(typed);
  const { popularity } = model;
  const titleOf = (item: number) => titles[item] ?? '';
  const found = [...titles.keys()].filter((item) => wanted !== '' && columnKey(titleOf(item)).includes(wanted));
  const bare = (title: string) => columnKey(withoutBrackets(title).replace(ARTICLE, ''));
  const isWhole = (item: number) => (bare(titleOf(item)) === bare(typed) ? 1 : 0);
  found.sort((a, b) => isWhole(b) - isWhole(a) || (popularity[b] ?? 0) - (popularity[a] ?? 0) || a - b);
  const [item, ...others] = found;
  if (item === undefined) throw unknown('item', typed, model, [...itemIds, ...titles, ...titles.map(withoutBrackets)]);
  const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : '';
  const alternatives = others.slice(0, NAMED).map((other) => itemName(other, names));
  const rest = others.length === 0 ? '' : `; like it: ${alternatives.join(', ')}${more}`;
  info(`${shown(typed)} is taken for ${itemName(item, names)}${rest}`);
  return item;
}

/** Finds a user by id. @throws Failure 65 if there is none, naming the closest. */
export function findUser(typed: string, model: SavedModel, ids: readonly string[]): number {
  const user = ids.indexOf(typed);
  if (user < 0) throw unknown('user', typed, model, ids);
  return user;
}

/** An item's id with its title: `1 (Toy Story)`. */
export function itemName(item: number, { itemIds, titles }: Pick<Names, 'itemIds' | 'titles'>): string {
  return printableName(`${itemIds[item] ?? ''}${titles[item] ? ` (${titles[item]})` : ''}`);
}

function unknown(what: string, typed: string, model: SavedModel, candidates: readonly string[]) {
  const meant = didYouMean(typed, candidates, shown);
  return badData(`the model knows no ${what} ${shown(typed)}${meant}\n  it was learned at ${model.facts.learned}`);
}

function withoutBrackets(title: string): string {
  return title.replace(/\s*\([^)]*\)$/, '');
}
