import type { Dataset } from '../dataset/dataset.js';
import type { Ranking } from '../evaluation/evaluation.js';
import type { TestSet } from '../evaluation/test-set.js';
import { rowOf } from '../matrix/sparse.js';
import { plural, thousands } from '../quantities.js';
import { type ExplainedList, orderOf, type UserFacts, userFacts } from '../report/explanation.js';
import { type Html, html, section } from './html.js';

interface Item {
  item_id: string;
  title: string;
}

/** How many items of a history are shown. */
const SHOWN = 10;

/** Some users to look at: their history, what they are recommended and why, and their held-out items. */
export function exampleUsers({ algorithm, explained }: Ranking, dataset: Dataset, test: TestSet): Html {
  const lists = explained?.lists ?? [];
  const users = lists.map((list, place) => {
    const row = test.users.findIndex((user) => dataset.userIds[user] === list.user_id);
    const facts = userFacts(dataset, test.users[row] ?? -1);
    const took = Array.from(rowOf(test.relevant, row), (item) => ({
      item_id: dataset.itemIds[item] ?? '',
      title: dataset.titles[item] ?? '',
    }));
    return exampleUser(facts, list, took, place === 0);
  });
  return section(
    `${plural(lists.length, 'user')} to look at`,
    html`<p class="quiet">Drawn at random. Lists by ${algorithm}; what was found is marked ✓.</p>`,
    users,
  );
}

function exampleUser(facts: UserFacts, { items }: ExplainedList, took: readonly Item[], isOpen: boolean): Html {
  const listed = new Set(items.map(({ item_id }) => item_id));
  const taken = new Set(took.map(({ item_id }) => item_id));
  const unknown = took.filter(({ item_id }) => item_id === '').length;
  const found = took.filter(({ item_id }) => listed.has(item_id)).length;
  const { user_id, history, preferences, groups } = facts;
  const rest = history.length - SHOWN;
  const known = [
    ...groups,
    ...preferences.map(({ name, strength }) => (strength < 0 ? `does not want ${name}` : `wants ${name}`)),
  ];
  return html`<details${isOpen && ' open'}><summary>User ${user_id}: ${thousands(found)} of ${thousands(took.length)} found</summary>
<div class="columns">
<div><h3>History, ${orderOf(history)}</h3>
${known.length > 0 && html`<p class="quiet">${known.join(', ')}</p>`}
<ul>${history.slice(0, SHOWN).map((each) => html`<li>${nameOf(each)}${each.strength < 0 && ' (disliked)'}</li>`)}</ul>
${rest > 0 && html`<p class="quiet">and ${thousands(rest)} more</p>`}${history.length === 0 && html`<p class="quiet">none</p>`}</div>
<div><h3>Recommended, and why</h3>
<ol>${items.map((each) => html`<li>${marked(each, taken)}${each.reasons.length > 0 && html`<br><span class="quiet">${each.reasons.map(({ because }) => because).join('; ')}</span>`}</li>`)}</ol></div>
<div><h3>What they took</h3>
<ul>${took.filter(({ item_id }) => item_id !== '').map((each) => html`<li>${marked(each, listed)}</li>`)}</ul>
${unknown > 0 && html`<p class="quiet">and ${plural(unknown, 'unknown item')}</p>`}</div>
</div></details>
`;
}

function nameOf({ title, item_id }: Item): string {
  return title || item_id;
}

function marked(item: Item, found: ReadonlySet<string>): string | Html {
  return found.has(item.item_id) ? html`<span class="hit">✓ ${nameOf(item)}</span>` : nameOf(item);
}
