import type { Dataset } from '../dataset/dataset.js';
import { rowOf } from '../matrix/sparse.js';
import { rounded } from '../output/bytes.js';
import { SCORE_DIGITS } from '../output/score-digits.js';
import { plural, thousands } from '../quantities.js';
import { tableLines } from './item-table.js';

/* The answer of `recommend explain`. Users rely on the names of the members. */

/** The list of a user, as in JSON Lines. */
export interface ExplainedList {
  user_id: string;
  items: {
    item_id: string;
    title: string;
    rank: number;
    score: number;
    source: string;
    reasons: { because: string; kind: string; score: number }[];
  }[];
}

/** How many items of a history are shown. */
const SHOWN = 10;

/** The answer as text. */
export function explanationText({ items, ...facts }: UserFacts & ExplainedList): string {
  const { user_id, history, preferences, groups, excluded } = facts;
  const more = history.length - SHOWN;
  const numbers = (entries: UserFacts['preferences']) => entries.map(({ name, strength }) => `${name} ${strength}`);
  const known = [
    ['wants', numbers(preferences.filter(({ strength }) => strength >= 0)).join(', ')],
    ['does not want', numbers(preferences.filter(({ strength }) => strength < 0)).join(', ')],
    ['belongs to', groups.join(', ')],
    ['never gets', excluded.map(({ item_id, title }) => title || item_id).join(', ')],
  ];
  const had = history.slice(0, SHOWN).map(({ time, item_id, title, strength }) => {
    return [time?.slice(0, 10) ?? '', item_id, title, strength < 0 ? 'disliked' : ''];
  });
  const list = items.map(({ rank, item_id, title, score, source }) => {
    return [`${rank}`, item_id, title, `${rounded(score, SCORE_DIGITS)}`, source];
  });
  const why = items.map(({ reasons }) =>
    reasons.map(({ because, kind, score }) => `${kind === 'follows' ? 'follows ' : ''}${because} ${score}`).join('; '),
  );
  return [
    `User ${user_id}: ${history.length === 0 ? 'no history' : `${plural(history.length, 'item')}, ${orderOf(history)}`}`,
    ...tableLines(had, 'llll'),
    ...(more > 0 ? [`  and ${thousands(more)} more`] : []),
    ...tableLines(known.filter(([, text]) => text !== '') as string[][], 'll'),
    '',
    items.length === 0 ? 'Nothing is left to recommend.' : 'Recommended, and why:',
    ...tableLines(list, 'rllll').flatMap((line, at) => [line, `      ${why[at] ?? ''}`]),
    '',
  ].join('\n');
}

type Known = 'userIds' | 'interactions' | 'times' | 'excluded' | 'preferences' | 'groups';
type Names = 'itemIds' | 'titles' | 'attributeNames' | 'groupNames';

export type UserFacts = ReturnType<typeof userFacts>;

/** What a dataset knows about one of its users, with names. Users of `recommend explain` rely on the names of the members. */
export function userFacts(dataset: Pick<Dataset, Known | Names>, user: number) {
  const { interactions, times, excluded, preferences, groups, attributeNames, groupNames } = dataset;
  const { itemIds, titles } = dataset;
  const named = (item: number) => ({ item_id: itemIds[item] ?? '', title: titles[item] ?? '' });
  // Unknown times come last; NaN, their difference, leaves the order to the strengths.
  const seconds = (entry: number) => times?.[entry] || Number.NEGATIVE_INFINITY;
  const strength = (entry: number) => interactions.value[entry] ?? 0;
  return {
    user_id: dataset.userIds[user] ?? '',
    /** The latest first; at equal times, or without times, the strongest first. */
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
