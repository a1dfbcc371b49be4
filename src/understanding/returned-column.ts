import { isBlank, shown } from '../csv/cells.js';
import { saysCancelled } from '../events/event-types.js';
import type { SampledColumn } from './sampled-column.js';
import { shellWord } from './shell-word.js';
import { columnKey } from './vocabulary.js';

/** Names of columns that mark what was sent back. */
const RETURNED =
  /^(?:is|was|has|item|order)?(?:return(?:ed|s)?|refund(?:ed|s)?|sentback|retoure|retouren|retourniert|erstattet|rembourse|retourne|devuelto|reembolsado|devolvido|reso|rimborsato|geretourneerd|zwrocone)(?:at|on|date|datum|flag|qty|quantity|amount|count|units)?$/;
/** In a library or a rental shop, where returns mean nothing, most rows are returned. */
const FEW_RETURNED = 0.5;

/** Warns about columns that are not used and mark some rows as returned. @param columns the unused columns of an events file. */
export function returnWarnings(columns: readonly SampledColumn[]): string[] {
  return columns.flatMap(({ name, cells }) => {
    if (!RETURNED.test(columnKey(name))) return [];
    const kept = cells.filter((cell) => isBlank(cell) || !saysCancelled(cell));
    const returned = cells.length - kept.length;
    if (returned === 0 || returned >= FEW_RETURNED * cells.length) return [];
    const column = `[${name}]`;
    const conditions = [
      ...(kept.some((cell) => !isBlank(cell)) ? [`${column} = false`] : []),
      ...(kept.some(isBlank) ? [`${column} is missing`] : []),
    ];
    return [
      `${shown(name)} seems to mark what was returned; it is not used, so returned items count like all others\n  --events-where ${shellWord(conditions.join(' or '))} leaves them out`,
    ];
  });
}
