import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf } from '../../src/matrix/sampling.js';
import { HYPER_PARAMETERS, type Settings } from '../../src/model/settings.js';
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
const ALL_SETTINGS: SearchSpace = {
  times: true,
  attributes: true,
  groups: true,
  factors: true,
  fixed: new Set(['follow']),
};
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

/** Evaluates settings by a function of the settings and the user, and records the calls. */
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

/** A random utility for every combination of settings, with many local maxima. */
function randomUtility(seed: number): (settings: Settings, user: number) => number {
  const hashes = new WeakMap<Settings, number>();
  return (settings, user) => {
    const known = hashes.get(settings);
    const hash = known ?? [...JSON.stringify(settings)].reduce((sum, sign) => hashOf(seed, sum, sign.charCodeAt(0)), 0);
    if (known === undefined) hashes.set(settings, hash);
    return 1 + 0.1 * (hash / 2 ** 32) + (0.01 * hashOf(seed, hash, user)) / 2 ** 32;
  };
}

/** A utility that is highest at `peak` and falls with the distance of the logarithms. */
function peaked(setting: 'follow' | (typeof FREE)[number] | (typeof FITTED)[number], peak: number) {
  return (settings: Settings) => 1 - 0.05 * Math.abs(Math.log(settings[setting] + 0.01) - Math.log(peak + 0.01));
}

const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
const accepted = ({ trials }: Tuning) => trials.filter((trial) => trial.accepted);

describe('a setting that needs no new fit', () => {
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
  ])('%s moves to %d if that is best, and no other setting changes', async (setting, peak) => {
    // A half-life of 0 means none, which is longer than any.
    const length = (x: number) => (setting === 'popularityHalfLife' && x === 0 ? 1 : x);
    const { evaluate } = evaluateBy((settings) =>
      peaked(setting, length(peak))({ ...settings, [setting]: length(settings[setting]) }),
    );
    const { settings } = await tune(START, ALL_SETTINGS, evaluate, 1);
    expect(settings).toEqual({ ...START, [setting]: peak });
  });

  test('changes in the same round as others that gain too', async () => {
    const parts = [peaked('popularityWeight', 10), peaked('recency', 1), peaked('power', 1.25)];
    const { evaluate } = evaluateBy((settings) => parts.reduce((total, part) => total + part(settings) - 1, 1));
    const tuning = await tune(START, ALL_SETTINGS, evaluate, 1);
    expect(tuning.settings).toEqual({ ...START, popularityWeight: 10, recency: 1, power: 1.25 });
    expect(accepted(tuning).length).toBe(1);
  });

  test('changes alone if the gains do not hold together', async () => {
    const { evaluate } = evaluateBy(({ recency, power }) => {
      if (recency === 1) return power === 1 ? 1.1 : 0.5;
      return power === 1.25 ? 1.05 : 1;
    });
    expect((await tune(START, ALL_SETTINGS, evaluate, 1)).settings).toEqual({ ...START, recency: 1 });
  });
});

describe('a setting that needs a new fit', () => {
  test.each<[(typeof FITTED)[number], number]>([
    ['lambda', 48],
    ['lambda', 0.75],
    ['attributeWeight', 8],
    ['attributeWeight', 0.1],
    ['basketDamping', 0],
    ['basketDamping', 1.25],
  ])('%s moves step by step to %d while each step gains, and no other setting changes', async (setting, peak) => {
    const { evaluate } = evaluateBy(peaked(setting, peak));
    const { settings } = await tune(START, ALL_SETTINGS, evaluate, 30);
    expect(settings[setting]).toBeCloseTo(peak, 12);
    expect(Object.keys(differences(START, settings))).toEqual([setting]);
  });

  test('is tried with neighbouring values of b and β in the same fit, which are taken if they gain', async () => {
    const { evaluate, calls } = evaluateBy(({ lambda, targetDamping }) =>
      lambda === 3 && targetDamping > 0.2 ? 1.1 : 1,
    );
    const { settings } = await tune(START, ALL_SETTINGS, evaluate, 2);
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

test('follow is tried first, with all of its values in one fit, and only if there are times', async () => {
  const space = { ...ALL_SETTINGS, fixed: new Set<keyof Settings>() };
  const { evaluate, calls } = evaluateBy(peaked('follow', 0.8));
  expect((await tune(START, space, evaluate, 2)).settings).toEqual({ ...START, follow: 0.8 });
  expect(calls[0]!.variants.map(({ follow }) => follow)).toEqual([0, 0.2, 0.4, 0.8, 1.6]);
  expect(new Set(calls.slice(1).flatMap(({ variants }) => variants.map(({ follow }) => follow)))).toEqual(
    new Set([0.8]),
  );
  expect(new Set(calls.map(({ learned }) => learned.follow))).toEqual(new Set([1]));
  expect((await tune(START, space, evaluate, 1)).settings).toEqual(START);
  expect((await tune(START, { ...space, times: false }, evaluate, 30)).settings).toEqual(START);
});

test('the best value of follow is taken even if a smaller one gains nothing', async () => {
  const space = { ...ALL_SETTINGS, fixed: new Set<keyof Settings>() };
  const { evaluate } = evaluateBy(({ follow }) => (follow === 0.8 ? 1.1 : 1));
  expect((await tune(START, space, evaluate, 2)).settings).toEqual({ ...START, follow: 0.8 });
});

test('moves are tried in their order: down first, further while that gains, and up only if down did not gain', async () => {
  const { evaluate, calls } = evaluateBy(peaked('lambda', 3));
  await tune(START, ALL_SETTINGS, evaluate, 30);
  const learned = calls.map((call) => differences(START, call.learned));
  // The calls before the first new fit try the settings that need none.
  const fits = learned.slice(learned.findIndex((change) => Object.keys(change).length > 0));
  const lambda = 3;
  const expected: Partial<Settings>[] = [
    { lambda },
    { lambda: 0.75 },
    // The settings that need no fit are tried again.
    { lambda },
    { lambda, attributeWeight: 2 },
    { lambda, attributeWeight: 0.1 },
    { lambda, basketDamping: 0 },
    { lambda, basketDamping: 0.75 },
  ];
  expect(fits).toEqual(expected);
});

test('settings that need no fit are tried again only after a fitted setting has changed', async () => {
  const { evaluate } = evaluateBy(({ lambda, recency }) => (lambda === 3 ? 1.1 + (recency === 1 ? 0.1 : 0) : 1));
  expect((await tune(START, ALL_SETTINGS, evaluate, 30)).settings).toEqual({ ...START, lambda: 3, recency: 1 });
  const nothing = evaluateBy(() => 1);
  const { trials } = await tune(START, ALL_SETTINGS, nothing.evaluate, 30);
  expect(trials.filter(({ changes }) => changes.recency === 1).length).toBe(1);
});

test('a step that lost beyond noise is not tried again, nor is an earlier value of a setting', async () => {
  const utility = ({ recency, power, targetDamping }: Settings, user: number) =>
    1 + 0.1 * recency - (power === 1 ? 0 : 0.1) + (targetDamping === 0.15 ? 0 : user % 2 === 0 ? 0.1 : -0.1);
  const { trials } = await tune(START, ALL_SETTINGS, evaluateBy(utility).evaluate, 1);
  const tried = (setting: keyof Settings) =>
    trials.map(({ changes }) => changes[setting]).filter((x) => x !== undefined);
  expect(tried('recency')).toEqual([0.25, 1, 2]);
  expect(tried('power')).toEqual([0.8, 1.25]);
  // Noise may have hidden a gain.
  expect(tried('targetDamping')).toEqual([0, 0.3, 0, 0.3, 0, 0.3]);
});

describe('noise', () => {
  /** Settings with a smaller λ gain `gain` on average, plus or minus `spread` for every other user. */
  const evaluateWith = (gain: number, spread: number) =>
    evaluateBy(({ lambda }, user) => 1 + (lambda < 12 ? gain + (user % 2 === 0 ? spread : -spread) : 0)).evaluate;
  const takes = async (gain: number, spread: number) =>
    (await tune(START, ALL_SETTINGS, evaluateWith(gain, spread), 4)).settings.lambda !== 12;

  test('is a gain of less than two standard errors', async () => {
    // The standard error of 100 users that differ by ± 1 is 1 / √99.
    expect(await takes(1.99 / Math.sqrt(99), 1)).toBe(false);
    expect(await takes(2.01 / Math.sqrt(99), 1)).toBe(true);
  });

  test('is a gain of less than 0.4 % of the utility', async () => {
    expect(await takes(0.0039, 0)).toBe(false);
    expect(await takes(0.0041, 0)).toBe(true);
  });

  test('is never accepted if no list has any utility', async () => {
    const { evaluate } = evaluateBy(() => 0);
    const tuning = await tune(START, ALL_SETTINGS, evaluate, 10);
    expect(tuning).toMatchObject({ settings: START, before: 0, after: 0 });
    expect(accepted(tuning)).toEqual([]);
  });

  test('is reported as the standard error of each trial, beside its gain', async () => {
    const { evaluate } = evaluateBy(({ lambda }, user) => 1 + (lambda < 12 ? user / USERS : 0));
    const { trials } = await tune(START, ALL_SETTINGS, evaluate, 2);
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

describe('for any utility', () => {
  const law = (holds: (tuning: Tuning, calls: Call[], space: SearchSpace, fits: number) => void) =>
    fc.assert(
      fc.asyncProperty(searches, async ({ seed, fits, space }) => {
        const { evaluate, calls } = evaluateBy(randomUtility(seed));
        holds(await tune(START, space, evaluate, fits), calls, space, fits);
      }),
    );

  test('settings fixed by hand are never tried with another value', () =>
    law((_, calls, { fixed }) => {
      for (const { learned, variants } of calls) {
        for (const settings of [learned, ...variants]) {
          for (const key of fixed) expect(settings[key]).toBe(START[key]);
        }
      }
    }));

  test('settings that the data says nothing about stay as they are', () =>
    law((_, calls, { times, attributes, groups, factors }) => {
      for (const settings of calls.flatMap(({ variants }) => variants)) {
        if (!times)
          expect(settings).toMatchObject({ recency: START.recency, popularityHalfLife: START.popularityHalfLife });
        if (!attributes) expect(settings.attributeWeight).toBe(START.attributeWeight);
        if (!groups) expect(settings.groupWeight).toBe(START.groupWeight);
        if (!factors) expect(settings.lowRankWeight).toBe(START.lowRankWeight);
      }
    }));

  test('there are no more fits than allowed, and variants of a fit differ only in settings that need no fit', () =>
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

  test('every value tried is in the range of its option', () =>
    law((_, calls) => {
      for (const settings of calls.flatMap(({ variants }) => variants)) {
        for (const { setting, low, high } of HYPER_PARAMETERS) {
          expect(settings[setting] >= low && settings[setting] <= high, `${setting} ${settings[setting]}`).toBe(true);
        }
      }
    }));

  test('every variant except the start is recorded as a trial with its utility', () =>
    law(({ trials }, calls) => {
      const utilities = calls.flatMap((call) => call.utilities.map(mean));
      expect(trials.map(({ utility }) => utility).sort()).toEqual(utilities.slice(1).sort());
      for (const { changes } of trials) expect(Object.keys(changes).length).toBeLessThanOrEqual(keys.length);
    }));

  test('the accepted changes lead from the start to the result, and each raises the utility beyond noise', () =>
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

  test('a search is reproducible', () =>
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
])('even if utility keeps rising with a %s, every value tried is in the range of its option', async (_, utility) => {
  const { evaluate, calls } = evaluateBy((settings) => utility(settings) + 2 * Math.abs(Math.log(settings.lambda)));
  const fixed = new Set<keyof Settings>(['attributeWeight', 'basketDamping']);
  await tune(START, { ...ALL_SETTINGS, fixed }, evaluate, 20);
  for (const settings of calls.flatMap(({ variants }) => variants)) {
    for (const { setting, low, high } of HYPER_PARAMETERS) {
      expect(settings[setting] >= low && settings[setting] <= high, `${setting} ${settings[setting]}`).toBe(true);
    }
  }
});

test('starting from a popularity weight of 0, no fit tries the same variant twice', async () => {
  const { evaluate, calls } = evaluateBy(() => 1);
  await tune({ ...START, popularityWeight: 0 }, ALL_SETTINGS, evaluate, 5);
  for (const { variants } of calls) {
    expect(new Set(variants.map((variant) => JSON.stringify(variant))).size).toBe(variants.length);
  }
});

describe('the weight of groups for users without a history', () => {
  const cold = (utility: (weight: number) => number) => evaluateBy(({ coldGroupWeight }) => utility(coldGroupWeight));

  test.each([0, 0.5, 3, 10])('becomes %d if that is best, and no other setting changes', async (peak) => {
    const { evaluate } = cold((weight) => 1 - 0.01 * Math.abs(weight - peak));
    const tuning = await tuneCold(START, evaluate);
    expect(tuning.settings).toEqual({ ...START, coldGroupWeight: peak });
    expect(tuning.before).toBeCloseTo(1 - 0.01 * Math.abs(1 - peak), 12);
    expect(tuning.after).toBe(1);
  });

  test('stays the same if no other weight is better beyond noise', async () => {
    const tuning = await tuneCold(START, cold((weight) => (weight === 3 ? 1.003 : 1)).evaluate);
    expect(tuning.settings).toEqual(START);
    expect(tuning.trials.map(({ changes }) => changes.coldGroupWeight)).toEqual([0, 0.5, 3, 10]);
  });
});

test('a result that gains less than the required share is declined, and the declined gain is recorded', async () => {
  const { evaluate } = evaluateBy(({ lambda }) => (lambda < 12 ? 1.02 : 1));
  const tuning = await tune(START, ALL_SETTINGS, evaluate, 4);
  expect(keepStartUnless(tuning, START, 0.019)).toBe(tuning);
  const kept = keepStartUnless(tuning, START, 0.021);
  expect(kept).toMatchObject({ settings: START, before: 1, after: 1, trials: tuning.trials });
  expect(kept.declined).toBeCloseTo(0.02, 12);
  const nothing = await tune(START, ALL_SETTINGS, evaluateBy(() => 1).evaluate, 4);
  expect(keepStartUnless(nothing, START, 0.5)).toBe(nothing);
});

describe('a result judged on other held-out items', () => {
  const found = () => tune(START, ALL_SETTINGS, evaluateBy(({ lambda }) => (lambda < 12 ? 1.25 : 1)).evaluate, 4);
  const elsewhere = (ifFound: number, ifStart = 1) =>
    evaluateBy(({ lambda }) => (lambda < 12 ? ifFound : ifStart)).evaluate;

  test('is taken if it loses at most one and a half times there what it gained', async () => {
    const tuning = await found();
    for (const utility of [2, 1, 0.9, 1.001 / 1.25 ** 1.5]) {
      expect(await keepStartIfLostElsewhere(tuning, START, elsewhere(utility))).toBe(tuning);
    }
    // No held-out item is found there with any settings.
    expect(await keepStartIfLostElsewhere(tuning, START, elsewhere(0, 0))).toBe(tuning);
  });

  test('is declined if it loses more, and the gain and the loss are recorded', async () => {
    const tuning = await found();
    const kept = await keepStartIfLostElsewhere(tuning, START, elsewhere(0.71));
    expect(kept).toMatchObject({ settings: START, before: 1, after: 1, trials: tuning.trials });
    expect([kept.declined, kept.lost]).toEqual([expect.closeTo(0.25, 9), expect.closeTo(0.29, 9)]);
  });

  test('is not evaluated again if the search had kept the start', async () => {
    const nothing = await tune(START, ALL_SETTINGS, evaluateBy(() => 1).evaluate, 4);
    const never: Evaluate = () => Promise.reject(new Error('evaluated'));
    expect(await keepStartIfLostElsewhere(nothing, START, never)).toBe(nothing);
  });
});
