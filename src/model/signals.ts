import type { Evidence } from './evidence.js';
import type { Settings } from './settings.js';

/**
 * The signals, which are the rows of the model, in their order: items, then attribute values (as preferences), then
 * groups of users, then items again, as the latest of a history.
 */
export interface SignalCounts {
  items: number;
  preferences: number;
  groups: number;
  latest: number;
}

export function signalCounts({ items, itemsByAttribute, usersByGroup, sequences }: Evidence): SignalCounts {
  return { items, preferences: itemsByAttribute.rows, groups: usersByGroup.rows, latest: sequences ? items : 0 };
}

export function signalCount({ items, preferences, groups, latest }: SignalCounts): number {
  return items + preferences + groups + latest;
}

/** Whether rows of the Gram matrix are needed before the rows of the model can be learned. */
export function needsGram(settings: Settings): boolean {
  return settings.method === 'ridge';
}
