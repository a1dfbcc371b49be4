import type { FileReport } from '../dataset/dataset.js';
import { shellWord } from '../understanding/shell-word.js';
import { VOCABULARY } from '../understanding/vocabulary.js';

/** With more event types than this, their weights would make the command too long. */
const MOST_TYPES = 30;

/**
 * The command that was typed, plus options for everything that was guessed from names and values: so it means the same in later runs,
 * whatever the next export looks like. @param typed the arguments.
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
    // Titles of events are read only with --titles.
    const files = reports.filter(({ kind }) => role !== 'title' || kind !== 'events' || typed.includes('--titles'));
    const columns = new Set(
      files.flatMap(({ roles }) => roles.filter(([each]) => each === role).map(([, name]) => name)),
    );
    // Columns of files without a header have no names; --columns says what they are.
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
