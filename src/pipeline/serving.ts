import type { Dataset } from '../dataset/dataset.js';
import { type Arrays, writeArrays } from '../files/array-file.js';
import { release } from '../matrix/memory.js';
import { firstRows, pickedRows } from '../matrix/sparse.js';
import type { Settings } from '../model/settings.js';
import { audienceOf } from '../ranking/audience.js';
import { packed } from '../rules/packed.js';
import type { Rule } from '../rules/rule.js';
import type { RuleSpec } from '../rules/rule-spec.js';
import type { RecommendJob } from '../workers/protocol.js';
import { writeAudience } from '../workers/run-files.js';
import { hashOf } from './hash.js';
import { nowOf, planOffer } from './offer.js';
import type { RuleOptions } from './options.js';
import type { Run } from './run.js';

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
 * @param users who may be served: indices in the dataset, rising. @param settings the model's.
 */
export function planServing(
  run: Pick<Run, 'directory' | 'startedAt'>,
  rules: RuleOptions,
  dataset: Dataset,
  users: Uint32Array,
  settings: Settings,
): Serving {
  const path = run.directory.file('audience');
  const isHead = users.length === (users.at(-1) ?? -1) + 1;
  const { offered, where } = planOffer(rules, dataset, nowOf(run, rules));
  const audience = audienceOf(
    { ...dataset, offered },
    (byUser) => (isHead ? firstRows(byUser, users.length) : pickedRows(byUser, users)),
    settings,
    rules,
  );
  writeAudience(path, audience);
  const { value } = audience.signals;
  if (value.buffer !== dataset.interactions.value.buffer) release(value);
  const arrays: Arrays = {};
  const spec: RuleSpec = {};
  if (where.length > 0) spec.where = packed({ type: 'all', parts: where } satisfies Rule, 'where', arrays);
  const hash = hashOf({ rules, offered, arrays });
  if (Object.keys(spec).length === 0) return { users, audience: path, rules: undefined, hash };
  const file = { spec, arrays: run.directory.file('rules') };
  writeArrays(file.arrays, { ...arrays, users });
  return { users, audience: path, rules: file, hash };
}

/** All users of the users file. */
export function servedUsers({ served }: Pick<Dataset, 'served'>): Uint32Array {
  return Uint32Array.from({ length: served }, (_, user) => user);
}
