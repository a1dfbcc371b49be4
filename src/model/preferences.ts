import type { Evidence } from './evidence.js';
import type { RowWriter } from './rows.js';

/**
 * The rows of stated preferences: every offered item that carries the attribute value, all alike. Which of them are
 * popular, popularity says by itself.
 *
 * A rare value says more than a common one: its weight goes from ½ (every item has it) to 1 (one item has it), by its
 * inverse document frequency (Spärck Jones, 1972) over the largest there can be.
 */
export function writePreferenceRow(attribute: number, evidence: Evidence, out: RowWriter): void {
  const { carriers, items } = evidence;
  const from = carriers.start[attribute]!;
  const to = carriers.start[attribute + 1]!;
  const weight = items > 1 ? 0.5 + (0.5 * Math.log(items / Math.max(1, to - from))) / Math.log(items) : 1;
  for (let e = from; e < to; e++) out.add(carriers.index[e]!, weight);
}
