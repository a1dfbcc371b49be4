import { HYPER_PARAMETERS } from './hyper-parameters.js';
import type { Settings } from './settings.js';

/** Judges settings by what was held out. */
export interface Judge {
  /**
   * Learns with `learned` and recommends with each of the variants, which differ from it in b, p, β, τ and ρ alone.
   * @returns by variant, what the list of each judged user is worth.
   */
  (learned: Settings, variants: readonly Settings[]): Promise<Float64Array[]>;
}

/** What the data has to say something about. */
export interface Knobs {
  times: boolean;
  attributes: boolean;
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
  /** The number of the fit, from 1; fits of their own, but for those that only finish the model before. */
  fit: number;
  fitted: boolean;
}

export interface Tuning {
  settings: Settings;
  attempts: Attempt[];
  /** Mean worth a judged user with the settings at the start, and with those that were chosen. */
  before: number;
  after: number;
}

/** A move has to gain more than this share, and this many standard errors of its gain over the judged users. */
const LEAST_GAIN = 0.004;
const LEAST_ERRORS = 2;

/** Settings that only finish a model, each with what is tried; they cost no fit. */
const FREE: readonly {
  setting: 'popularityWeight' | 'recency' | 'targetDamping' | 'popularityHalfLife' | 'power';
  values: readonly number[];
  needs?: 'times';
}[] = [
  { setting: 'popularityWeight', values: [0, 1, 3, 10, 30, 100, 300] },
  { setting: 'recency', values: [0, 0.25, 0.5, 1, 2], needs: 'times' },
  { setting: 'targetDamping', values: [0, 0.15, 0.3, 0.45] },
  { setting: 'popularityHalfLife', values: [0, 0.3, 0.1, 0.03], needs: 'times' },
  { setting: 'power', values: [0.8, 1, 1.25] },
];

/** Settings that take a fit each, and the moves from where they stand, in the order in which they are tried. */
const FITTED: readonly {
  setting: 'lambda' | 'attributeWeight' | 'basketDamping' | 'sourceDamping';
  moves: readonly ((now: number) => number)[];
  needs?: 'attributes';
}[] = [
  { setting: 'lambda', moves: [(now) => now / 4, (now) => now * 4] },
  { setting: 'attributeWeight', moves: [(now) => now * 4, (now) => now / 5], needs: 'attributes' },
  { setting: 'basketDamping', moves: [(now) => now - 0.5, (now) => now + 0.25] },
  { setting: 'lambda', moves: [(now) => now / 2, (now) => now * 2] },
  { setting: 'sourceDamping', moves: [(now) => now - 0.2, (now) => now + 0.2] },
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
  for (const { setting, moves, needs } of FITTED) {
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

  async begin(): Promise<void> {
    this.worth = (await this.#judged(this.settings, [this.settings]))[0]!;
    this.before = mean(this.worth);
  }

  /** Tries every value of each free knob at the model as it is, twice round where one of them moved. */
  async free({ times, fixed }: Knobs): Promise<void> {
    for (let round = 0; round < 2; round++) {
      let moved = false;
      for (const { setting, values, needs } of FREE) {
        if (fixed.has(setting) || (needs && !times)) continue;
        const others = values.filter((value) => value !== this.settings[setting]);
        const variants = others.map((value) => ({ ...this.settings, [setting]: value }));
        if (this.#take(variants, await this.#judge(this.settings, variants), false)) moved = true;
      }
      if (!moved) return;
    }
  }

  /** Fits with another value, and tries b and β about where they stand beside it. True where that was better. */
  async fitted(setting: keyof Settings, value: number, { fixed }: Knobs): Promise<boolean> {
    if (this.fits >= this.#mostFits || !inRange(setting, value)) return false;
    const fit = { ...this.settings, [setting]: value };
    const variants = [fit];
    if (!fixed.has('targetDamping')) {
      for (const step of [-0.15, 0.15]) variants.push({ ...fit, targetDamping: fit.targetDamping + step });
    }
    if (!fixed.has('popularityWeight')) {
      for (const factor of [1 / 3, 3]) variants.push({ ...fit, popularityWeight: fit.popularityWeight * factor });
    }
    return this.#take(variants, await this.#judged(fit, variants), true);
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
    const { gain, error } = best.attempt;
    if (!(gain > LEAST_GAIN * mean(this.worth) && gain > LEAST_ERRORS * error)) return false;
    best.attempt.accepted = true;
    this.settings = best.variant;
    this.worth = best.worth;
    return true;
  }

  #attempt(variant: Settings, worth: Float64Array, fitted: boolean): Attempt {
    const gains = worth.map((value, user) => value - this.worth[user]!);
    const gain = mean(gains);
    const variance = gains.reduce((total, value) => total + (value - gain) ** 2, 0) / Math.max(1, gains.length - 1);
    return {
      changes: differences(this.settings, variant),
      worth: mean(worth),
      gain,
      error: Math.sqrt(variance / Math.max(1, gains.length)),
      accepted: false,
      fit: this.fits,
      fitted,
    };
  }
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
