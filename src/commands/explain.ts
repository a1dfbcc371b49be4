import type { Dataset } from '../dataset/dataset.js';
import { whatCounts } from '../dataset/evidence-rules.js';
import { entriesOfUsers } from '../dataset/interactions.js';
import type { Io } from '../io.js';
import { pickedRows, rowOf, type SparseRows } from '../matrix/sparse.js';
import { SCORE_DIGITS } from '../output/score-digits.js';
import type { ExplainOptions } from '../pipeline/options.js';
import { answerFrom } from '../pipeline/question.js';
import { serve } from '../pipeline/recommend.js';
import { wantedOfRules } from '../pipeline/rules/offer.js';
import type { PlannedRules } from '../pipeline/rules/plan.js';
import { readWithRules } from '../pipeline/rules/read.js';
import { planServing } from '../pipeline/rules/serving.js';
import type { Run } from '../pipeline/run.js';
import { type ExplainedList, explanationText, type UserFacts } from '../report/explanation.js';
import { findUser } from '../saved-model/find.js';
import type { SavedModel } from '../saved-model/saved-model.js';

/** `recommend explain`: what is known of a user, their list, and why. @returns, @throws as `answerFrom`; Failure 65 for an unknown user. */
export async function explain(options: ExplainOptions, io: Io): Promise<number> {
  return answerFrom(options, io, async (model, write, run) => {
    const read = async () => {
      const all = model.dataset(wantedOfRules(run, options.rules));
      return ofUser(all, findUser(options.user, model, all.userIds));
    };
    const how = { ...options, encoding: undefined, named: {}, dayOrder: options.rules.dayOrder };
    const { data: dataset, rules } = await readWithRules(run, how, options.top, read, (one) => one);
    const explanation = { ...factsOf(dataset), ...(await listOf(dataset, options, rules, model, run)) };
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

/** The same by name, the latest first. */
function factsOf({ itemIds, titles, attributeNames, groupNames, ...dataset }: Dataset): UserFacts {
  const { interactions, times, excluded, preferences, groups } = dataset;
  const named = (item: number) => ({ item_id: itemIds[item] ?? '', title: titles[item] ?? '' });
  const seconds = (entry: number) => times?.[entry] || Number.NEGATIVE_INFINITY;
  const entries = [...interactions.index.keys()].sort((a, b) => seconds(b) - seconds(a) || a - b);
  return {
    user_id: dataset.userIds[0] ?? '',
    history: entries.map((entry) => ({
      ...named(interactions.index[entry] ?? -1),
      time: Number.isFinite(seconds(entry)) ? new Date(1000 * seconds(entry)).toISOString() : null,
      strength: interactions.value[entry] ?? 0,
    })),
    preferences: Array.from(preferences.index, (value, entry) => ({
      name: attributeNames[value] ?? '',
      strength: preferences.value[entry] ?? 0,
    })),
    groups: Array.from(rowOf(groups, 0), (group) => groupNames[group] ?? ''),
    excluded: Array.from(rowOf(excluded, 0), named),
  };
}

const LAYOUT = {
  format: 'jsonl' as const,
  outputColumns: ['user_id', 'item_id', 'title', 'rank', 'score', 'source', 'reasons'],
  precision: SCORE_DIGITS,
  safeCsv: false,
};

/** The user's list, as `recommend score` makes it. */
async function listOf(
  dataset: Dataset,
  options: ExplainOptions,
  rules: PlannedRules,
  model: SavedModel,
  run: Run,
): Promise<ExplainedList> {
  const { settings } = model.facts.method;
  const serving = planServing(run, rules, whatCounts(dataset), Uint32Array.of(0), settings);
  const learned = { model: model.files, settings, rowLength: model.rowLengths, key: undefined };
  const lines: string[] = [];
  const collect = {
    write: async (bytes: Uint8Array | string) => lines.push(Buffer.from(bytes).toString()) > 0,
    commit: async () => {},
    abandon: () => {},
  };
  const { top, reasons } = options;
  await serve(run, { ...LAYOUT, top, reasons }, dataset, serving, learned, collect);
  const [lost] = run.lost;
  if (lost) throw new Error(`no list could be made: ${lost.why}`);
  return JSON.parse(lines.join(''));
}
