import { itemRows, refuseRepeated } from './item-rows.js';
import type { ListRule, RuleRow } from './list-rule.js';
import { onePath } from './numbers.js';

/** Multiplies the scores of the items in a file: `item,factor`. */
export const boost: ListRule<string, RuleRow[], { items: Uint32Array; factors: Float64Array }> = {
  flags: '--boost <file>',
  description: 'multiply scores of items: item,factor',
  parse: onePath,
  async read(path, table) {
    const rows = await table('--boost', path, { item: 'item', factor: ['factor', 'boost', 'multiplier'] });
    for (const row of rows) {
      if (!(row.number('factor') > 0)) throw row.refused('a factor is above 0; 1 changes nothing, 0.5 halves a score');
    }
    refuseRepeated(
      rows,
      ({ cells }) => cells.item ?? '',
      ({ cells }) => `item ${JSON.stringify(cells.item)} has a factor`,
    );
    return rows;
  },
  plan(rows, known) {
    const found = itemRows(rows, known);
    return {
      items: Uint32Array.from(found, ({ item }) => item),
      factors: Float64Array.from(found, ({ row }) => row.number('factor')),
    };
  },
  act: ({ items, factors }) => ({
    offer: {
      change(_user, _offered, factor) {
        items.forEach((item, at) => {
          factor[item]! *= factors[at]!;
        });
      },
    },
  }),
};
