import { momentText } from '../events/clock.js';
import { badData, misuse } from '../failure.js';
import { forEachChunk } from '../matrix/chunks.js';
import { meanRating } from '../model/strength.js';
import { span } from '../model/trend.js';
import { entriesWhere, type Interactions, withOwnStrengths } from './interactions.js';

/*
 * Evidence rules decide which interactions count: only these are learned from and stand in histories. Rows after `now` are never read
 * (`removeLaterRows`), and rows before `since` give way to later ones of the same pair (`withoutEarlier`). The rest is decided here, and only
 * for the interactions to learn from: held-out items are the same with and without these rules, and nothing about them leaks.
 *
 * Interactions without a time have no age and count in full.
 */

/** Moments are seconds since 1970. */
export interface EvidenceRules {
  /** Ratings below this do not count; their items still count as seen. */
  minRating?: number | undefined;
  /** Interactions before this do not count either. */
  since?: number | undefined;
  /** Strengths halve in this many seconds. */
  halfLife?: number | undefined;
  /** The end of the data; ages count from here. Undefined: from the latest interaction. */
  now?: number | undefined;
}

export type RuledInteractions = Interactions & { evidence?: EvidenceRules | undefined };

/** Interactions that count. `had` are all interactions, whose items are not recommended again; undefined: the same ones. */
export type WithEvidenceRules<T> = T & { had?: Pick<Interactions, 'interactions' | 'times'> | undefined };

/** Leaves out interactions that do not count, and lets the others fade:  strength · 2^(−age / half-life). */
export function countingInteractions<T extends RuledInteractions>(all: T): WithEvidenceRules<T> {
  const { interactions, times, evidence } = all;
  if ([evidence?.minRating, evidence?.since, evidence?.halfLife].every((rule) => rule === undefined)) return all;
  const had = { interactions, times };
  const { flags, early, low } = countingEntries(all);
  const counting = early + low > 0 ? { ...all, ...withOwnStrengths(entriesWhere(all, flags)) } : all;
  const halfLife = evidence?.halfLife;
  if (halfLife === undefined || !counting.times) return { ...counting, had };
  const clock = clockOf(all);
  const ages = counting.times;
  const value = counting.interactions.value.map((x, entry) => {
    const age = Math.max(0, clock - ages[entry]!);
    return Number.isNaN(age) ? x : x * Math.exp((-Math.LN2 * age) / halfLife);
  });
  // Without the ratings, since strengths recomputed from them would not have faded.
  return { ...counting, interactions: { ...counting.interactions, value }, rated: undefined, had };
}

/** The mean of the ratings that count; null where all of them do, or there are none. */
export function countingMean(all: RuledInteractions): number | null {
  if (!all.rated) return null;
  const { flags, early, low } = countingEntries(all);
  return early + low > 0 ? meanRating(all.rated.rating.filter((_, entry) => flags[entry] === 1)) : null;
}

/** @returns `flags` by entry: 1 where it counts (empty where no rule is on); how many entries are too early, how many rated too low. */
function countingEntries({ interactions, times, rated, evidence = {} }: RuledInteractions) {
  if ((evidence.since ?? evidence.minRating) === undefined) return { flags: new Uint8Array(0), early: 0, low: 0 };
  const since = evidence.since ?? Number.NEGATIVE_INFINITY;
  const least = Math.fround(evidence.minRating ?? Number.NEGATIVE_INFINITY);
  const flags = new Uint8Array(interactions.index.length).fill(1);
  let early = 0;
  let low = 0;
  forEachChunk(flags.length, (from, to) => {
    for (let entry = from; entry < to; entry++) {
      if (times && times[entry]! < since) early++;
      else if (rated && rated.rating[entry]! < least) low++;
      else continue;
      flags[entry] = 0;
    }
  });
  return { flags, early, low };
}

/** The moment from which ages count: `now`, or the latest interaction; NaN where no time is known. */
export function clockOf({ times, evidence }: Pick<RuledInteractions, 'times' | 'evidence'>): number {
  const latest = evidence?.now ?? (times ? span(times).to : Number.NaN);
  return latest === Number.NEGATIVE_INFINITY ? Number.NaN : latest;
}

/** The rules for a part of the data, whose ages count from its own latest interaction. */
export function ofPart(evidence: EvidenceRules | undefined): EvidenceRules | undefined {
  return evidence && { ...evidence, now: undefined };
}

/**
 * A note on how many interactions count.
 * @param hasMore whether there is anything else to learn from. @throws Failure 2 where a rule needs times or ratings that the data
 * does not have, 65 where nothing counts.
 */
export function evidenceNotes(all: RuledInteractions, hasMore: boolean): string[] {
  const { interactions, times, rated, evidence = {} } = all;
  const { minRating, since, halfLife } = evidence;
  const byAge = since !== undefined ? '--since' : halfLife !== undefined ? '--half-life' : undefined;
  if (byAge && !times) throw misuse(noTimesMessage(byAge));
  if (minRating !== undefined && !rated) {
    throw misuse(
      '--min-rating: there are no ratings on a scale (counts, and thumbs up or down, are none); --rating-col NAME names their column, --ratings scale says that its numbers are ratings',
    );
  }
  const { early, low } = countingEntries(all);
  const why = [
    ...(minRating === undefined ? [] : [`${low} rated below ${minRating} (--min-rating)`]),
    ...(since === undefined ? [] : [`${early} before ${momentText(since)} (--since)`]),
  ];
  if (why.length === 0) return [];
  const total = interactions.index.length;
  const left = total - early - low;
  const text = `no evidence: ${why.join(', ')}; ${left} of ${total} interactions count`;
  if (left === 0 && !hasMore) throw badData(`there is nothing to learn from: ${text}`);
  return [`${text}; the others only mark their items as seen`];
}

/** The message for a rule about age where there are no times. */
export function noTimesMessage(option: string): string {
  return `${option}: the interactions have no times; --time-col NAME names their column`;
}
