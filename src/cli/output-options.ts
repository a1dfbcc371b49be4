import type { Command } from 'commander';
import { formatOf, OUTPUT_FORMATS, type OutputFormat } from '../output/formats.js';
import { MOST_SCORE_DIGITS, SCORE_DIGITS } from '../output/score-digits.js';
import { columnIn } from '../pipeline/output/output-columns.js';
import { Group, outputOption } from './help-groups.js';
import type { Typed } from './typed.js';
import { choice, columns, MOST_ITEMS_A_USER, number } from './values.js';

/** How many parts of a score `--reasons` names: by default, and at most. */
const DEFAULT_PARTS = 3;
const MOST_PARTS = 100;

/** Adds the options that decide what the lists look like, and where they go. */
export function addOutputOptions(command: Command): Command {
  return command
    .optionsGroup(Group.want)
    .addOption(outputOption('where to write the lists'))
    .addOption(choice('--format <format>', 'csv, wide, jsonl or parquet', OUTPUT_FORMATS))
    .addOption(number('-n, --top <count>', 'items per user', 1, MOST_ITEMS_A_USER).default(10))
    .option('--titles', 'add the titles of the items', false)
    .addOption(
      number('--reasons [count]', `add what scores are made of (default: ${DEFAULT_PARTS} parts)`, 1, MOST_PARTS),
    )
    .option('--source', 'add where a row comes from: history, popular …', false)
    .option('--output-columns <names>', 'the columns: "item_id=sku,score,price"', columns)
    .addOption(number('--precision <digits>', 'digits of scores', 1, MOST_SCORE_DIGITS).default(SCORE_DIGITS));
}

/** The output options that were typed, checked. @throws Failure 2 where they make no sense. */
export function outputOptions(typed: Typed & { format?: OutputFormat }) {
  const { output, top, precision = SCORE_DIGITS, outputColumns, titles, reasons, source } = typed;
  const format = formatOf(output, typed.format);
  const all = outputColumns ?? ['user_id', 'item_id', ...(format === 'wide' ? [] : ['rank', 'score'])];
  const has = (column: string) => all.some((each) => columnIn(each) === column);
  const added = { title: titles, source: source === true, reasons: reasons !== undefined };
  for (const [column, isWanted] of Object.entries(added)) if (isWanted && !has(column)) all.push(column);
  return {
    output,
    format,
    top,
    precision,
    outputColumns: all,
    reasons: typeof reasons === 'number' ? reasons : DEFAULT_PARTS,
    titles: has('title') || has('reasons'),
  };
}
