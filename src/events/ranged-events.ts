import type { PlainReader } from '../csv/lanes.js';
import { appendEvents, type EventLayout, reserveEvents } from './event-columns.js';
import type { EventWeights } from './event-types.js';
import type { EventSink } from './plain-events.js';
import type { EventsTask, RangePart, Segment } from './range-reader.js';
import type { RangedReader } from './ranges.js';
import { Renumbering } from './renumbering.js';

/** Takes over the events that others have read, as if they had been read here. */
export class RangedEvents implements RangedReader {
  readonly #layout: EventLayout;
  readonly #weights: EventWeights;
  readonly #sink: EventSink;
  readonly #plain: PlainReader;
  #expected = 0;
  #part: { of: RangePart; users: Renumbering; items: Renumbering } | undefined;

  /** @param plain reads the rows between what others have read, into the same sink. */
  constructor(layout: EventLayout, weights: EventWeights, sink: EventSink, plain: PlainReader) {
    this.#layout = layout;
    this.#weights = weights;
    this.#sink = sink;
    this.#plain = plain;
  }

  task(path: string, begin: number, sizes: EventsTask['sizes']): EventsTask {
    return { path, begin, layout: this.#layout, eventWeights: [...this.#weights], sizes };
  }

  append(segment: Segment, part: RangePart): boolean {
    const { events, users, items } = this.#sink;
    const { times } = segment.events;
    if (times && events.timeColumn?.follow(times) === false) return false;
    if (this.#part?.of !== part) {
      this.#part = { of: part, users: new Renumbering(users), items: new Renumbering(items) };
    }
    const userOf = this.#part.users.upTo(part.users, segment.users);
    const itemOf = this.#part.items.upTo(part.items, segment.items);
    appendEvents(events, segment.events, userOf, itemOf, this.#plain.line);
    this.#plain.line += segment.lines;
    this.#plain.rows += segment.rows;
    return true;
  }

  expect(share: number): void {
    const { events } = this.#sink;
    const rows = events.user.length / share;
    if (!(rows > this.#expected)) return;
    // More than that, so that a file whose rows get shorter is not copied at every range.
    this.#expected = Math.ceil(rows * 1.1);
    reserveEvents(events, this.#expected);
  }
}
