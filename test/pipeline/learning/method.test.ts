import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/failure.js';
import type { SparseRows } from '../../../src/matrix/sparse.js';
import { ALGORITHMS, algorithmNamed } from '../../../src/model/algorithms.js';
import { DEFAULT_SETTINGS, HYPER_PARAMETERS, type Settings } from '../../../src/model/settings.js';
import { AUTO, METHOD_NAMES, methodOf, parametersOf } from '../../../src/pipeline/learning/method.js';
import { audienceOf } from '../../../src/ranking/audience.js';
import { itemScores } from '../../../src/ranking/item-scores.js';
import { modelOf } from '../../../src/ranking/model.js';
import { alsFactorsOf, learntFrom } from '../../model/learned.js';
import { factorsFor, largeWorld, observationsOf, rowsOf } from '../../model/worlds.js';

function refusal(name: string, ...assignments: string[]): string {
  try {
    methodOf(name, assignments, '--algorithm');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.exitCode).toBe(2);
    return error.message;
  }
  throw new Error('nothing was refused');
}

test('auto is tuned from the fixed defaults, and every other method has its own fixed settings', () => {
  expect(METHOD_NAMES).toEqual([AUTO, ...ALGORITHMS.map(({ name }) => name)]);
  const auto = methodOf(AUTO, [], '--algorithm');
  expect(auto).toEqual({ name: 'auto', settings: DEFAULT_SETTINGS, tuned: true, fixed: new Set() });
  for (const { name, settings } of ALGORITHMS) {
    expect(methodOf(name, [], '--algorithm')).toEqual({ name, settings, tuned: false, fixed: new Set() });
  }
});

test('the user’s settings are applied in order and stay fixed', () => {
  const { settings, fixed } = methodOf('cosine', ['neighbors=50', ' recency = 1', 'neighbors=60'], '--algorithm');
  expect(settings).toEqual({ ...algorithmNamed('cosine')!.settings, neighbors: 60, recency: 1 });
  expect(fixed).toEqual(new Set(['neighbors', 'recency']));
  // The settings of the named method itself are unchanged.
  expect(methodOf('cosine', [], '--algorithm').settings.neighbors).toBe(200);
});

test('an unknown method is refused with the nearest name, all names, and the help topic', () => {
  const all = `Known: ${METHOD_NAMES.join(', ')} (recommend help algorithms)`;
  expect(refusal('cosinus')).toBe(`--algorithm: unknown algorithm "cosinus"; did you mean cosine? ${all}`);
  expect(refusal('Ridge')).toBe(`--algorithm: unknown algorithm "Ridge"; did you mean ridge? ${all}`);
  expect(refusal('xyzzyxyzzy')).toBe(`--algorithm: unknown algorithm "xyzzyxyzzy". ${all}`);
  expect(refusal('')).toBe(`--algorithm: unknown algorithm "". ${all}`);
});

test('an unknown setting is refused with the nearest name and all names', () => {
  const all = `Known: ${HYPER_PARAMETERS.map(({ key }) => key).join(', ')} (recommend help algorithms)`;
  expect(refusal('auto', 'lamda=1')).toBe(`--set lamda=1: unknown setting "lamda"; did you mean lambda? ${all}`);
  expect(refusal('auto', 'xyzzy=1')).toBe(`--set xyzzy=1: unknown setting "xyzzy". ${all}`);
  expect(refusal('auto', 'xyzzy')).toBe(`--set xyzzy: unknown setting "xyzzy". ${all}`);
});

test('a setting without a name, a value or an equals sign is refused with the expected form', () => {
  expect(refusal('auto', '=1')).toBe(
    '--set =1: the setting has no name; expected KEY=VALUE (recommend help algorithms)',
  );
  expect(refusal('auto', '')).toBe('--set : the setting has no name; expected KEY=VALUE (recommend help algorithms)');
  expect(refusal('auto', 'power')).toBe(
    '--set power: power has no value; expected KEY=VALUE (recommend help algorithms)',
  );
});

test('a value that is not a number or out of range is refused with the range', () => {
  expect(refusal('auto', 'power=0')).toBe(
    '--set power=0: power is a number from 0.1 to 10, not "0" (recommend help algorithms)',
  );
  expect(refusal('auto', 'power=')).toContain('power is a number from 0.1 to 10, not ""');
  expect(refusal('auto', 'power=1=2')).toContain('not "1=2"');
  expect(refusal('auto', 'power=2', 'power=ten')).toContain('--set power=ten: ');
});

test('a setting that the algorithm does not use is refused, with the list of those it uses', () => {
  expect(refusal('jaccard', 'lambda=3')).toBe(
    '--set lambda=3: jaccard has no setting lambda; it has neighbors, basket-damping, power, popularity-weight, popularity-half-life, recency, popularity-growth, follow, preference-weight, group-weight, cold-group-weight, attribute-weight, attribute-reach, group-smoothing, group-targets (recommend help algorithms)',
  );
  expect(refusal('popular', 'neighbors=3')).toMatch(
    /^--set neighbors=3: popular has no setting neighbors; it has popularity-/,
  );
});

describe('a setting changes the scores exactly if the algorithm uses it', () => {
  const small = largeWorld(3, 40, 24);
  const world = {
    ...small,
    // Some users have preferences but no history, so that preferences and groups affect the scores.
    interactions: small.interactions.map((row, user) => (user % 5 === 0 ? row.map(() => 0) : row)),
    preferences: small.interactions.map((_, user) => [user % 3, 1, 2, 3].map((kind) => (kind === user % 4 ? 1 : 0))),
  };
  const seen = observationsOf(world);

  /** The scores of all users and items. */
  async function scores(settings: Settings): Promise<number[][]> {
    const { rows, counts, statistics } = learntFrom(seen, settings);
    const factors =
      settings.method === 'als'
        ? await alsFactorsOf(seen, settings)
        : settings.method === 'ridge'
          ? factorsFor(counts.items)
          : undefined;
    const model = modelOf(counts, [rows], [0], statistics, settings, factors);
    const known = {
      ...seen,
      excluded: rowsOf(
        world.interactions.map(() => []),
        counts.items,
      ),
    };
    const everybody = (byUser: SparseRows) => byUser;
    const { signals } = audienceOf({ ...known, times: seen.times }, everybody, settings, { includeSeen: false });
    return Array.from({ length: counts.items }, (_, item) => [...itemScores(model, signals, item)]);
  }

  /** Settings with popularity, attributes and a cut of rows, since otherwise the settings about them could have no effect. */
  const shown = (settings: Settings): Settings => ({
    ...settings,
    attributeWeight: 0.5,
    popularityWeight: 3,
    neighbors: 5,
  });
  /** Changed values where doubling a large default would have no effect. */
  const others: Partial<Settings> = { neighbors: 2, steps: 1, attributeReach: 9, groupTargets: 1 };
  /** Settings that `content` accepts but that do not change its scores, since it uses attributes only. */
  const withoutEffectInContent = ['attribute-weight', 'follow'];

  describe.each(ALGORITHMS.map(({ name, settings }) => [name, shown(settings)] as const))(
    'under %s',
    (name, before) => {
      const plain = scores(before);
      const has = new Set(parametersOf(before).map(({ key }) => key));

      test.each(HYPER_PARAMETERS.map(({ key, setting }) => [key, setting] as const))('%s', async (key, setting) => {
        const after = await scores({ ...before, [setting]: others[setting] ?? before[setting] * 2 + 0.25 });
        const hasNoEffect = name === 'content' && withoutEffectInContent.includes(key);
        if (has.has(key) && !hasNoEffect) expect(after).not.toEqual(await plain);
        else expect(after).toEqual(await plain);
      });
    },
  );
});
