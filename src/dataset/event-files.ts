import { slimCondition } from '../conditions/row-filter.js';
import { type EventLayout, eventLayout, type RowCondition } from '../events/event-columns.js';
import { statusWeightsAmong } from '../events/order-status.js';
import { Failure } from '../failure.js';
import type { EventsRoles } from '../understanding/file-roles.js';
import type { OpenFile } from '../understanding/open-files.js';
import type { Understanding } from '../understanding/understanding.js';
import type { Inputs } from './inputs.js';

/* Which files hold events, and how the rows of each are read. */

/** The files of events that were understood. */
export interface EventFiles {
  orders: EventsRoles | undefined;
  interactions: readonly EventsRoles[];
  users: readonly EventsRoles[];
}

export function eventFilesOf({ orders, interactions, users }: Understanding): EventFiles {
  return { orders, interactions, users: users.kind === 'events' ? users.files : [] };
}

/** How orders are read, and how all others: conditions that name a column which only the orders have are about these. */
export function inputsOfEach(
  given: Inputs,
  { orders, interactions, users }: EventFiles,
): Record<'orders' | 'others', Inputs> {
  const lines = [...interactions, ...users].filter(({ namesOrders }) => namesOrders);
  const all = given.eventsWhere ?? [];
  const ofOrders = orders ? conditionsOfOrders(given, orders, lines) : [];
  return {
    orders: { ...given, eventsWhere: ofOrders },
    others: { ...given, eventsWhere: all.filter((text) => !ofOrders.includes(text)) },
  };
}

/** @param lines the files whose rows name orders. */
function conditionsOfOrders(inputs: Inputs, orders: EventsRoles, lines: readonly EventsRoles[]): string[] {
  const fits = (text: string, { file }: EventsRoles) => {
    try {
      conditionsOf({ ...inputs, eventsWhere: [text] }, file);
      return true;
    } catch (error) {
      // What fits neither is refused where the lines are read.
      if (error instanceof Failure) return false;
      throw error;
    }
  };
  return (inputs.eventsWhere ?? []).filter((text) => !lines.some((each) => fits(text, each)) && fits(text, orders));
}

/** What rows of a file have to fulfil. @throws Failure 2 where its columns cannot tell. */
function conditionsOf({ eventsWhere = [], now = Date.now() / 1000, dayOrder }: Inputs, file: OpenFile): RowCondition[] {
  const sample = file.columns.map(({ name, cells }) => ({ name, cells }));
  return eventsWhere.map((text) =>
    slimCondition({ text, option: `${file.name}: --events-where`, now, dayOrder, sample }),
  );
}

/** What is said of a layout that no column tells. */
export type More = Pick<EventLayout, 'keepsCancelled'>;

/** Who reads orders has to know those that were cancelled. */
export const OF_ORDERS: More = { keepsCancelled: true };

export function layoutOf(inputs: Inputs, { file, used }: EventsRoles, more: More = {}): EventLayout {
  const statuses = file.columns[used.status ?? -1]?.distinct ?? new Set();
  const conditions = conditionsOf(inputs, file);
  return {
    ...eventLayout(file.delimiter, file.header, used, inputs.dayOrder),
    statusWeights: statusWeightsAmong(statuses),
    ...(conditions.length > 0 ? { conditions } : {}),
    ...more,
  };
}
