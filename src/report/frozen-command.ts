import type { FileReport } from '../dataset/dataset.js';
import { shellWord } from '../understanding/shell-word.js';
import { VOCABULARY } from '../understanding/vocabulary.js';

/** More types of events than these are not worth a line of command. */
const MOST_TYPES = 30;

/**
 * The command that was typed, with everything written out that was guessed from names and values: run later, it means the same, whatever
 * the next export looks like. @param typed the arguments.
 */
export function frozenCommand(typed: readonly string[], reports: readonly FileReport[]): string {
  const words: string[] = [];
  const add = (option: string, ...values: string[]) => {
    if (!typed.some((word) => word === option || word.startsWith(`${option}=`))) words.push(option, ...values);
  };
  const separators = new Set(reports.map(({ table }) => table.delimiter));
  const [separator] = separators;
  if (separators.size === 1 && separator !== undefined) add('--delimiter', separator === '\t' ? 'tab' : separator);
  for (const role of Object.keys(VOCABULARY)) {
    // Titles of events are read where they are asked for.
    const files = reports.filter(({ kind }) => role !== 'title' || kind !== 'events' || typed.includes('--titles'));
    const columns = new Set(
      files.flatMap(({ roles }) => roles.filter(([each]) => each === role).map(([, name]) => name)),
    );
    // Without a header, --columns names them.
    const named = [...columns].filter((name) => name !== '');
    const option = `--${role}-col`;
    if (!typed.includes(option)) words.push(...named.flatMap((name) => [option, name]));
  }
  const merged = reports.flatMap((report) => report.interactions ?? []);
  const rated = merged.find(({ hasStrength }) => hasStrength);
  if (rated) {
    add('--ratings', rated.rule.kind === 'count' ? 'count' : 'scale');
    add('--unrated', rated.unrated ? String(rated.unrated.value) : 'none');
  }
  const [first] = merged;
  if (first) add('--duplicates', first.duplicates);
  const events = reports.flatMap((report) => report.events ?? []);
  const types = events.flatMap((each) => each.types).filter(({ name }) => !/[,=]/.test(name) && name !== '');
  if (types.length > 0 && types.length <= MOST_TYPES) {
    add('--event-weights', types.map(({ name, weight }) => `${name}=${weight}`).join(','));
  }
  const dayOrder = events.find(({ time }) => time?.dayOrder !== undefined)?.time?.dayOrder;
  if (dayOrder !== undefined) add('--date-order', dayOrder);
  return ['recommend', ...typed, ...words].map(shellWord).join(' ');
}
