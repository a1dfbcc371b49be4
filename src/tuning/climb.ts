import { HYPER_PARAMETERS, type HyperParameter, type Settings } from '../model/settings.js';

/**
 * Evaluates settings on held-out items: learns a model with `learned`, then recommends with each of the variants, which
 * differ from `learned` only in settings that cost no fit (b, p, η, β, τ, ρ, θ, ω and ω₀).
 * @returns by variant, the utility of each user's list, from 0 to 2.
 */
export type Evaluate = (learned: Settings, variants: readonly Settings[]) => Promise<Float64Array[]>;

/** Which settings may move. */
export interface SearchSpace {
  /** Whether the data has times, attributes of items, groups of users: without them their settings have no effect. */
  times: boolean;
  attributes: boolean;
  groups: boolean;
  /** Whether items have factors. */
  factors: boolean;
  /** Settings that were set by hand and stay as they are. */
  fixed: ReadonlySet<keyof Settings>;
}

/** One variant that was tried. */
export interface Trial {
  /** How it differs from the best settings so far. */
  changes: Partial<Settings>;
  /** The mean over users, and how much more that is than the best so far. */
  utility: number;
  gain: number;
  /** Standard error of the gain. */
  error: number;
  accepted: boolean;
  /** The number of the fit it used, counted from 1. */
  fit: number;
  /** Whether it needed a fit of its own. */
  fitted: boolean;
}

export interface Tuning {
  settings: Settings;
  trials: Trial[];
  /** Mean utility of the starting settings, and of the chosen ones. */
  before: number;
  after: number;
  /** The relative gain of the best settings found, if it was too small to leave the start for. */
  declined?: number;
  /** The relative loss of the best settings found on other held-out items, if that was more than they had gained. */
  lost?: number;
}

/** A move has to gain more than this share, and this many standard errors of the gain over the users. */
const MIN_GAIN = 0.004;
const MIN_STANDARD_ERRORS = 2;

interface Ladder {
  setting: HyperParameter['setting'];
  steps: readonly number[];
  needs?: 'times' | 'groups' | 'factors';
}

/** Settings that cost no fit, since they apply to a model after it is learned; each with its ladder of values. */
const LADDERS: readonly Ladder[] = [
  { setting: 'popularityWeight', steps: [0, 1, 3, 10, 30, 100, 300] },
  { setting: 'recency', steps: [0, 0.25, 0.5, 1, 2], needs: 'times' },
  { setting: 'targetDamping', steps: [0, 0.15, 0.3, 0.45] },
  { setting: 'popularityGrowth', steps: [0, 0.25, 0.5, 0.75], needs: 'times' },
  { setting: 'popularityHalfLife', steps: [0, 0.3, 0.1, 0.05, 0.02], needs: 'times' },
  { setting: 'power', steps: [0.8, 1, 1.25, 1.5] },
  { setting: 'lowRankWeight', steps: [0, 0.1, 0.3, 0.6, 1], needs: 'factors' },
  { setting: 'groupWeight', steps: [0, 0.5, 1, 3], needs: 'groups' },
];

/** A model that is learned with this κ has the rows of following items, which are the same for every κ above 0. */
const LEARNED_FOLLOW = 1;

/** Values of κ and of ω₀ that are tried. */
const FOLLOW_WEIGHTS: readonly number[] = [0.2, 0.4, 0.8, 1.6];
const COLD_GROUP_WEIGHTS: readonly number[] = [0, 0.5, 1, 3, 10];

/** Settings of which each trial costs a fit, with their moves from the current value, in the order they are tried. */
const FITTED: readonly {
  setting: 'lambda' | 'attributeWeight' | 'basketDamping';
  moves: readonly ((now: number) => number)[];
  needs?: 'attributes';
}[] = [
  { setting: 'lambda', moves: [(now) => now / 4, (now) => now * 4] },
  { setting: 'attributeWeight', moves: [(now) => now * 4, (now) => now / 5], needs: 'attributes' },
  { setting: 'basketDamping', moves: [(now) => now - 0.5, (now) => now + 0.25] },
];

/**
 * Hill climbing that moves a setting only if held-out items are found better beyond noise: first κ, which leaves recency less to do,
 * then the settings that cost no fit, then, one at a time, those that do. After one of these has moved, those that cost none are tried
 * once more.
 *
 * @param maxFits how many models may be learned, including the first; with 1, only settings that cost no fit are tried, and not κ, since
 * rows of following items would make that fit dearer.
 */
export async function tune(start: Settings, space: SearchSpace, evaluate: Evaluate, maxFits: number): Promise<Tuning> {
  const mayFollow = space.times && !space.fixed.has('follow') && maxFits > 1;
  // The first fit serves all values of κ.
  const learning: Evaluate = (learned, variants) => evaluate({ ...learned, follow: LEARNED_FOLLOW }, variants);
  const climb = climbing(start, mayFollow ? learning : evaluate, maxFits);
  if (mayFollow) await climb.tryValues('follow', FOLLOW_WEIGHTS);
  await climb.climbLadders(space);
  for (const { setting, moves, needs } of FITTED) {
    if (space.fixed.has(setting) || (needs && !space[needs])) continue;
    for (const move of moves) {
      let moved = false;
      // Keeps going in a direction that gains. The other direction is tried only if the first step gained nothing.
      while (await climb.tryJointly(setting, move(climb.settings[setting]), space)) moved = true;
      if (!moved) continue;
      await climb.climbLadders(space);
      break;
    }
  }
  return climb.tuning;
}

/**
 * Moves ω₀, the weight of groups for users without a history, if that makes their lists better beyond noise.
 * @param evaluate evaluates lists that are made as if the users had no history.
 */
export async function tuneCold(start: Settings, evaluate: Evaluate): Promise<Tuning> {
  const climb = climbing(start, evaluate, 1);
  await climb.tryValues('coldGroupWeight', COLD_GROUP_WEIGHTS);
  return climb.tuning;
}

/** The tuning if it gained at least this share; else one that keeps the start. */
export function keepStartUnless(tuning: Tuning, start: Settings, minGain: number): Tuning {
  const { before, after, settings } = tuning;
  const gain = before > 0 ? after / before - 1 : Number.POSITIVE_INFINITY;
  if (settings === start || gain >= minGain) return tuning;
  return { ...tuning, settings: start, after: before, declined: gain };
}

/**
 * How much a gain on the items held out for tuning counts, compared with a loss on others. A nightly run predicts tomorrow; so what gained on the
 * latest days of all may lose somewhat more where everybody's own latest items are held out.
 */
const GAIN_WEIGHT = 1.5;

/**
 * The tuning; or one that keeps the start, if the settings found lose on other held-out items more than one and a half times what they gained.
 * @param elsewhere evaluates on those; not called if the start was kept anyway.
 */
export async function keepStartIfLostElsewhere(tuning: Tuning, start: Settings, elsewhere: Evaluate): Promise<Tuning> {
  const { before, after, settings } = tuning;
  if (settings === start) return tuning;
  const { follow } = settings;
  const utilityOf = async (some: Settings) => mean((await elsewhere({ ...some, follow }, [some]))[0]!);
  const ratio = (await utilityOf(settings)) / (await utilityOf(start));
  // If neither finds anything (NaN), there is no reason against the settings.
  if (!(ratio * (after / before) ** GAIN_WEIGHT < 1)) return tuning;
  return { ...tuning, settings: start, after: before, declined: after / before - 1, lost: 1 - ratio };
}

/** Climbs from some settings: the best so far, and the trials that led there. @param maxFits how many models may be learned. */
function climbing(start: Settings, evaluate: Evaluate, maxFits: number) {
  let settings = start;
  let fits = 1;
  // By user: the utility of their list with the best settings so far; empty before the first evaluation.
  let best: Float64Array = new Float64Array(0);
  let before = 0;
  const trials: Trial[] = [];

  /** Evaluates variants; the first call evaluates the start, too. */
  const utilitiesOf = async (learned: Settings, variants: readonly Settings[]): Promise<Float64Array[]> => {
    if (best.length > 0) return variants.length > 0 ? evaluate(learned, variants) : [];
    const [ofStart, ...others] = await evaluate(learned, [settings, ...variants]);
    best = ofStart!;
    before = mean(best);
    return others;
  };

  const isGain = (utility: Float64Array): boolean => {
    const { gain, error } = gainOf(best, utility);
    return gain > MIN_GAIN * mean(best) && gain > MIN_STANDARD_ERRORS * error;
  };

  /** Whether it is no gain even if noise made it look as much worse as is likely. */
  const isLoss = (utility: Float64Array): boolean => {
    const { gain, error } = gainOf(best, utility);
    return gain + MIN_STANDARD_ERRORS * error <= MIN_GAIN * mean(best);
  };

  /** Moves to the best of the variants, if it is better beyond noise. */
  const moveToBest = (variants: readonly Settings[], utilities: readonly Float64Array[], fitted: boolean): boolean => {
    const tried = variants.map((variant, k): Trial => {
      const utility = utilities[k]!;
      const changes = differences(settings, variant);
      return { changes, utility: mean(utility), ...gainOf(best, utility), accepted: false, fit: fits, fitted };
    });
    trials.push(...tried);
    let most = 0;
    for (let k = 1; k < tried.length; k++) if (tried[k]!.gain > tried[most]!.gain) most = k;
    if (tried.length === 0 || !isGain(utilities[most]!)) return false;
    tried[most]!.accepted = true;
    settings = variants[most]!;
    best = utilities[most]!;
    return true;
  };

  return {
    get settings(): Settings {
      return settings;
    },

    get tuning(): Tuning {
      return { settings, trials, before, after: mean(best) };
    },

    /**
     * In each round, moves one step on the best ladder, or on all that gain together. Steps that lose beyond noise are not tried
     * again, and no setting goes back to a value it had.
     */
    async climbLadders({ fixed, ...has }: SearchSpace): Promise<void> {
      const ladders = LADDERS.filter(({ setting, needs }) => !fixed.has(setting) && (!needs || has[needs]));
      const closed = new Set<string>();
      const close = (step: Partial<Settings>) => closed.add(JSON.stringify(step));
      for (let isMoved = true; isMoved; ) {
        const from = settings;
        const steps = ladders
          .flatMap(({ setting, steps }) => neighbours(steps, from[setting]).map((value) => ({ [setting]: value })))
          .filter((step) => !closed.has(JSON.stringify(step)));
        const variants = steps.map((step) => ({ ...from, ...step }));
        const utilities = [...(await utilitiesOf(from, variants))];
        const gaining = steps.filter((_, k) => isGain(utilities[k]!));
        if (gaining.length > 1) {
          const together: Settings = Object.assign({ ...from }, ...gaining);
          variants.push(together);
          utilities.push(...(await evaluate(from, [together])));
        }
        for (const [k, step] of steps.entries()) if (isLoss(utilities[k]!)) close(step);
        isMoved = moveToBest(variants, utilities, false);
        for (const [setting, value] of Object.entries(differences(settings, from))) close({ [setting]: value });
      }
    },

    /**
     * Tries another value of a setting that costs a fit, alone and with b or β moved from their current values.
     * @returns whether one of these was better.
     */
    async tryJointly(setting: keyof Settings, value: number, { fixed }: SearchSpace): Promise<boolean> {
      if (fits === maxFits || !inRange(setting, value)) return false;
      fits++;
      const learned = { ...settings, [setting]: value };
      const { targetDamping, popularityWeight } = learned;
      const others = (free: 'targetDamping' | 'popularityWeight', values: readonly number[]) =>
        values
          .filter((other) => !fixed.has(free) && other !== learned[free] && inRange(free, other))
          .map((other) => ({ ...learned, [free]: other }));
      const variants = [
        learned,
        ...others('targetDamping', [targetDamping - 0.15, targetDamping + 0.15]),
        ...others('popularityWeight', [popularityWeight / 3, popularityWeight * 3]),
      ];
      return moveToBest(variants, await utilitiesOf(learned, variants), true);
    },

    /** Tries other values of a setting that costs no fit. */
    async tryValues(setting: keyof Settings, values: readonly number[]): Promise<void> {
      const others = values.filter((value) => value !== settings[setting]);
      const variants = others.map((value) => ({ ...settings, [setting]: value }));
      moveToBest(variants, await utilitiesOf(settings, variants), false);
    },
  };
}

/** The mean gain over the users, and its standard error. */
function gainOf(before: Float64Array, after: Float64Array): { gain: number; error: number } {
  const gains = after.map((value, user) => value - before[user]!);
  const gain = mean(gains);
  const variance = gains.reduce((total, value) => total + (value - gain) ** 2, 0) / Math.max(1, gains.length - 1);
  return { gain, error: Math.sqrt(variance / Math.max(1, gains.length)) };
}

/** The steps next to the one nearest to the current value. */
function neighbours(steps: readonly number[], now: number): number[] {
  let at = 0;
  for (let step = 1; step < steps.length; step++) {
    if (Math.abs(steps[step]! - now) < Math.abs(steps[at]! - now)) at = step;
  }
  return [steps[at - 1], steps[at + 1]].filter((step) => step !== undefined);
}

/** The settings of `after` that are not those of `before`. */
export function differences(before: Settings, after: Settings): Partial<Settings> {
  const entries = Object.entries(after).filter(([key, value]) => before[key as keyof Settings] !== value);
  return Object.fromEntries(entries);
}

function inRange(setting: keyof Settings, value: number): boolean {
  const parameter = HYPER_PARAMETERS.find((known) => known.setting === setting);
  return parameter !== undefined && value >= parameter.low && value <= parameter.high;
}

function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}
