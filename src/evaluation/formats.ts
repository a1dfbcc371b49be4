import { type Quote, quoted } from '../csv/quoting.js';
import { rowLength } from '../matrix/sparse.js';
import type { Evaluation } from './evaluation.js';
import type { TestSet } from './test-set.js';
import { USER_METRICS } from './user-metrics.js';

/**
 * One figure per row: algorithm, group, metric, at, value, low, high, users; undefined values are empty cells.
 * @param quote turns text into a cell.
 */
export function csvText({ figures }: Evaluation, quote: Quote = quoted): string {
  const lines = figures.map(({ algorithm, group, metric, at, value, low, high, users }) =>
    [quote(algorithm), quote(group), metric, at, ...[value, low, high].map(rounded), users].join(','),
  );
  return ['algorithm,group,metric,at,value,low,high,users', ...lines, ''].join('\n');
}

/** Members of the JSON that are measurements, which are rounded; the other numbers are counts. */
const MEASURED = new Set(['value', 'low', 'high', 'difference', 'p']);

/** The evaluation as one object, null for undefined values; docs/evaluation.md describes it. @param setting the options of the run. */
export function jsonText(
  { summary, groups, cold, rankings, figures, comparisons }: Evaluation,
  setting: object,
): string {
  const answer = {
    setting,
    counts: { ...summary.counts, coldItems: cold.items, coldToFind: cold.pairs },
    groups,
    algorithms: rankings,
    figures,
    comparisons,
  };
  const cell = (key: string, value: unknown) =>
    typeof value === 'number' && MEASURED.has(key) ? rounded(value) : (value ?? null);
  return `${JSON.stringify(answer, cell, 2)}\n`;
}

/** Six significant digits: finer than any interval here. */
function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toPrecision(6));
}

/**
 * The metrics of every tested user as CSV, line by line: user by user, then by algorithm, then by cut. The last two columns are how many
 * interactions of the user were learned from, and how many items are to be found. @param quote turns text into a cell.
 */
export function* perUserCsv(
  { rankings, perUser, cuts }: Evaluation,
  { users, relevant, train }: Pick<TestSet, 'users' | 'relevant' | 'train'>,
  userIds: readonly string[],
  quote: Quote = quoted,
): Generator<string> {
  const names = rankings.map(({ algorithm }) => quote(algorithm));
  yield `user_id,algorithm,at,${USER_METRICS.join(',')},history,to_find\n`;
  for (let row = 0; row < users.length; row++) {
    const user = users[row]!;
    const id = quote(userIds[user]!);
    const counts = `${rowLength(train, user)},${rowLength(relevant, row)}`;
    let column = 0;
    for (const name of names) {
      for (const cut of cuts) {
        const cells = USER_METRICS.map(() => rounded(perUser[column++]![row]));
        yield `${id},${name},${cut},${cells.join(',')},${counts}\n`;
      }
    }
  }
}
