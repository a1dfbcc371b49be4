import { type Quote, quoted } from '../csv/quoting.js';
import type { SparseRows } from '../matrix/sparse.js';
import type { Evaluation } from './evaluation.js';
import { USER_METRICS } from './metrics.js';

/** What is known of the tested users beside their metrics. */
export interface TestedUsers {
  users: Uint32Array;
  userIds: readonly string[];
  /** users × items, the part that was learned from. */
  train: SparseRows;
  /** One row a tested user × items to find. */
  relevant: SparseRows;
}

const USERS_A_PIECE = 1000;

/**
 * The metrics of every tested user as CSV, piece by piece: user by user in their order, then by algorithm, then by cut.
 * The last two columns are how many interactions of the user are learned from, and how many items are to be found.
 * @param quote makes cells of text.
 */
export function* perUserCsv(
  { rankings, perUser, cuts }: Evaluation,
  tested: TestedUsers,
  quote: Quote = quoted,
): Generator<string> {
  const { users, userIds, train, relevant } = tested;
  const names = rankings.map(({ algorithm }) => quote(algorithm));
  const metrics = USER_METRICS.length;
  yield `user_id,algorithm,at,${USER_METRICS.join(',')},history,to_find\n`;
  let piece = '';
  for (let row = 0; row < users.length; row++) {
    const user = users[row]!;
    const id = quote(userIds[user] ?? '');
    const history = train.start[user + 1]! - train.start[user]!;
    const toFind = relevant.start[row + 1]! - relevant.start[row]!;
    perUser.forEach(({ columns, values }, a) => {
      cuts.forEach((cut, c) => {
        const from = row * columns + c * metrics;
        const cells = Array.from(values.subarray(from, from + metrics), (value) => Number(value.toPrecision(6)));
        piece += `${id},${names[a]},${cut},${cells.join(',')},${history},${toFind}\n`;
      });
    });
    if ((row + 1) % USERS_A_PIECE === 0 || row + 1 === users.length) {
      yield piece;
      piece = '';
    }
  }
}
