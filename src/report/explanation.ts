import { SCORE_DIGITS } from '../output/score-digits.js';
import { plural, thousands } from '../quantities.js';
import { tableLines } from './item-table.js';
import { orderOf, type UserFacts } from './user-facts.js';

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
export function explanationText({
  user_id,
  history,
  preferences,
  groups,
  excluded,
  items,
}: UserFacts & ExplainedList): string {
  const more = history.length - SHOWN;
  const numbers = (entries: UserFacts['preferences']) => entries.map(({ name, strength }) => `${name} ${strength}`);
  const facts = [
    ['wants', numbers(preferences.filter(({ strength }) => strength >= 0)).join(', ')],
    ['does not want', numbers(preferences.filter(({ strength }) => strength < 0)).join(', ')],
    ['belongs to', groups.join(', ')],
    ['never gets', excluded.map(({ item_id, title }) => title || item_id).join(', ')],
  ];
  const had = history
    .slice(0, SHOWN)
    .map(({ time, item_id, title, strength }) => [
      time?.slice(0, 10) ?? '',
      item_id,
      title,
      strength < 0 ? 'disliked' : '',
    ]);
  const list = items.map(({ rank, item_id, title, score, source }) => [
    `${rank}`,
    item_id,
    title,
    `${Number(score.toPrecision(SCORE_DIGITS))}`,
    source,
  ]);
  const why = items.map(({ reasons }) =>
    reasons.map(({ because, kind, score }) => `${kind === 'follows' ? 'follows ' : ''}${because} ${score}`).join('; '),
  );
  return [
    `User ${user_id}: ${history.length === 0 ? 'no history' : `${plural(history.length, 'item')}, ${orderOf(history)}`}`,
    ...tableLines(had, 'llll'),
    ...(more > 0 ? [`  and ${thousands(more)} more`] : []),
    ...tableLines(facts.filter(([, text]) => text !== '') as string[][], 'll'),
    '',
    items.length === 0 ? 'Nothing is left to recommend.' : 'Recommended, and why:',
    ...tableLines(list, 'rllll').flatMap((line, at) => [line, `      ${why[at] ?? ''}`]),
    '',
  ].join('\n');
}
