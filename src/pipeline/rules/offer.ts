import { bindExpression } from '../../conditions/binder.js';
import { maskOf, type Rule } from '../../conditions/rule.js';
import type { Dataset, FileReport } from '../../dataset/dataset.js';
import type { Inputs } from '../../dataset/inputs.js';
import { badData, ExitCode } from '../../failure.js';
import { plural, thousands } from '../../quantities.js';
import { RULES } from '../../rules/rules.js';
import type { Wanted } from '../../saved-model/saved-model.js';
import type { RuleOptions } from '../options.js';
import type { Run } from '../run.js';

const NONE_FOR_SALE = 'no item can be sold, as the items file says; --availability ignore takes all';

/** Which items may be recommended: those in the catalogue that can be sold now and pass `--where`. */
export interface OfferPlan {
  /** By item: 1 if some user may get it. */
  offered: Uint8Array;
  /** Further conditions on pairs of item and user; none: the offer is the same for all users. */
  where: Rule[];
  notes: string[];
  warnings: string[];
}

/**
 * Plans which items may be recommended. @param now seconds since 1970.
 * @throws Failure 2 for an expression that does not fit the columns, 65 if no item is left.
 */
export function planOffer(
  rules: Pick<RuleOptions, 'availability' | 'where' | 'dayOrder'>,
  dataset: Pick<Dataset, 'offered' | 'available' | 'itemColumns' | 'userColumns'>,
  now: number,
): OfferPlan {
  const { available } = dataset;
  const plan: OfferPlan = { offered: dataset.offered, where: [], notes: [], warnings: [] };
  const keep = (mask: Uint8Array, why: string) => {
    plan.offered = plan.offered.map((flag, item) => flag & (mask[item] ?? 1));
    if (!plan.offered.includes(1)) throw badData(`nothing is left to recommend: ${why}`);
  };
  if (available && rules.availability === 'honour') keep(available, NONE_FOR_SALE);
  const nowText = `now is ${new Date(now * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC (--now)`;
  for (const expression of rules.where) {
    const columns = { item: dataset.itemColumns, user: dataset.userColumns };
    const bound = bindExpression(expression, columns, now, rules.dayOrder);
    plan.warnings.push(...bound.unreadable);
    const condition = `${expression.option} ${expression.text}`;
    if (bound.usesUser) {
      plan.where.push(bound.rule);
      plan.notes.push(`${condition}: asked for each user`);
      continue;
    }
    const before = count(plan.offered);
    const when = expression.usesNow ? `\n  ${nowText}` : '';
    keep(maskOf(bound, plan.offered.length, 0), `${condition} holds for none of ${plural(before, 'item')}${when}`);
    plan.notes.push(`${condition}: holds for ${thousands(count(plan.offered))} of ${plural(before, 'item')}`);
  }
  if (rules.where.some(({ usesNow }) => usesNow)) plan.notes.push(nowText);
  return plan;
}

/**
 * Checks which items may be recommended as soon as files are read, and adds notes to their reports.
 * @param rules undefined: no lists are requested. @returns warnings.
 */
export function reportOffer(
  rules: RuleOptions | undefined,
  dataset: Dataset,
  reports: readonly FileReport[],
  now: number,
): string[] {
  if (!rules) {
    const isForSale = dataset.offered.some((flag, item) => flag === 1 && dataset.available?.[item] !== 0);
    return isForSale ? [] : [`${NONE_FOR_SALE}; a run would end with ${ExitCode.badData}`];
  }
  const { notes, warnings } = planOffer(rules, dataset, now);
  // Without a catalogue, conditions use the item columns of the events.
  (reports.find(({ kind }) => kind === 'items') ?? reports.at(-1))?.notes.push(...notes);
  return warnings;
}

/** The time that counts as now, in seconds since 1970. */
export function effectiveNow({ startedAt }: Pick<Run, 'startedAt'>, { now }: { now: number | undefined }): number {
  return now ?? startedAt.getTime() / 1000;
}

export function inputsOfRules(
  run: Pick<Run, 'startedAt'>,
  options: { now: number | undefined; keepColumns?: boolean; rules?: RuleOptions },
): Pick<Inputs, 'now' | 'keepColumns' | 'titles' | 'availability'> {
  const { availability = 'honour', where = [], lists = {} } = options.rules ?? {};
  const needsColumns = RULES.some(([name, rule]) => name in lists && rule.usesColumns);
  const keepColumns = needsColumns || where.length > 0 || options.keepColumns === true;
  // Without a catalogue, titles are one of the columns.
  return { now: effectiveNow(run, options), keepColumns, availability, ...(keepColumns && { titles: true }) };
}

/** The same for a saved model. @param keepColumns whether columns are needed in any case. */
export function inputsForRules(run: Pick<Run, 'startedAt'>, rules: RuleOptions, keepColumns = false): Wanted {
  const { now, dayOrder } = rules;
  const wanted = inputsOfRules(run, { now, keepColumns, rules });
  return { keepColumns: wanted.keepColumns === true, now: effectiveNow(run, rules), clock: now, dayOrder };
}

function count(flags: Uint8Array): number {
  return flags.reduce((total, flag) => total + flag, 0);
}
