import type { Dataset } from '../../dataset/dataset.js';
import type { Counting } from '../../dataset/evidence-rules.js';
import { writeArrays } from '../../files/array-file.js';
import { release } from '../../matrix/memory.js';
import { firstRows, pickedRows, type SparseRows } from '../../matrix/sparse.js';
import type { Settings } from '../../model/settings.js';
import { audienceOf } from '../../ranking/audience.js';
import { barredBy } from '../../rules/filters.js';
import type { RulePlans } from '../../rules/list-rules.js';
import { packed } from '../../rules/packed.js';
import { optionOf, RULES } from '../../rules/rules.js';
import type { RecommendJob } from '../../workers/protocol.js';
import { writeAudience } from '../../workers/run-files.js';
import { hashOf } from '../finished/hash.js';
import type { Run } from '../run.js';
import type { PlannedRules } from './plan.js';

/** Who is served, and by which rules, as children read it. */
export interface Serving {
  /** The users by row of the audience: their indices in the dataset, rising. */
  users: Uint32Array;
  /** Array file: the audience. */
  audience: string;
  rules: RecommendJob['rules'];
  /** Of what the rules are; lists of other rules are other lists. */
  hash: string;
}

/**
 * Plans who is served by which rules, and writes what children read of it to files of the run.
 * @param users to serve: indices in the dataset, rising. @param settings the model's.
 */
export function planServing(
  run: Pick<Run, 'directory' | 'warn'>,
  rules: PlannedRules,
  dataset: Counting<Dataset>,
  users: Uint32Array,
  settings: Settings,
): Serving {
  const path = run.directory.file('audience');
  const isHead = users.length === (users.at(-1) ?? -1) + 1;
  const some = (byUser: SparseRows) => (isHead ? firstRows(byUser, users.length) : pickedRows(byUser, users));
  const known = { ...dataset, ...barredBy(rules, { ...dataset, offered: rules.offered }) };
  const audience = {
    ...audienceOf(known, some, settings, rules),
    candidates: rules.candidates && some(rules.candidates),
  };
  writeAudience(path, audience);
  for (const [name, rule] of RULES) {
    if (settings.method === 'none' && rule.usesItemRows && name in rules.plans)
      run.warn(`${optionOf(rule)} changes nothing: the algorithm does not learn which items go together`);
  }
  const { value } = audience.signals;
  if (value.buffer !== dataset.interactions.value.buffer) release(value);
  const { notes: _, warnings: __, ...decisive } = rules;
  return { users, audience: path, rules: writeRules(run, rules, users), hash: hashOf(decisive) };
}

/** @returns undefined where no rule is on: it costs nothing. */
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
