import { printableName } from '../csv/printable.js';
import type { AttributeDecision } from '../dataset/attributes/attributes.js';
import type { Dataset, EventsReport, FileReport, Skipped } from '../dataset/dataset.js';
import type { StrengthRule } from '../dataset/strengths/strength-rule.js';
import { dayText } from '../events/clock.js';
import type { EventType } from '../events/event-types.js';
import { WHOLE_SCALE } from '../model/strength.js';
import { plural, thousands } from '../quantities.js';

const COLUMNS_SHOWN = 30;
const TYPES_SHOWN = 12;
const LONGEST_NAME = 60;
/** Rows without an id are worth a warning only when they are more than this share of a file. */
const MANY = 0.5;

/** How the files were read, for stderr: the role of every column, what is not used, what was skipped, and why. */
export function inputReport(dataset: Dataset, reports: readonly FileReport[], verbose: boolean): string {
  const lines = reports.flatMap((report) => fileLines(report, verbose));
  return [...lines, datasetLine(dataset)].join('\n');
}

/** What is wrong with files that could be read, each with the way out. @param badRows the value of `--bad-rows`. */
export function inputWarnings(reports: readonly FileReport[], badRows: string): string[] {
  return reports.flatMap((report) => [
    ...rejectedRows(report, badRows),
    ...rowsWithoutId(report),
    ...report.warnings.map((warning) => `${report.table.path}: ${warning}`),
  ]);
}

function rejectedRows({ table }: FileReport, badRows: string): string[] {
  const [first] = table.firstRejects;
  if (!first) return [];
  const wereLeft = table.rejected === 1 ? 'was' : 'were';
  const wayOut =
    badRows === 'skip' ? 'fix them, or keep them in a file with --bad-rows FILE' : `they are kept in ${badRows}`;
  return [
    `${table.path}: ${thousands(table.rejected)} of ${plural(table.rows, 'row')} cannot be read and ${wereLeft} left out, the first on line ${first.line}: ${first.reason}\n  ${wayOut}`,
  ];
}

function rowsWithoutId({ table, skipped }: FileReport): string[] {
  const withoutId = skipped.filter(({ isWithoutId }) => isWithoutId);
  const rows = withoutId.reduce((total, { kind }) => total + kind.count, 0);
  if (rows <= MANY * table.rows) return [];
  const why = withoutId.filter(({ kind }) => kind.count > 0).map(skippedText);
  return [
    `${table.path}: ${thousands(rows)} of ${plural(table.rows, 'row')} were skipped: ${why.join('; ')}\n  did the export go wrong? --user-col and --item-col name the columns that hold the ids`,
  ];
}

function skippedText({ what, kind }: Skipped): string {
  return `${plural(kind.count, 'row')} ${what}, the first on line ${kind.firstLine}`;
}

/** A line about a file; none where the text is empty or false. */
type Line = readonly [label: string, text: string | false];

function fileLines(report: FileReport, verbose: boolean): string[] {
  const { table, kind, roles, columns, skipped, repeatedRows, notes } = report;
  const separator = table.delimiter === ',' ? '' : `, separated by ${JSON.stringify(table.delimiter)}`;
  const columnsUsedAs = (as: AttributeDecision['as']) =>
    columns
      .filter(({ decision }) => decision.as === as)
      .map(({ name, decision }) => `${shownName(name)} (${decisionText(decision)})`);
  const rejects = table.firstRejects.map(({ line, reason }) => `\n    line ${line}: ${reason}`);
  const isNoted = repeatedRows > 0 && (verbose || kind === 'profiles');
  const lines: Line[] = [
    ['columns', listed(roles.map(([role, column]) => `${role} = ${shownName(column)}`))],
    ...eventLines(report),
    ['attributes', listed(columnsUsedAs('values'))],
    ['numbers', listed(columnsUsedAs('bands'))],
    ['words', listed(columnsUsedAs('words'))],
    ['not used', listed([...columnsUsedAs('nothing'), ...report.unused.map(shownName)])],
    ...skipped.map((rows): Line => ['skipped', rows.kind.count > 0 && skippedText(rows)]),
    ['refused', table.rejected > 0 && `${plural(table.rejected, 'row')} that cannot be read:${rejects.join('')}`],
    [
      'note',
      isNoted &&
        `${plural(repeatedRows, 'row')} with the id of an earlier row: the first filled cell of each column counts`,
    ],
    ...notes.map((note): Line => ['note', note]),
  ];
  const shown = lines.flatMap(([label, text]) => (text ? [`  ${label}  ${text}`] : []));
  return [`${table.path}: ${kind}, ${plural(table.rows, 'row')}${separator}`, ...shown];
}

function listed(columns: readonly string[]): string {
  const more = columns.length - COLUMNS_SHOWN;
  return more > 0 ? `${columns.slice(0, COLUMNS_SHOWN).join(', ')} and ${thousands(more)} more` : columns.join(', ');
}

/** A name from a file, made printable and short. */
function shownName(name: string): string {
  const text = printableName(name);
  return text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text;
}

/** What a column of attributes became. */
function decisionText(decision: AttributeDecision): string {
  switch (decision.as) {
    case 'values': {
      const { separator } = decision;
      const split = separator === 'list' ? ', a list' : `, split at "${separator}"`;
      return `${plural(decision.values, 'value')}${separator === undefined ? '' : split}`;
    }
    case 'bands': {
      const { bands } = decision;
      return `${plural(bands.length, 'band')} from ${bands[0]?.low} to ${bands.at(-1)?.high}`;
    }
    case 'words':
      return `${thousands(decision.kept)} of ${plural(decision.met, 'word')}`;
    case 'nothing':
      return decision.reason;
  }
}

function eventLines({ events, interactions }: FileReport): Line[] {
  const { types = [], statuses = [], time } = events ?? {};
  const { hasStrength = false, withoutStrength = 0, repeated = 0 } = interactions ?? {};
  const rarerTypes = plural(types.length - TYPES_SHOWN, 'rarer type');
  const rarerStatuses = `${thousands(statuses.length - TYPES_SHOWN)} rarer ones`;
  return [
    ['events', typesText(types, ({ weight }) => ` of weight ${weight}`, rarerTypes)],
    ['status', typesText(statuses, ({ weight }) => (weight === 0 ? ', not counted' : ''), rarerStatuses)],
    ['rating', hasStrength && interactions !== undefined && ruleText(interactions.rule)],
    ['rating', withoutStrength > 0 && `empty in ${plural(withoutStrength, 'row')}: counted as plain interactions`],
    ['time', time !== undefined && timeText(time)],
    [
      'repeated',
      repeated > 0 &&
        `${plural(repeated, 'row')} with the user and item of another row, merged by "${interactions?.duplicates}"`,
    ],
  ];
}

function timeText({ unit, from, to, missing }: NonNullable<EventsReport['time']>): string {
  const rowsWithout = missing > 0 ? `, missing in ${plural(missing, 'row')}` : '';
  return `${dayText(from)} to ${dayText(to)} (${unit === 'text' ? 'dates' : unit})${rowsWithout}`;
}

/** @param rarer the text for the types that are not shown. */
function typesText(types: readonly EventType[], counting: (type: EventType) => string, rarer: string): string {
  const shown = types
    .slice(0, TYPES_SHOWN)
    .map((type) => `${shownName(type.name) || '(empty)'}: ${plural(type.rows, 'row')}${counting(type)}`);
  return [...shown, ...(types.length > TYPES_SHOWN ? [`and ${rarer}`] : [])].join('; ');
}

/** How the numbers of the rating column were read, and what weights they have. */
function ruleText(rule: StrengthRule): string {
  if (rule.kind === 'count') {
    return 'counts: 1 weighs 1, 10 weigh 1.5, 100 weigh 2; 0 and below (returned) weigh nothing, but the item counts as had';
  }
  const scale = `a scale from ${rule.low} to ${rule.high}`;
  if (rule.kind === 'thumbs') {
    const disliked = rule.dislikeUpTo < 0 ? 'below 0' : `up to ${rule.dislikeUpTo}`;
    return `${scale}: values ${disliked} are dislikes, all others weigh 1`;
  }
  if (rule.low === rule.high) return 'a single grade: every row weighs 1';
  const step = Number((WHOLE_SCALE / (rule.high - rule.low)).toPrecision(2));
  return `${scale}: a user's mean weighs 1, each point above it ${step} more, each point below ${step} less; no rating is a dislike`;
}

function datasetLine({ served, userIds, interactions, offered }: Dataset): string {
  const items = offered.reduce((total, flag) => total + flag, 0);
  const pairs = interactions.index.length;
  const density = (100 * pairs) / Math.max(1, userIds.length * interactions.columns);
  const unserved = userIds.length - served;
  const others = unserved > 0 ? ` (and ${plural(unserved, 'other user')} to learn from)` : '';
  return `${plural(served, 'user')}${others}, ${plural(items, 'item')}, ${plural(pairs, 'interaction')}: density ${Number(density.toPrecision(2))} %`;
}
