import { type EventSink, eventLayout, newSink } from '../../src/events/event-columns.js';
import { eventsReader } from '../../src/events/events-reader.js';

/** Reads lines of events with cells separated by spaces, below a header of one line; throws at a bad row. */
export function readText(
  text: string,
  header: readonly string[],
  roles: { user?: number; item?: number },
  ids: Pick<EventSink, 'users' | 'items'>,
): EventSink {
  const { user = -1, item = -1 } = roles;
  const layout = eventLayout(' ', header, { ...roles, user, item }, undefined);
  const sink = newSink(layout, new Map(), ids);
  sink.lines = 1;
  const refuse = (line: number, reason: string) => {
    throw new Error(`line ${line}: ${reason}`);
  };
  const bytes = Buffer.from(text);
  const piece = { bytes, from: 0, to: bytes.length, isLast: true, position: 0 };
  eventsReader(layout, sink, refuse, undefined).read(piece);
  return sink;
}
