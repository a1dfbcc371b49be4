import type { Offer } from '../ranking/list-rules.js';
import { type List, Mark } from '../ranking/list-rules.js';

const FREE = -1;

/** How a rule decides which items enter a draft. */
export interface DraftRule {
  /** Whether an item may enter the list as it is now. Once refused, it stays refused. */
  allows?(item: number): boolean;
  /** Called for every item that enters. */
  added?(item: number): void;
}

export type Draft = ReturnType<typeof newDraft>;

/** The list of one user while rules fill it: places from 0, free or taken. @param items how many there are. */
export function newDraft(items: number, rules: readonly DraftRule[]) {
  const allowing = rules.filter((rule) => rule.allows);
  const notified = rules.filter((rule) => rule.added);
  // By place.
  let itemAt = new Int32Array(0);
  let scoreAt = new Float64Array(0);
  let markAt = new Uint8Array(0);
  // By item: the number of the last list that it entered.
  const listedIn = new Uint32Array(items);
  let list = 0;
  return {
    user: 0,
    count: 0,
    offer: undefined as unknown as Offer,
    /** The score of any item for the user; NaN if they may not get it. */
    scoreOf: (_item: number) => Number.NaN,

    begin(user: number, count: number, offer: Offer, scoreOf: (item: number) => number): void {
      this.user = user;
      this.count = count;
      this.offer = offer;
      this.scoreOf = scoreOf;
      if (itemAt.length !== count) {
        itemAt = new Int32Array(count);
        scoreAt = new Float64Array(count);
        markAt = new Uint8Array(count);
      }
      itemAt.fill(FREE);
      list++;
    },

    isFree: (place: number) => itemAt[place] === FREE,

    /** Whether an item is not in the list yet, and every rule lets it in. */
    allows: (item: number) => listedIn[item] !== list && allowing.every((rule) => rule.allows!(item)),

    has: (item: number) => listedIn[item] === list,

    put(place: number, item: number, score: number, mark: keyof typeof Mark): void {
      itemAt[place] = item;
      scoreAt[place] = score;
      markAt[place] = Mark[mark];
      listedIn[item] = list;
      for (const rule of notified) rule.added!(item);
    },

    /** The list so far; items after a free place move up. */
    list(): List {
      let taken = 0;
      for (let place = 0; place < itemAt.length; place++) {
        if (itemAt[place] === FREE) continue;
        itemAt[taken] = itemAt[place]!;
        scoreAt[taken] = scoreAt[place]!;
        markAt[taken++] = markAt[place]!;
      }
      const items = new Uint32Array(itemAt.subarray(0, taken));
      return { items, scores: scoreAt.slice(0, taken), marks: markAt.slice(0, taken) };
    },
  };
}
