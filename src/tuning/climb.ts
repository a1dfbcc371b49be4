import { HYPER_PARAMETERS } from '../model/hyper-parameters.js';
import type { Settings } from '../model/settings.js';

/**
 * Judges settings by what was held out: learns with `learned` and recommends with each of the variants, which differ from
 * it in b, p, β, τ, ρ, ω and ω₀ alone.
 * @returns by variant, what the list of each judged user is worth.
 */
export type Judge = (learned: Settings, variants: readonly Settings[]) => Promise<Float64Array[]>;

/** What the data has to say something about. */
export interface Knobs {
  times: boolean;
  attributes: boolean;
  groups: boolean;
  /** Settings that were set by hand, and stay. */
  fixed: ReadonlySet<keyof Settings>;
}

/** One thing that was tried. */
export interface Attempt {
  /** What differs from the settings before. */
  changes: Partial<Settings>;
  /** Mean worth a judged user, and how much more than the best before. */
  worth: number;
  gain: number;
  /** Standard error of the gain. */
  error: number;
  accepted: boolean;
  /** The number of the fit, from 1; fits of their own, except those that only re-normalise the rows of the model before. */
  fit: number;
  fitted: boolean;
}

export interface Tuning {
  settings: Settings;
  attempts: Attempt[];
  /** Mean worth a judged user with the settings at the start, and with those that were chosen. */
  before: number;
  after: number;
  /** By which share of the start what was found was better, where that was too little to leave the start for. */
  declined?: number;
}

/** A move has to gain more than this share, and this many standard errors of its gain over the judged users. */
const LEAST_GAIN = 0.004;
const LEAST_ERRORS = 2;
/** Steps up the ladders of the free knobs, at most. */
const MOST_ROUNDS = 8;

/** Settings that only finish a model, each with the ladder that is climbed; they cost no fit. */
const FREE: readonly Ladder[] = [
  { setting: 'popularityWeight', steps: [0, 1, 3, 10, 30, 100, 300] },
  { setting: 'recency', steps: [0, 0.25, 0.5, 1, 2], needs: 'times' },
  { setting: 'targetDamping', steps: [0, 0.15, 0.3, 0.45] },
  { setting: 'popularityHalfLife', steps: [0, 0.3, 0.1, 0.03], needs: 'times' },
  { setting: 'power', steps: [0.8, 1, 1.25, 1.5] },
  { setting: 'groupWeight', steps: [0, 0.5, 1, 3], needs: 'groups' },
];

/** What is tried of ω₀. */
const COLD_GROUP_WEIGHTS: readonly number[] = [0, 0.5, 1, 3, 10];

interface Ladder {
  setting: 'popularityWeight' | 'recency' | 'targetDamping' | 'popularityHalfLife' | 'power' | 'groupWeight';
  steps: readonly number[];
  needs?: 'times' | 'groups';
}

/**
 * Where nothing has gained this share by then, fine steps are not tried: on none of nine data sets did they gain what makes up
 * for it.
 */
const PROMISING = 0.01;

/** Settings that take a fit each, and the moves from where they stand, in the order in which they are tried. */
const FITTED: readonly {
  setting: 'lambda' | 'attributeWeight' | 'basketDamping' | 'sourceDamping';
  moves: readonly ((now: number) => number)[];
  needs?: 'attributes';
  isFine?: boolean;
}[] = [
  { setting: 'lambda', moves: [(now) => now / 4, (now) => now * 4] },
  { setting: 'attributeWeight', moves: [(now) => now * 4, (now) => now / 5], needs: 'attributes' },
  { setting: 'basketDamping', moves: [(now) => now - 0.5, (now) => now + 0.25] },
  { setting: 'lambda', moves: [(now) => now / 2, (now) => now * 2], isFine: true },
  { setting: 'sourceDamping', moves: [(now) => now - 0.2, (now) => now + 0.2], isFine: true },
];

/**
 * Moves settings only where held-out items say so beyond noise: one knob at a time, first those that cost no fit, then
 * the others, the free ones that answer to them beside.
 *
 * @param fits how many fits may be made, the first one included; 1 leaves the free knobs.
 */
export async function tune(start: Settings, knobs: Knobs, judge: Judge, fits: number): Promise<Tuning> {
  const climb = new Climb(start, judge, fits);
  await climb.begin();
  await climb.free(knobs);
  for (const { setting, moves, needs, isFine } of FITTED) {
    if (isFine && !climb.isPromising) break;
    if (knobs.fixed.has(setting) || (needs && !knobs[needs])) continue;
    for (const move of moves) {
      let moved = false;
      // On in a direction that gains, and not back.
      while (await climb.fitted(setting, move(climb.settings[setting]), knobs)) moved = true;
      if (moved) break;
    }
  }
  if (climb.fits > 1) await climb.free(knobs);
  return { settings: climb.settings, attempts: climb.attempts, before: climb.before, after: mean(climb.worth) };
}

/**
 * Moves ω₀, what groups count for users without a history, where that serves them better beyond noise.
 * @param judge judges lists that are made as if the users had no history.
 */
export async function tuneCold(start: Settings, judge: Judge): Promise<Tuning> {
  const climb = new Climb(start, judge, 1);
  await climb.begin();
  await climb.best('coldGroupWeight', COLD_GROUP_WEIGHTS);
  return { settings: climb.settings, attempts: climb.attempts, before: climb.before, after: mean(climb.worth) };
}

/** The tuning, if what it found is better by that share at least; else one that stays where it started. */
export function ifWorth(tuning: Tuning, start: Settings, least: number): Tuning {
  const { before, after, settings } = tuning;
  const share = before > 0 ? after / before - 1 : Number.POSITIVE_INFINITY;
  if (settings === start || share >= least) return tuning;
  return { ...tuning, settings: start, after: before, declined: share };
}

/** Where the climb stands. */
class Climb {
  settings: Settings;
  worth: Float64Array = new Float64Array(0);
  before = 0;
  fits = 0;
  readonly attempts: Attempt[] = [];
  readonly #judge: Judge;
  readonly #mostFits: number;

  constructor(start: Settings, judge: Judge, mostFits: number) {
    this.settings = start;
    this.#judge = judge;
    this.#mostFits = mostFits;
  }

  /** True where the climb has come far enough for fine steps. */
  get isPromising(): boolean {
    return mean(this.worth) >= (1 + PROMISING) * this.before;
  }

  async begin(): Promise<void> {
    this.worth = (await this.#judged(this.settings, [this.settings]))[0]!;
    this.before = mean(this.worth);
  }

  /** Climbs the ladders of the free knobs, all at once: the best step of one, or the steps of all that gain. */
  async free(knobs: Knobs): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const steps = FREE.filter(({ setting, needs }) => !knobs.fixed.has(setting) && (!needs || knobs[needs])).flatMap(
        ({ setting, steps: ladder }) =>
          neighbours(ladder, this.settings[setting]).map((value) => ({ [setting]: value })),
      );
      if (steps.length === 0) return;
      const variants = steps.map((step) => ({ ...this.settings, ...step }));
      const worths = [...(await this.#judge(this.settings, variants))];
      const gaining = steps.filter((_, k) => this.#isGain(worths[k]!));
      if (gaining.length > 1) {
        const together: Settings = Object.assign({ ...this.settings }, ...gaining);
        variants.push(together);
        worths.push(...(await this.#judge(this.settings, [together])));
      }
      if (!this.#take(variants, worths, false)) return;
    }
  }

  /** Fits with another value, and tries b and β about where they stand beside it. True where that was better. */
  async fitted(setting: keyof Settings, value: number, { fixed }: Knobs): Promise<boolean> {
    if (this.fits >= this.#mostFits || !inRange(setting, value)) return false;
    const fit = { ...this.settings, [setting]: value };
    const besides = (free: 'targetDamping' | 'popularityWeight', values: readonly number[]) =>
      values
        .filter((other) => !fixed.has(free) && other !== fit[free] && inRange(free, other))
        .map((other) => ({ ...fit, [free]: other }));
    const { targetDamping: b, popularityWeight } = fit;
    const variants = [
      fit,
      ...besides('targetDamping', [b - 0.15, b + 0.15]),
      ...besides('popularityWeight', [popularityWeight / 3, popularityWeight * 3]),
    ];
    return this.#take(variants, await this.#judged(fit, variants), true);
  }

  /** Takes the best of other values of a free knob, if one is better beyond noise. */
  async best(setting: keyof Settings, values: readonly number[]): Promise<void> {
    const variants = values
      .filter((value) => value !== this.settings[setting])
      .map((value) => ({ ...this.settings, [setting]: value }));
    this.#take(variants, await this.#judge(this.settings, variants), false);
  }

  async #judged(fit: Settings, variants: readonly Settings[]): Promise<Float64Array[]> {
    this.fits++;
    return this.#judge(fit, variants);
  }

  /** Moves to the best of the variants, if it is better beyond noise. */
  #take(variants: readonly Settings[], worths: readonly Float64Array[], fitted: boolean): boolean {
    let best: { variant: Settings; worth: Float64Array; attempt: Attempt } | undefined;
    variants.forEach((variant, k) => {
      const worth = worths[k]!;
      const attempt = this.#attempt(variant, worth, fitted);
      this.attempts.push(attempt);
      if (!best || attempt.gain > best.attempt.gain) best = { variant, worth, attempt };
    });
    if (!best) return false;
    if (!this.#isGain(best.worth)) return false;
    best.attempt.accepted = true;
    this.settings = best.variant;
    this.worth = best.worth;
    return true;
  }

  /** True for worth that is better beyond noise. */
  #isGain(worth: Float64Array): boolean {
    const { gain, error } = gainOf(this.worth, worth);
    return gain > LEAST_GAIN * mean(this.worth) && gain > LEAST_ERRORS * error;
  }

  #attempt(variant: Settings, worth: Float64Array, fitted: boolean): Attempt {
    return {
      changes: differences(this.settings, variant),
      worth: mean(worth),
      ...gainOf(this.worth, worth),
      accepted: false,
      fit: this.fits,
      fitted,
    };
  }
}

/** How much more one is worth than the other, user by user, and the standard error of that. */
function gainOf(before: Float64Array, after: Float64Array): { gain: number; error: number } {
  const gains = after.map((value, user) => value - before[user]!);
  const gain = mean(gains);
  const variance = gains.reduce((total, value) => total + (value - gain) ** 2, 0) / Math.max(1, gains.length - 1);
  return { gain, error: Math.sqrt(variance / Math.max(1, gains.length)) };
}

/** The steps of a ladder before and behind the one that is nearest to where one stands. */
function neighbours(ladder: readonly number[], now: number): number[] {
  let at = 0;
  for (let step = 1; step < ladder.length; step++) {
    if (Math.abs(ladder[step]! - now) < Math.abs(ladder[at]! - now)) at = step;
  }
  return [ladder[at - 1], ladder[at + 1]].filter((step) => step !== undefined);
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
