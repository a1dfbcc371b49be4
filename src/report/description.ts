import type { Dataset, FileReport } from '../dataset/dataset.js';
import type { ReadData } from '../dataset/read.js';
import { plural } from '../quantities.js';
import type { Understanding } from '../understanding/understanding.js';
import { distributionLines, distributionsOf } from './distributions.js';
import { inputReport } from './input-report.js';

/** What was read, what is suspicious in it, and the command with every guess written out. */
export type Described = ReadData & { warnings: readonly string[]; command: string };

/** How files were understood, for programs. Users rely on the names of the members. */
export function descriptionFacts({ dataset, reports, understanding, warnings, command }: Described) {
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

/** "Understood: 10 interactions of 2 users with 5 items. Nothing is suspicious." */
export function descriptionSummary({ served, itemIds, interactions }: Dataset, warnings: readonly string[]): string {
  const pairs = plural(interactions.index.length, 'interaction');
  const found = `${pairs} of ${plural(served, 'user')} with ${plural(itemIds.length, 'item')}`;
  const doubts = ['Nothing is', 'One thing is'][warnings.length] ?? `${warnings.length} things are`;
  return `Understood: ${found}. ${doubts} suspicious.`;
}

/** The same facts as text. @param withBars draws distributions, for a terminal. */
export function descriptionText(described: Described, withBars: boolean): string {
  const { dataset, reports, understanding, warnings, command } = described;
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
    descriptionSummary(dataset, warnings),
    '',
    inputReport(dataset, reports, true),
    '',
    'The first values of each column:',
    ...examples,
    '',
    ...distributionLines(distributionsOf(dataset), withBars),
    '',
    ...(warnings.length === 0
      ? []
      : ['Suspicious:', ...warnings.map((warning) => `  ${warning.replaceAll('\n', '\n  ')}`), '']),
    'The command with every guess written out, for the nightly job:',
    `  ${command}`,
    '',
  ].join('\n');
}

const LONGEST_EXAMPLE = 24;
const EXAMPLES = 3;

/** Three values of each column, and what it is used as. */
export function examplesOf(report: FileReport, { users, profiles, interactions, items, orders }: Understanding) {
  const files = [...users, profiles, ...interactions, items, orders];
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

/** How a file was read, for programs. Users rely on the names of the members. */
export function fileFacts({ table, columns, skipped, events, interactions, ...report }: FileReport) {
  const splits = columns.flatMap(({ name, decision }) =>
    decision.as === 'values' && decision.separator !== undefined ? [[name, decision.separator]] : [],
  );
  return {
    path: table.path,
    kind: report.kind,
    rows: table.rows,
    rejected: table.rejected,
    rejects: table.firstRejects.map(({ line, reason }) => ({ line, reason })),
    skipped: skipped
      .filter(({ kind: { count } }) => count > 0)
      .map(({ what, kind: { count, firstLine } }) => ({ what, rows: count, first_line: firstLine })),
    columns: Object.fromEntries(report.roles),
    rating: interactions?.hasStrength ? interactions.rule.kind : undefined,
    unrated: interactions?.unrated,
    statuses: events?.statuses.length
      ? events.statuses.map(({ name, rows, weight }) => ({ name, rows, counts: weight > 0 }))
      : undefined,
    attributes: columns.filter(({ decision }) => decision.as !== 'nothing').map(({ name }) => name),
    splits: Object.fromEntries(splits),
    unused: report.unused,
    repeated: interactions?.repeated ?? 0,
    notes: report.notes,
    warnings: report.warnings,
  };
}
