import type { Dataset, FileReport } from '../dataset/dataset.js';
import type { ReadData } from '../dataset/read.js';
import { dayText } from '../events/clock.js';
import { rowLength } from '../matrix/sparse.js';
import type { Understanding } from '../understanding/understanding.js';
import { bars, byDoubling, byPart } from './bars.js';
import { fileFacts } from './file-facts.js';
import { inputReport } from './input-report.js';
import { thousands } from './quantities.js';

/** How files were understood, for programs. Users rely on the names of the members. */
export function descriptionFacts({ dataset, reports, understanding }: ReadData, warnings: string[], command: string) {
  return {
    inputs: reports.map((report) => ({ ...fileFacts(report), examples: examplesOf(report, understanding) })),
    data: {
      users: dataset.served,
      items: dataset.offered.reduce((total, flag) => total + flag, 0),
      interactions: dataset.interactions.index.length,
    },
    warnings,
    command,
  };
}

/** The same for people. */
export function descriptionText(
  { dataset, reports, understanding }: ReadData,
  warnings: string[],
  command: string,
): string {
  const examples = reports.flatMap((report) => {
    const shown = Object.entries(examplesOf(report, understanding));
    const width = Math.max(...shown.map(([column]) => column.length), 0);
    return [
      `${report.table.path}`,
      ...shown.map(
        ([column, { role, values }]) => `  ${column.padEnd(width)}  ${role.padEnd(9)}  ${values.join('  ')}`,
      ),
    ];
  });
  return [
    inputReport(dataset, reports, true),
    '',
    'The first values of each column:',
    ...examples,
    '',
    ...distributions(dataset),
    '',
    ...(warnings.length === 0
      ? ['Nothing is suspicious.']
      : ['Suspicious:', ...warnings.map((warning) => `  ${warning.replaceAll('\n', '\n  ')}`)]),
    '',
    'The command with every guess written out, for the nightly job:',
    `  ${command}`,
    '',
  ].join('\n');
}

const LONGEST_EXAMPLE = 24;
const EXAMPLES = 3;

/** Three values of each column, and what it is used as. */
function examplesOf(report: FileReport, { users, interactions, items, orders }: Understanding) {
  const files = [...(users.kind === 'events' ? users.files : [users.file]), ...interactions, items, orders];
  const file = files.find((each) => each?.file.name === report.table.path)?.file;
  const attributes = new Map(
    report.columns.map(({ name, decision }) => [name, decision.as === 'nothing' ? '-' : 'attribute']),
  );
  const columns = (file?.columns ?? []).map(({ name, at, distinct }) => {
    const role = report.roles.find(([, column]) => column === name)?.[0] ?? attributes.get(name) ?? '-';
    const values = [...distinct].slice(0, EXAMPLES).map((value) => clean(value));
    return [name === '' ? `(column ${at + 1})` : name, { role, values }] as const;
  });
  return Object.fromEntries(columns);
}

function clean(value: string): string {
  const text = value.replace(/\p{C}+/gu, ' ');
  return text.length > LONGEST_EXAMPLE ? `${text.slice(0, LONGEST_EXAMPLE)}…` : text;
}

/** How histories, popularity, ratings and dates are spread, a line each. */
function distributions({ interactions, served, times, rated }: Dataset): string[] {
  const lines: string[] = [];
  const counts = Array.from({ length: served }, (_, user) => rowLength(interactions, user)).filter(
    (count) => count > 0,
  );
  const users = new Map<number, number>();
  for (const item of interactions.index) users.set(item, (users.get(item) ?? 0) + 1);
  lines.push(doublingLine('items a user has', counts), doublingLine('users an item has', [...users.values()]));
  const grades = rated ? [...rated.rating].filter((grade) => !Number.isNaN(grade)) : [];
  if (grades.length > 0) lines.push(partsLine('ratings', grades, String, 10));
  const known = times ? [...times].filter((time) => Number.isFinite(time)) : [];
  if (known.length > 0) lines.push(partsLine('dates', known, dayText, 32));
  return lines;
}

const LABEL = 18;

function doublingLine(what: string, values: readonly number[]): string {
  if (values.length === 0) return `${what.padEnd(LABEL)} none`;
  const sorted = Float64Array.from(values).sort();
  const median = sorted[sorted.length >> 1] ?? 0;
  return `${what.padEnd(LABEL)} 1 ${bars(byDoubling(values))} ${thousands(sorted.at(-1) ?? 0)}   median ${thousands(median)}; each bar is twice as many as the one before`;
}

function partsLine(what: string, values: readonly number[], text: (value: number) => string, parts: number): string {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return `${what.padEnd(LABEL)} ${text(low)} ${bars(byPart(values, low, high, parts))} ${text(high)}`;
}
