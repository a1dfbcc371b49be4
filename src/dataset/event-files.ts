import { minimalCondition } from '../conditions/row-filter.js';
import { type EventLayout, eventLayout, type RowCondition } from '../events/event-columns.js';
import { statusWeightsAmong } from '../events/order-status.js';
import { Failure } from '../failure.js';
import type { EventsRoles } from '../understanding/file-roles.js';
import type { OpenFile } from '../understanding/open-files.js';
import type { Understanding } from '../understanding/understanding.js';
import type { Inputs } from './inputs.js';

/* Which files hold events, and how the rows of each are read. */

/** The events files of a run, by what they are for. */
export interface EventFiles {
  orders: EventsRoles | undefined;
  interactions: readonly EventsRoles[];
  users: readonly EventsRoles[];
}

export function eventFilesOf({ orders, interactions, users }: Understanding): EventFiles {
  return { orders, interactions, users: users.kind === 'events' ? users.files : [] };
}

/** The inputs for the orders file, which get the conditions that fit only its columns, and for all other events files. */
export function inputsOfEach(
  given: Inputs,
  { orders, interactions, users }: EventFiles,
): Record<'orders' | 'others', Inputs> {
  const lines = [...interactions, ...users].filter(({ hasOrderIds }) => hasOrderIds);
  const all = given.eventsWhere ?? [];
  const ofOrders = orders ? conditionsOfOrders(given, orders, lines) : [];
  return {
    orders: { ...given, eventsWhere: ofOrders },
    others: { ...given, eventsWhere: all.filter((text) => !ofOrders.includes(text)) },
  };
}

/** The conditions that fit the orders file and no file of order lines. @param lines the files whose rows name orders. */
function conditionsOfOrders(inputs: Inputs, orders: EventsRoles, lines: readonly EventsRoles[]): string[] {
  const fits = (text: string, { file }: EventsRoles) => {
    try {
      conditionsOf({ ...inputs, eventsWhere: [text] }, file);
      return true;
    } catch (error) {
      // A condition that fits neither is refused where the lines are read.
      if (error instanceof Failure) return false;
      throw error;
    }
  };
  return (inputs.eventsWhere ?? []).filter((text) => !lines.some((each) => fits(text, each)) && fits(text, orders));
}

/** The conditions that rows of a file have to meet. @throws Failure 2 for one that does not fit its columns. */
function conditionsOf({ eventsWhere = [], now = Date.now() / 1000, dayOrder }: Inputs, file: OpenFile): RowCondition[] {
  const sample = file.columns.map(({ name, cells }) => ({ name, cells }));
  return eventsWhere.map((text) =>
    minimalCondition({ text, option: `${file.name}: --events-where`, now, dayOrder, sample }),
  );
}

/** Parts of a layout that do not depend on columns. */
export type LayoutOptions = Pick<EventLayout, 'keepsCancelled'>;

/** For orders: lines of cancelled orders have to be told from lines of unknown ones. */
export const KEEP_CANCELLED: LayoutOptions = { keepsCancelled: true };

export function layoutOf(inputs: Inputs, { file, used }: EventsRoles, options: LayoutOptions = {}): EventLayout {
  const statuses = file.columns[used.status ?? -1]?.distinct ?? new Set();
  const conditions = conditionsOf(inputs, file);
  return {
    ...eventLayout(file.delimiter, file.header, used, inputs.dayOrder),
    statusWeights: statusWeightsAmong(statuses),
    ...(conditions.length > 0 ? { conditions } : {}),
    ...options,
  };
}
