import type { Dataset } from '../dataset/dataset.js';
import { entriesOfUsers } from '../dataset/interactions.js';
import type { Io } from '../io.js';
import { pickedRows, type SparseRows } from '../matrix/sparse.js';
import { explainedLists } from '../pipeline/explained-lists.js';
import type { ExplainOptions } from '../pipeline/options.js';
import { answerFrom } from '../pipeline/question.js';
import { wantedOfRules } from '../pipeline/rules/offer.js';
import { readWithRules } from '../pipeline/rules/read.js';
import { explanationText } from '../report/explanation.js';
import { userFacts } from '../report/user-facts.js';
import { findUser } from '../saved-model/find.js';

/** `recommend explain`: what is known of a user, their list, and why. @returns, @throws as `answerFrom`; Failure 65 for an unknown user. */
export async function explain(options: ExplainOptions, io: Io): Promise<number> {
  return answerFrom(options, io, async (model, write, run) => {
    const read = async () => {
      const all = model.dataset(wantedOfRules(run, options.rules));
      return ofUser(all, findUser(options.user, model, all.userIds));
    };
    const how = { ...options, encoding: undefined, named: {}, dayOrder: options.rules.dayOrder };
    const { data: dataset, rules } = await readWithRules(run, how, options.top, read, (one) => one);
    const { settings } = model.facts.method;
    const learned = { model: model.files, settings, rowLength: model.rowLengths, key: undefined };
    const [list] = await explainedLists(run, dataset, Uint32Array.of(0), rules, learned, options);
    const [lost] = run.lost;
    if (lost) throw new Error(`no list could be made: ${lost.why}`);
    const explanation = { ...userFacts(dataset, 0), items: list?.items ?? [] };
    const isText = options.format === 'text';
    await write(isText ? explanationText(explanation) : `${JSON.stringify(explanation, undefined, 2)}\n`);
  });
}

/** What is known of one user alone. */
function ofUser(all: Dataset, user: number): Dataset {
  const users = Uint32Array.of(user);
  const own = (matrix: SparseRows) => pickedRows(matrix, users);
  return {
    ...all,
    ...entriesOfUsers(all, users),
    userIds: [all.userIds[user] ?? ''],
    served: 1,
    excluded: own(all.excluded),
    preferences: own(all.preferences),
    groups: own(all.groups),
    userColumns: all.userColumns.map(({ name, cells }) => ({ name, cells: [cells[user] ?? ''] })),
  };
}
