import { shown } from '../csv/cells.js';
import { printableName } from '../csv/printable.js';
import { badData } from '../failure.js';
import { didYouMean } from '../understanding/closest.js';
import { columnKey } from '../understanding/vocabulary.js';
import type { Names, SavedModel } from './saved-model.js';

const ARTICLE = /^(the|an?) |, (the|an?)$/i;
/** So many that would do as well are named. */
const NAMED = 3;

/**
 * Finds an item by its id or, where no id is like that, by its title or a part of it, without case, accents and punctuation: of several
 * the one whose title has no more to it than an article, and a year or a series in brackets, then the most popular.
 * @param tell hears what was chosen by a title. @throws Failure 65 where there is none, naming what is nearest.
 */
export function findItem(typed: string, model: SavedModel, names: Names, tell: (message: string) => void): number {
  const { itemIds, titles } = names;
  const known = itemIds.indexOf(typed);
  if (known >= 0) return known;
  const wanted = columnKey(typed);
  const { popularity } = model;
  const titleOf = (item: number) => titles[item] ?? '';
  const found = [...titles.keys()].filter((item) => wanted !== '' && columnKey(titleOf(item)).includes(wanted));
  const bare = (title: string) => columnKey(withoutBrackets(title).replace(ARTICLE, ''));
  const isAll = (item: number) => (bare(titleOf(item)) === bare(typed) ? 1 : 0);
  found.sort((a, b) => isAll(b) - isAll(a) || (popularity[b] ?? 0) - (popularity[a] ?? 0) || a - b);
  const [item, ...others] = found;
  if (item === undefined) throw unknown('item', typed, model, [...itemIds, ...titles, ...titles.map(withoutBrackets)]);
  const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : '';
  const like = others.slice(0, NAMED).map((other) => itemName(other, names));
  const rest = others.length === 0 ? '' : `; like it: ${like.join(', ')}${more}`;
  tell(`${shown(typed)} is taken for ${itemName(item, names)}${rest}`);
  return item;
}

/** Finds a user by their id. @throws Failure 65 where there is none, naming the nearest. */
export function findUser(typed: string, model: SavedModel, ids: readonly string[]): number {
  const user = ids.indexOf(typed);
  if (user < 0) throw unknown('user', typed, model, ids);
  return user;
}

/** An item as people know it: `1 (Toy Story)`. */
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
