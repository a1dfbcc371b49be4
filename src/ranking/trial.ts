import { type Finish, finishRows } from '../model/finish.js';
import type { SignalCounts } from '../model/fit.js';
import { PiecedRows } from '../model/pieces.js';
import { type RowFacts, scalesOf } from '../model/scales.js';
import type { Settings } from '../model/settings.js';
import type { SparseRows } from '../model/sparse.js';
import type { Audience } from './audience.js';
import { type Prior, priorOf, Recommender } from './recommender.js';

/** Rows as they were learned, before they are finished. */
export interface LearnedModel {
  counts: SignalCounts;
  pieces: readonly SparseRows[];
  from: readonly number[];
}

export interface Variant {
  settings: Settings;
  finish: Finish;
  audience: Audience;
}

/** Variants whose scores are the same but for popularity: they are added up once. */
interface Group {
  recommender: Recommender;
  /** The variants' places, and their priors. */
  places: number[];
  priors: Prior[];
}

/**
 * Tries ways of finishing one learned model on what was held out of its users' histories: b, p, β and τ, and the
 * recency of the audience. What is recommended goes through the one scoring kernel.
 */
export class Trial {
  readonly #groups: Group[];
  readonly #heldOut: SparseRows;
  readonly #variants: number;
  readonly #listLength: number;

  /** @param heldOut users × items, of the users of the audiences. */
  constructor(learned: LearnedModel, variants: readonly Variant[], heldOut: SparseRows, listLength: number) {
    this.#groups = grouped(learned, variants, listLength);
    this.#heldOut = heldOut;
    this.#variants = variants.length;
    this.#listLength = listLength;
  }

  /** Recall plus NDCG of each variant's list for the users `from` to `to` (without it): variants × users. */
  worth(from: number, to: number): Float64Array {
    const { start, index } = this.#heldOut;
    const worth = new Float64Array(this.#variants * (to - from));
    for (const { recommender, places, priors } of this.#groups) {
      for (let user = from; user < to; user++) {
        const wanted = index.subarray(start[user]!, start[user + 1]!);
        recommender.recommendWith(user, priors).forEach(({ items }, k) => {
          worth[places[k]! * (to - from) + user - from] = listWorth(items, wanted, this.#listLength);
        });
      }
    }
    return worth;
  }
}

function grouped(learned: LearnedModel, variants: readonly Variant[], listLength: number): Group[] {
  const { counts } = learned;
  const finished = new Map<string, { rows: PiecedRows; facts: RowFacts }>();
  const groups: (Group & { key: string; audience: Audience })[] = [];
  variants.forEach(({ settings, audience, finish }, place) => {
    const key = `${settings.targetDamping} ${settings.power}`;
    const { rows, facts } = finished.get(key) ?? finishedCopy(learned, finish, settings);
    finished.set(key, { rows, facts });
    const scales = scalesOf(finish, facts, counts, settings);
    const prior = priorOf(scales.prior, audience.offered);
    // Rows of preferences and groups are scaled by β as well: they are shared only where there are none.
    const isShared = counts.preferences + counts.groups === 0;
    const group = isShared && groups.find((other) => other.key === key && other.audience === audience);
    if (group) {
      group.places.push(place);
      group.priors.push(prior);
      return;
    }
    const recommender = new Recommender({ counts, rows, scales }, audience, listLength);
    groups.push({ key, audience, recommender, places: [place], priors: [prior] });
  });
  return groups;
}

function finishedCopy(
  learned: LearnedModel,
  finish: Finish,
  settings: Settings,
): { rows: PiecedRows; facts: RowFacts } {
  const { counts, from } = learned;
  const pieces = learned.pieces.map((piece) => ({ ...piece, value: piece.value.slice() }));
  const rows = new PiecedRows(pieces, from, counts.items + counts.preferences + counts.groups);
  return { rows, facts: finishRows(pieces, from, counts, finish, settings) };
}

/** Recall and NDCG at the length asked for, added; 0 for a user of whom nothing was held out. */
function listWorth(list: Uint32Array, wanted: Uint32Array, length: number): number {
  if (wanted.length === 0) return 0;
  let hits = 0;
  let gain = 0;
  let ideal = 0;
  for (let place = 0; place < Math.min(length, wanted.length); place++) ideal += 1 / Math.log2(place + 2);
  list.forEach((item, place) => {
    if (!wanted.includes(item)) return;
    hits++;
    gain += 1 / Math.log2(place + 2);
  });
  return hits / wanted.length + gain / ideal;
}
