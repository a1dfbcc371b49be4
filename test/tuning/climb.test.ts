import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf } from '../../src/matrix/sampling.js';
import { HYPER_PARAMETERS } from '../../src/model/hyper-parameters.js';
import type { Settings } from '../../src/model/settings.js';
import {
  differences,
  type Evaluate,
  keepStartIfLostElsewhere,
  keepStartUnless,
  type SearchSpace,
  type Tuning,
  tune,
  tuneCold,
} from '../../src/tuning/climb.js';
import { settingsWith } from '../model/worlds.js';

const START = settingsWith({});
const ALL: SearchSpace = { times: true, attributes: true, groups: true, factors: true, fixed: new Set(['follow']) };
const FREE = [
  'targetDamping',
  'power',
  'lowRankWeight',
  'popularityWeight',
  'popularityHalfLife',
  'recency',
  'popularityGrowth',
  'groupWeight',
] as const;
const FITTED = ['lambda', 'attributeWeight', 'basketDamping'] as const;
const USERS = 100;

interface Call {
  learned: Settings;
  variants: readonly Settings[];
  utilities: Float64Array[];
}

/** Gives settings the utility that `utility` says, and remembers what it was asked. */
function evaluateBy(utility: (settings: Settings, user: number) => number): { evaluate: Evaluate; calls: Call[] } {
  const calls: Call[] = [];
  const evaluate: Evaluate = async (learned, variants) => {
    const utilities = variants.map((variant) =>
      Float64Array.from({ length: USERS }, (_, user) => utility(variant, user)),
    );
    calls.push({ learned, variants, utilities });
    return utilities;
  };
  return { evaluate, calls };
}

/** A random utility for every setting: hilly. */
function randomUtility(seed: number): (settings: Settings, user: number) => number {
  const hashes = new WeakMap<Settings, number>();
  return (settings, user) => {
    const known = hashes.get(settings);
    const hash = known ?? [...JSON.stringify(settings)].reduce((sum, sign) => hashOf(seed, sum, sign.charCodeAt(0)), 0);
    if (known === undefined) hashes.set(settings, hash);
    return 1 + 0.1 * (hash / 2 ** 32) + (0.01 * hashOf(seed, hash, user)) / 2 ** 32;
  };
}

/** A utility that falls from `peak` on, in proportion to how far the logarithms are apart. */
function peaked(setting: 'follow' | (typeof FREE)[number] | (typeof FITTED)[number], peak: number) {
  return (settings: Settings) => 1 - 0.05 * Math.abs(Math.log(settings[setting] + 0.01) - Math.log(peak + 0.01));
}

const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
const accepted = ({ trials }: Tuning) => trials.filter((trial) => trial.accepted);

describe('a setting that costs no fit', () => {
  test.each<[(typeof FREE)[number], number]>([
    ['popularityWeight', 0],
    ['popularityWeight', 300],
    ['recency', 2],
    ['recency', 0],
    ['targetDamping', 0.45],
    ['popularityHalfLife', 0.02],
    ['popularityGrowth', 0],
    ['power', 0.8],
    ['power', 1.5],
    ['lowRankWeight', 0],
    ['lowRankWeight', 1],
    ['groupWeight', 0],
    ['groupWeight', 3],
  ])('%s climbs its ladder to %d where that is best, and nothing else moves', async (setting, peak) => {
    // A half-life of 0 is none at all: longest, not shortest.
    const length = (x: number) => (setting === 'popularityHalfLife' && x === 0 ? 1 : x);
    const { evaluate } = evaluateBy((settings) =>
      peaked(setting, length(peak))({ ...settings, [setting]: length(settings[setting]) }),
    );
    const { settings } = await tune(START, ALL, evaluate, 1);
    expect(settings).toEqual({ ...START, [setting]: peak });
  });

  test('is moved beside others that gain, in the same round', async () => {
    const parts = [peaked('popularityWeight', 10), peaked('recency', 1), peaked('power', 1.25)];
    const { evaluate } = evaluateBy((settings) => parts.reduce((total, part) => total + part(settings) - 1, 1));
    const tuning = await tune(START, ALL, evaluate, 1);
    expect(tuning.settings).toEqual({ ...START, popularityWeight: 10, recency: 1, power: 1.25 });
    expect(accepted(tuning).length).toBe(1);
  });

  test('is moved alone where together they are worse', async () => {
    const { evaluate } = evaluateBy(({ recency, power }) => {
      if (recency === 1) return power === 1 ? 1.1 : 0.5;
      return power === 1.25 ? 1.05 : 1;
    });
    expect((await tune(START, ALL, evaluate, 1)).settings).toEqual({ ...START, recency: 1 });
  });
});

describe('a setting that costs a fit', () => {
  test.each<[(typeof FITTED)[number], number]>([
    ['lambda', 48],
    ['lambda', 0.75],
    ['attributeWeight', 8],
    ['attributeWeight', 0.1],
    ['basketDamping', 0],
    ['basketDamping', 1.25],
  ])('%s is moved on to %d while that gains', async (setting, peak) => {
    const { evaluate } = evaluateBy(peaked(setting, peak));
    const { settings } = await tune(START, ALL, evaluate, 30);
    expect(settings[setting]).toBeCloseTo(peak, 12);
    expect(Object.keys(differences(START, settings))).toEqual([setting]);
  });

  test('is fitted with others of b and β beside it, and takes them where they gain', async () => {
    const { evaluate, calls } = evaluateBy(({ lambda, targetDamping }) =>
      lambda === 3 && targetDamping > 0.2 ? 1.1 : 1,
    );
    const { settings } = await tune(START, ALL, evaluate, 2);
    expect(settings).toEqual({ ...START, lambda: 3, targetDamping: 0.3 });
    const fit = calls.find(({ learned }) => learned.lambda === 3)!;
    expect(fit.variants.map((variant) => differences(fit.learned, variant))).toEqual([
      {},
      { targetDamping: 0 },
      { targetDamping: 0.3 },
      { popularityWeight: 1 },
      { popularityWeight: 9 },
    ]);
  });
});

test('what follows the latest items is tried before all else, on while it gains, in one fit, and only where there are times', async () => {
  const space = { ...ALL, fixed: new Set<keyof Settings>() };
  const { evaluate, calls } = evaluateBy(peaked('follow', 0.8));
  expect((await tune(START, space, evaluate, 2)).settings).toEqual({ ...START, follow: 0.8 });
  expect(calls.slice(0, 4).map(({ variants }) => variants.at(-1)!.follow)).toEqual([0.2, 0.4, 0.8, 1.6]);
  expect(new Set(calls.map(({ learned }) => learned.follow))).toEqual(new Set([0.2]));
  expect((await tune(START, space, evaluate, 1)).settings).toEqual(START);
  expect((await tune(START, { ...space, times: false }, evaluate, 30)).settings).toEqual(START);
});

test('space are tried in their order: down, on while it gains, and up only where down was no gain', async () => {
  const { evaluate, calls } = evaluateBy(peaked('lambda', 3));
  await tune(START, ALL, evaluate, 30);
  const learned = calls.map((call) => differences(START, call.learned));
  // What comes before the first fit are the space that cost none.
  const fits = learned.slice(learned.findIndex((change) => Object.keys(change).length > 0));
  const lambda = 3;
  const expected: Partial<Settings>[] = [
    { lambda },
    { lambda: 0.75 },
    // The settings that cost no fit, once more.
    { lambda },
    { lambda, attributeWeight: 2 },
    { lambda, attributeWeight: 0.1 },
    { lambda, basketDamping: 0 },
    { lambda, basketDamping: 0.75 },
  ];
  expect(fits).toEqual(expected);
});

test('settings that cost no fit are tried again when others were fitted, and only where these moved', async () => {
  const { evaluate } = evaluateBy(({ lambda, recency }) => (lambda === 3 ? 1.1 + (recency === 1 ? 0.1 : 0) : 1));
  expect((await tune(START, ALL, evaluate, 30)).settings).toEqual({ ...START, lambda: 3, recency: 1 });
  const nothing = evaluateBy(() => 1);
  const { trials } = await tune(START, ALL, nothing.evaluate, 30);
  expect(trials.filter(({ changes }) => changes.recency === 1).length).toBe(1);
});

test('a step up a ladder that lost beyond noise is not tried again, and no setting goes back', async () => {
  const utility = ({ recency, power, targetDamping }: Settings, user: number) =>
    1 + 0.1 * recency - (power === 1 ? 0 : 0.1) + (targetDamping === 0.15 ? 0 : user % 2 === 0 ? 0.1 : -0.1);
  const { trials } = await tune(START, ALL, evaluateBy(utility).evaluate, 1);
  const tried = (setting: keyof Settings) =>
    trials.map(({ changes }) => changes[setting]).filter((x) => x !== undefined);
  expect(tried('recency')).toEqual([0.25, 1, 2]);
  expect(tried('power')).toEqual([0.8, 1.25]);
  // Noise may have hidden a gain.
  expect(tried('targetDamping')).toEqual([0, 0.3, 0, 0.3, 0, 0.3]);
});

describe('noise', () => {
  /** Settings with another λ gain `gain`, give or take `spread` from user to user. */
  const evaluateWith = (gain: number, spread: number) =>
    evaluateBy(({ lambda }, user) => 1 + (lambda < 12 ? gain + (user % 2 === 0 ? spread : -spread) : 0)).evaluate;
  const takes = async (gain: number, spread: number) =>
    (await tune(START, ALL, evaluateWith(gain, spread), 4)).settings.lambda !== 12;

  test('is what a gain is below two standard errors of it', async () => {
    // The standard error of 100 users that differ by ± 1 is 1 / √99.
    expect(await takes(1.99 / Math.sqrt(99), 1)).toBe(false);
    expect(await takes(2.01 / Math.sqrt(99), 1)).toBe(true);
  });

  test('is what a gain is below 0.4 % of the utility before', async () => {
    expect(await takes(0.0039, 0)).toBe(false);
    expect(await takes(0.0041, 0)).toBe(true);
  });

  test('is all there is where no list has any utility', async () => {
    const { evaluate } = evaluateBy(() => 0);
    const tuning = await tune(START, ALL, evaluate, 10);
    expect(tuning).toMatchObject({ settings: START, before: 0, after: 0 });
    expect(accepted(tuning)).toEqual([]);
  });

  test('has its standard error beside the gain', async () => {
    const { evaluate } = evaluateBy(({ lambda }, user) => 1 + (lambda < 12 ? user / USERS : 0));
    const { trials } = await tune(START, ALL, evaluate, 2);
    const trial = trials.find(({ changes }) => changes.lambda === 3)!;
    const gains = Array.from({ length: USERS }, (_, user) => user / USERS);
    const gain = gains.reduce((a, b) => a + b) / USERS;
    const variance = gains.reduce((total, x) => total + (x - gain) ** 2, 0) / (USERS - 1);
    expect(trial.gain).toBeCloseTo(gain, 12);
    expect(trial.error).toBeCloseTo(Math.sqrt(variance / USERS), 12);
  });
});

const keys = [...FREE, ...FITTED];
const searches = fc.record({
  seed: fc.nat(1000),
  fits: fc.integer({ min: 1, max: 12 }),
  space: fc.record({
    times: fc.boolean(),
    attributes: fc.boolean(),
    groups: fc.boolean(),
    factors: fc.boolean(),
    fixed: fc.subarray<keyof Settings>(keys).map((fixed) => new Set(fixed)),
  }),
});

describe('whatever the utility', () => {
  const law = (holds: (tuning: Tuning, calls: Call[], space: SearchSpace, fits: number) => void) =>
    fc.assert(
      fc.asyncProperty(searches, async ({ seed, fits, space }) => {
        const { evaluate, calls } = evaluateBy(randomUtility(seed));
        holds(await tune(START, space, evaluate, fits), calls, space, fits);
      }),
    );

  test('what was set by hand is never moved, nor even tried otherwise', () =>
    law((_, calls, { fixed }) => {
      for (const { learned, variants } of calls) {
        for (const settings of [learned, ...variants]) {
          for (const key of fixed) expect(settings[key]).toBe(START[key]);
        }
      }
    }));

  test('what the data has nothing about is left alone', () =>
    law((_, calls, { times, attributes, groups, factors }) => {
      for (const settings of calls.flatMap(({ variants }) => variants)) {
        if (!times)
          expect(settings).toMatchObject({ recency: START.recency, popularityHalfLife: START.popularityHalfLife });
        if (!attributes) expect(settings.attributeWeight).toBe(START.attributeWeight);
        if (!groups) expect(settings.groupWeight).toBe(START.groupWeight);
        if (!factors) expect(settings.lowRankWeight).toBe(START.lowRankWeight);
      }
    }));

  test('no more is fitted than was allowed, and variants differ from what was fitted in what costs no fit', () =>
    law(({ trials }, calls, _, fits) => {
      const fitted = calls.map(({ learned }) => JSON.stringify(FITTED.map((key) => learned[key])));
      expect(new Set(fitted).size).toBeLessThanOrEqual(fits);
      expect(Math.max(1, ...trials.map(({ fit }) => fit))).toBeLessThanOrEqual(fits);
      for (const { learned, variants } of calls) {
        expect(variants.length).toBeGreaterThan(0);
        for (const variant of variants) {
          for (const key of Object.keys(differences(learned, variant))) expect([...FREE, 'follow']).toContain(key);
        }
      }
    }));

  test('no value is tried that could not be set by hand', () =>
    law((_, calls) => {
      for (const settings of calls.flatMap(({ variants }) => variants)) {
        for (const { setting, low, high } of HYPER_PARAMETERS) {
          expect(settings[setting] >= low && settings[setting] <= high, `${setting} ${settings[setting]}`).toBe(true);
        }
      }
    }));

  test('every variant but the start is among the trials, with its utility and its gain', () =>
    law(({ trials }, calls) => {
      const utilities = calls.flatMap((call) => call.utilities.map(mean));
      expect(trials.map(({ utility }) => utility).sort()).toEqual(utilities.slice(1).sort());
      for (const { changes } of trials) expect(Object.keys(changes).length).toBeLessThanOrEqual(keys.length);
    }));

  test('the changes that were accepted lead from the start to what was chosen, each to more utility', () =>
    law((tuning, calls) => {
      const { settings, before, after } = tuning;
      const steps = accepted(tuning);
      expect(Object.assign({ ...START }, ...steps.map(({ changes }) => changes))).toEqual(settings);
      expect(before).toBe(mean(calls[0]!.utilities[0]!));
      let utility = before;
      for (const step of steps) {
        expect(step.utility).toBeGreaterThan(utility * 1.004);
        expect(step.gain).toBeGreaterThan(2 * step.error);
        expect(step.gain).toBeCloseTo(step.utility - utility, 9);
        utility = step.utility;
      }
      expect(after).toBe(utility);
    }));

  test('a search is the same when it is made again', () =>
    fc.assert(
      fc.asyncProperty(searches, async ({ seed, fits, space }) => {
        const [one, other] = [evaluateBy(randomUtility(seed)), evaluateBy(randomUtility(seed))];
        expect(await tune(START, space, one.evaluate, fits)).toEqual(await tune(START, space, other.evaluate, fits));
        expect(one.calls).toEqual(other.calls);
      }),
    ));
});

test.each<[string, (settings: Settings) => number]>([
  ['lower b', ({ targetDamping }) => 10 - targetDamping],
  ['higher β', ({ popularityWeight }) => Math.log(10 + popularityWeight)],
])('where ever %s is better, none is tried that could not be set by hand', async (_, utility) => {
  const { evaluate, calls } = evaluateBy((settings) => utility(settings) + 2 * Math.abs(Math.log(settings.lambda)));
  const fixed = new Set<keyof Settings>(['attributeWeight', 'basketDamping']);
  await tune(START, { ...ALL, fixed }, evaluate, 20);
  for (const settings of calls.flatMap(({ variants }) => variants)) {
    for (const { setting, low, high } of HYPER_PARAMETERS) {
      expect(settings[setting] >= low && settings[setting] <= high, `${setting} ${settings[setting]}`).toBe(true);
    }
  }
});

test('without popularity no variant is tried twice in one fit', async () => {
  const { evaluate, calls } = evaluateBy(() => 1);
  await tune({ ...START, popularityWeight: 0 }, ALL, evaluate, 5);
  for (const { variants } of calls) {
    expect(new Set(variants.map((variant) => JSON.stringify(variant))).size).toBe(variants.length);
  }
});

describe('what groups count for users without a history', () => {
  const cold = (utility: (weight: number) => number) => evaluateBy(({ coldGroupWeight }) => utility(coldGroupWeight));

  test.each([0, 0.5, 3, 10])('becomes %d where that serves them best, and nothing else moves', async (peak) => {
    const { evaluate } = cold((weight) => 1 - 0.01 * Math.abs(weight - peak));
    const tuning = await tuneCold(START, evaluate);
    expect(tuning.settings).toEqual({ ...START, coldGroupWeight: peak });
    expect(tuning.before).toBeCloseTo(1 - 0.01 * Math.abs(1 - peak), 12);
    expect(tuning.after).toBe(1);
  });

  test('stays where no other is better beyond noise', async () => {
    const tuning = await tuneCold(START, cold((weight) => (weight === 3 ? 1.003 : 1)).evaluate);
    expect(tuning.settings).toEqual(START);
    expect(tuning.trials.map(({ changes }) => changes.coldGroupWeight)).toEqual([0, 0.5, 3, 10]);
  });
});

test('what was found is declined where it gains too small a share, which is recorded', async () => {
  const { evaluate } = evaluateBy(({ lambda }) => (lambda < 12 ? 1.02 : 1));
  const tuning = await tune(START, ALL, evaluate, 4);
  expect(keepStartUnless(tuning, START, 0.019)).toBe(tuning);
  const left = keepStartUnless(tuning, START, 0.021);
  expect(left).toMatchObject({ settings: START, before: 1, after: 1, trials: tuning.trials });
  expect(left.declined).toBeCloseTo(0.02, 12);
  const nothing = await tune(START, ALL, evaluateBy(() => 1).evaluate, 4);
  expect(keepStartUnless(nothing, START, 0.5)).toBe(nothing);
});

describe('what was found, judged on other held-out items', () => {
  const found = () => tune(START, ALL, evaluateBy(({ lambda }) => (lambda < 12 ? 1.25 : 1)).evaluate, 4);
  const elsewhere = (ifFound: number, ifStart = 1) =>
    evaluateBy(({ lambda }) => (lambda < 12 ? ifFound : ifStart)).evaluate;

  test('is taken where it loses no more there than it gained', async () => {
    const tuning = await found();
    for (const utility of [2, 1, 0.9, 0.801]) {
      expect(await keepStartIfLostElsewhere(tuning, START, elsewhere(utility))).toBe(tuning);
    }
    // Nobody's items are found there, whatever the settings.
    expect(await keepStartIfLostElsewhere(tuning, START, elsewhere(0, 0))).toBe(tuning);
  });

  test('is declined where it loses more, which is recorded', async () => {
    const tuning = await found();
    const left = await keepStartIfLostElsewhere(tuning, START, elsewhere(0.799));
    expect(left).toMatchObject({ settings: START, before: 1, after: 1, trials: tuning.trials });
    expect([left.declined, left.lost]).toEqual([expect.closeTo(0.25, 9), expect.closeTo(0.201, 9)]);
  });

  test('costs nothing where the start was kept anyway', async () => {
    const nothing = await tune(START, ALL, evaluateBy(() => 1).evaluate, 4);
    const never: Evaluate = () => Promise.reject(new Error('evaluated'));
    expect(await keepStartIfLostElsewhere(nothing, START, never)).toBe(nothing);
  });
});
