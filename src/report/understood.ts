import type { AttributeDecision } from '../dataset/attributes.js';
import type { Dataset, EventsReport, FileReport } from '../dataset/dataset.js';
import type { EventType } from '../events/event-types.js';
import type { StrengthRule } from '../events/strength-rule.js';
import { WHOLE_SCALE } from '../model/strength.js';
import { thousands } from './thousands.js';

/** What was understood of the files, for stderr: every role, every column left out, every row skipped, and why. */
export function understood(dataset: Dataset, reports: readonly FileReport[], verbose: boolean): string {
  const lines = reports.flatMap((report) => fileLines(report, verbose));
  return [...lines, learnedLine(dataset)].join('\n');
}

function fileLines(report: FileReport, verbose: boolean): string[] {
  const { table, kind, roles, events } = report;
  const cut = table.delimiter === ',' ? '' : `, separated by ${JSON.stringify(table.delimiter)}`;
  const lines = [`${table.path}: ${kind}, ${plural(table.rows, 'row')}${cut}`];
  lines.push(`  columns  ${listed(roles.map(([role, column]) => `${role} = ${nameText(column)}`))}`);
  if (events) lines.push(...eventLines(events));
  const made = (as: AttributeDecision['as']) =>
    report.columns
      .filter(({ decision }) => decision.as === as)
      .map(({ name, decision }) => madeText(nameText(name), decision));
  for (const [label, columns] of [
    ['attributes', made('values')],
    ['numbers', made('bands')],
    ['words', made('words')],
  ] as const) {
    if (columns.length > 0) lines.push(`  ${label}  ${listed(columns)}`);
  }
  const left = [...made('nothing'), ...report.unused.map(nameText)];
  if (left.length > 0) lines.push(`  not used  ${listed(left)}`);
  for (const { what, kind: skipped } of report.skipped) {
    if (skipped.count > 0)
      lines.push(`  skipped  ${plural(skipped.count, 'row')} ${what}, the first on line ${skipped.firstLine}`);
  }
  if (table.rejected > 0) {
    lines.push(`  refused  ${plural(table.rejected, 'row')} that cannot be read:`);
    for (const reject of table.firstRejects) lines.push(`    line ${reject.line}: ${reject.reason}`);
  }
  if (report.repeatedRows > 0 && (verbose || kind === 'profiles')) {
    lines.push(
      `  note  ${plural(report.repeatedRows, 'row')} of an id that stood before: the first filled cell counts`,
    );
  }
  for (const note of report.notes) lines.push(`  note  ${note}`);
  return lines;
}

const COLUMNS_SHOWN = 30;

function listed(columns: readonly string[]): string {
  const more = columns.length - COLUMNS_SHOWN;
  return more > 0 ? `${columns.slice(0, COLUMNS_SHOWN).join(', ')} and ${thousands(more)} more` : columns.join(', ');
}

const LONGEST_NAME = 60;

/** A column's name as one line shows it: cut where it is long, without what a terminal would obey. */
function nameText(name: string): string {
  const text = name.replace(/\p{Cc}+/gu, ' ');
  return text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text;
}

/** A column, and what became of it. */
function madeText(name: string, decision: AttributeDecision): string {
  switch (decision.as) {
    case 'values': {
      const cut = decision.separator ? `, cut at "${decision.separator}"` : '';
      return `${name} (${plural(decision.values, 'value')}${cut})`;
    }
    case 'bands': {
      const [first, last] = [decision.bands[0], decision.bands.at(-1)];
      return `${name} (${plural(decision.bands.length, 'band')} from ${first?.low} to ${last?.high})`;
    }
    case 'words':
      return `${name} (${plural(decision.kept, 'word')} of ${thousands(decision.met)})`;
    case 'nothing':
      return `${name} (${decision.reason})`;
  }
}

function eventLines(events: EventsReport): string[] {
  const lines: string[] = [];
  const { time } = events;
  if (events.types.length > 0) lines.push(`  events  ${typesText(events.types)}`);
  if (events.hasStrength) lines.push(`  rating  ${ruleText(events.rule)}`);
  if (events.withoutStrength > 0)
    lines.push(`  rating  empty in ${plural(events.withoutStrength, 'row')}: a plain interaction`);
  if (time) {
    const missing = time.missing > 0 ? `, missing in ${plural(time.missing, 'row')}` : '';
    lines.push(
      `  time  ${date(time.from)} to ${date(time.to)} (${time.unit === 'text' ? 'dates' : time.unit})${missing}`,
    );
  }
  if (events.repeated > 0) {
    lines.push(
      `  repeated  ${plural(events.repeated, 'row')} of a user and item that stood before, folded by "${events.duplicates}"`,
    );
  }
  return lines;
}

const TYPES_SHOWN = 12;

function typesText(types: readonly EventType[]): string {
  const shown = types
    .slice(0, TYPES_SHOWN)
    .map(({ name, weight, rows }) => `${name || '(empty)'}: ${plural(rows, 'row')} of weight ${weight}`);
  if (types.length > TYPES_SHOWN) shown.push(`and ${plural(types.length - TYPES_SHOWN, 'rarer type')}`);
  return shown.join('; ');
}

/** What the numbers were taken for, and what they count. */
function ruleText(rule: StrengthRule): string {
  if (rule.kind === 'count')
    return 'counts: 1 counts 1, 10 count 1.5, 100 count 2; 0 and below (returned) nothing, though had';
  const scale = `a scale from ${rule.low} to ${rule.high}`;
  if (rule.kind === 'thumbs') {
    const disliked = rule.dislikeUpTo < 0 ? 'what is below 0' : `up to ${rule.dislikeUpTo}`;
    return `${scale}: ${disliked} is a dislike, the rest counts 1`;
  }
  if (rule.low === rule.high) return 'one grade only: each counts 1';
  const step = Number((WHOLE_SCALE / (rule.high - rule.low)).toPrecision(2));
  return `${scale}: a user's mean counts 1, a point above it ${step} more, a point below ${step} less; none excludes`;
}

function learnedLine({ served, userIds, interactions, offered }: Dataset): string {
  const items = offered.reduce((total, flag) => total + flag, 0);
  const pairs = interactions.index.length;
  const density = (100 * pairs) / Math.max(1, userIds.length * interactions.columns);
  const strangers = userIds.length - served;
  const others = strangers > 0 ? ` (and ${plural(strangers, 'other user')} to learn from)` : '';
  return `${plural(served, 'user')}${others}, ${plural(items, 'item')}, ${plural(pairs, 'interaction')}: density ${Number(density.toPrecision(2))} %`;
}

/** "1 row", "12,345 rows". */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${thousands(count)} ${count === 1 ? noun : many}`;
}

function date(seconds: number): string {
  const day = new Date(seconds * 1000);
  return Number.isNaN(day.getTime()) ? 'beyond the calendar' : day.toISOString().slice(0, 10);
}
