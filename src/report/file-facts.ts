import type { FileReport } from '../dataset/dataset.js';

/** How a file was read, for programs. Users rely on the names of the members. */
export function fileFacts({
  table,
  kind,
  roles,
  columns,
  unused,
  skipped,
  events,
  interactions,
  notes,
  warnings,
}: FileReport) {
  const splits = columns.flatMap(({ name, decision }) =>
    decision.as === 'values' && decision.separator !== undefined ? [[name, decision.separator]] : [],
  );
  return {
    path: table.path,
    kind,
    rows: table.rows,
    rejected: table.rejected,
    rejects: table.firstRejects.map(({ line, reason }) => ({ line, reason })),
    skipped: skipped
      .filter(({ kind: { count } }) => count > 0)
      .map(({ what, kind: { count, firstLine } }) => ({ what, rows: count, first_line: firstLine })),
    columns: Object.fromEntries(roles),
    rating: interactions?.hasStrength ? interactions.rule.kind : undefined,
    unrated: interactions?.unrated,
    statuses: events?.statuses.length
      ? events.statuses.map(({ name, rows, weight }) => ({ name, rows, counts: weight > 0 }))
      : undefined,
    attributes: columns.filter(({ decision }) => decision.as !== 'nothing').map(({ name }) => name),
    splits: Object.fromEntries(splits),
    unused,
    repeated: interactions?.repeated ?? 0,
    notes,
    warnings,
  };
}
