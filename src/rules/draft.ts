import { type List, Mark } from '../ranking/list-rules.js';
import type { Offer } from '../ranking/offer.js';

const FREE = -1;

/** What a rule says of the items of a draft. */
export interface Membership {
  /** Whether an item may enter the list as it is now; if not, it may not later either. */
  allows?(item: number): boolean;
  /** Is told of every item that enters. */
  took?(item: number): void;
}

/** The list of one user while rules put it together: places, from 0, that are free or taken. */
export class Draft {
  user = 0;
  count = 0;
  offer!: Offer;
  /** What any item scores for the user; NaN where they may not get it. */
  scoreOf!: (item: number) => number;
  readonly #allowing: readonly Membership[];
  readonly #counting: readonly Membership[];
  /** By place. */
  #items = new Int32Array(0);
  #scores = new Float64Array(0);
  #marks = new Uint8Array(0);
  /** By item: the list that it is in, which are counted. */
  readonly #listedIn: Uint32Array;
  #list = 0;

  constructor(items: number, rules: readonly Membership[]) {
    this.#listedIn = new Uint32Array(items);
    this.#allowing = rules.filter((rule) => rule.allows);
    this.#counting = rules.filter((rule) => rule.took);
  }

  begin(user: number, count: number, offer: Offer, scoreOf: (item: number) => number): void {
    this.user = user;
    this.count = count;
    this.offer = offer;
    this.scoreOf = scoreOf;
    if (this.#items.length !== count) {
      this.#items = new Int32Array(count);
      this.#scores = new Float64Array(count);
      this.#marks = new Uint8Array(count);
    }
    this.#items.fill(FREE);
    this.#list++;
  }

  isFree(place: number): boolean {
    return this.#items[place] === FREE;
  }

  /** Whether an item is not in the list yet, and every rule lets it in. */
  allows(item: number): boolean {
    return this.#listedIn[item] !== this.#list && this.#allowing.every((rule) => rule.allows!(item));
  }

  has(item: number): boolean {
    return this.#listedIn[item] === this.#list;
  }

  put(place: number, item: number, score: number, mark: keyof typeof Mark): void {
    this.#items[place] = item;
    this.#scores[place] = score;
    this.#marks[place] = Mark[mark];
    this.#listedIn[item] = this.#list;
    for (const rule of this.#counting) rule.took!(item);
  }

  /** What is at taken places; items behind a free one move up. */
  list(): List {
    let taken = 0;
    for (let place = 0; place < this.count; place++) {
      if (this.isFree(place)) continue;
      this.#items[taken] = this.#items[place]!;
      this.#scores[taken] = this.#scores[place]!;
      this.#marks[taken++] = this.#marks[place]!;
    }
    const items = new Uint32Array(this.#items.subarray(0, taken));
    return { items, scores: this.#scores.slice(0, taken), marks: this.#marks.slice(0, taken) };
  }
}
