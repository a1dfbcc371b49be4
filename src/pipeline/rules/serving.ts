import type { Dataset } from '../../dataset/dataset.js';
import type { WithEvidenceRules } from '../../dataset/evidence-rules.js';
import { writeArrays } from '../../files/array-file.js';
import { release } from '../../matrix/memory.js';
import { firstRows, pickedRows, rowLengths, type SparseRows } from '../../matrix/sparse.js';
import type { Settings } from '../../model/settings.js';
import { audienceOf } from '../../ranking/audience.js';
import { exclusionsUnder } from '../../rules/filters.js';
import type { RulePlans } from '../../rules/list-rules.js';
import { packed } from '../../rules/packed.js';
import { optionOf, RULES } from '../../rules/rules.js';
import type { RecommendJob } from '../../workers/protocol.js';
import { writeAudience } from '../../workers/run-files.js';
import { hashOf } from '../finished/hash.js';
import type { Run } from '../run.js';
import type { PlannedRules } from './plan.js';
import { chooseServedUsers } from './served-users.js';

/** The users to serve and the rules of their lists, in files that children read. */
export interface Serving {
  /** By row of the audience: the index of the user in the dataset. Indices rise. */
  users: Uint32Array;
  /** Array file: the audience. */
  audience: string;
  /** By row of the audience: the number of signals. */
  signals: Float64Array;
  rules: RecommendJob['rules'];
  /** Hash of the rules. Other rules make other lists. */
  hash: string;
}

/** Decides which users get a list, and plans these lists. @returns also counts of the users, as the outcome reports them. */
export function serveUsers(
  run: Pick<Run, 'directory' | 'info' | 'warn'>,
  rules: PlannedRules,
  dataset: WithEvidenceRules<Dataset>,
  settings: Settings,
) {
  const { users, ...who } = chooseServedUsers(run, rules, dataset);
  return { ...who, serving: planServing(run, rules, dataset, users, settings) };
}

/**
 * Plans the lists of users under the rules, and writes files of the run for children to read.
 * @param users to serve: indices in the dataset, rising. @param settings of the model.
 */
export function planServing(
  run: Pick<Run, 'directory' | 'warn'>,
  rules: PlannedRules,
  dataset: WithEvidenceRules<Dataset>,
  users: Uint32Array,
  settings: Settings,
): Serving {
  const path = run.directory.file('audience');
  const areFirst = users.length === (users.at(-1) ?? -1) + 1;
  const ofUsers = (byUser: SparseRows) => (areFirst ? firstRows(byUser, users.length) : pickedRows(byUser, users));
  const known = { ...dataset, ...exclusionsUnder(rules, { ...dataset, offered: rules.offered }) };
  const audience = {
    ...audienceOf(known, ofUsers, settings, rules),
    candidates: rules.candidates && ofUsers(rules.candidates),
  };
  writeAudience(path, audience);
  for (const [name, rule] of RULES) {
    if (settings.method === 'none' && rule.usesItemRows && name in rules.plans)
      run.warn(`${optionOf(rule)} changes nothing: the algorithm does not learn which items go together`);
  }
  const signals = rowLengths(audience.signals);
  const { value } = audience.signals;
  if (value.buffer !== dataset.interactions.value.buffer) release(value);
  const { notes: _, warnings: __, ...decisive } = rules;
  return { users, audience: path, signals, rules: writeRules(run, rules, users), hash: hashOf(decisive) };
}

/** @returns undefined if no rule is on: then rules cost nothing. */
function writeRules(
  { directory }: Pick<Run, 'directory'>,
  { where, plans }: PlannedRules,
  users: Uint32Array,
): Serving['rules'] {
  if (where.length === 0 && Object.keys(plans).length === 0) return undefined;
  const { spec, arrays } = packed({ users, where, plans } satisfies RulePlans);
  const path = directory.file('rules');
  writeArrays(path, arrays);
  return { spec, arrays: path };
}
