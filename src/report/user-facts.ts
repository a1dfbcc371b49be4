import type { Dataset } from '../dataset/dataset.js';
import { rowOf } from '../matrix/sparse.js';

/** What is known about a user, with names. Users of `recommend explain` rely on the names of the members. */
export interface UserFacts {
  user_id: string;
  /** The latest first; at equal times, or without times, the strongest first. */
  history: { item_id: string; title: string; time: string | null; strength: number }[];
  preferences: { name: string; strength: number }[];
  groups: string[];
  excluded: { item_id: string; title: string }[];
}

type Known = 'userIds' | 'interactions' | 'times' | 'excluded' | 'preferences' | 'groups';
type Names = 'itemIds' | 'titles' | 'attributeNames' | 'groupNames';

/** What a dataset knows about one of its users. */
export function userFacts(dataset: Pick<Dataset, Known | Names>, user: number): UserFacts {
  const { interactions, times, excluded, preferences, groups, attributeNames, groupNames } = dataset;
  const { itemIds, titles } = dataset;
  const named = (item: number) => ({ item_id: itemIds[item] ?? '', title: titles[item] ?? '' });
  // Unknown times come last; NaN, their difference, leaves the order to the strengths.
  const seconds = (entry: number) => times?.[entry] || Number.NEGATIVE_INFINITY;
  const strength = (entry: number) => interactions.value[entry] ?? 0;
  return {
    user_id: dataset.userIds[user] ?? '',
    history: entriesOf(interactions, user)
      .sort((a, b) => seconds(b) - seconds(a) || strength(b) - strength(a) || a - b)
      .map((entry) => ({
        ...named(interactions.index[entry] ?? -1),
        time: Number.isFinite(seconds(entry)) ? new Date(1000 * seconds(entry)).toISOString() : null,
        strength: strength(entry),
      })),
    preferences: entriesOf(preferences, user).map((entry) => ({
      name: attributeNames[preferences.index[entry] ?? -1] ?? '',
      strength: preferences.value[entry] ?? 0,
    })),
    groups: Array.from(rowOf(groups, user), (group) => groupNames[group] ?? ''),
    excluded: Array.from(rowOf(excluded, user), named),
  };
}

function entriesOf({ start }: Dataset['interactions'], row: number): number[] {
  const from = start[row] ?? 0;
  return Array.from({ length: (start[row + 1] ?? from) - from }, (_, k) => from + k);
}

/** The order of a history, as text. */
export function orderOf(history: UserFacts['history']): string {
  return history.some(({ time }) => time !== null) ? 'the latest first' : 'the strongest first';
}
