import { displayName } from '../csv/failures.js';
import { printableName } from '../csv/printable.js';
import { readLists } from '../dataset/read-lists.js';
import { listDiff } from '../evaluation/list-diff.js';
import { IdIndex } from '../events/ids.js';
import { ExitCode, Failure } from '../failure.js';
import { openDestination, writeWhole } from '../files/destination.js';
import type { Io } from '../io.js';
import type { DiffOptions } from '../pipeline/options.js';
import { orInterrupted } from '../pipeline/stopping.js';
import { plural, thousands } from '../quantities.js';
import { aligned } from '../report/item-table.js';

type Diff = Awaited<ReturnType<typeof compareFiles>>;

/**
 * `recommend diff`: how much the lists of two runs differ.
 * @returns the exit code. @throws Failure 1 where they differ by more than `--max-change`, after the comparison is written.
 */
export async function diff(options: DiffOptions, io: Io): Promise<number> {
  await orInterrupted(io.interrupted, async () => {
    const found = await compareFiles(options);
    const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value);
    const text = options.format === 'json' ? `${JSON.stringify(found, rounded, 2)}\n` : textOf(found);
    await writeWhole(openDestination(options.output, io), text);
    refuseChange(found, options);
  });
  return ExitCode.ok;
}

/** The comparison, with ids. Users rely on the names of its members. */
async function compareFiles({ before, after, named }: DiffOptions) {
  const ids = { users: new IdIndex(), items: new IdIndex() };
  const listsBefore = await readLists(before, named, ids);
  const listsAfter = await readLists(after, named, ids);
  const found = listDiff(listsBefore, listsAfter, ids.items.size);
  const withIds = ({ item, ...counts }: { item: number; before: number; after: number }) => ({
    item: ids.items.textOf(item),
    title: listsAfter.titles?.[item] ?? listsBefore.titles?.[item],
    ...counts,
  });
  return {
    ...found,
    inMoreLists: found.inMoreLists.map(withIds),
    inFewerLists: found.inFewerLists.map(withIds),
    mostChanged: found.mostChanged.map(({ user, ...how }) => ({ user: ids.users.textOf(user), ...how })),
  };
}

function textOf({ change, rankBiasedOverlap, users, items, inMoreLists, inFewerLists, mostChanged }: Diff): string {
  const cell = (value: string | number) => (typeof value === 'string' ? printableName(value) : thousands(value));
  const table = (head: readonly string[], rows: readonly object[]) =>
    rows.length === 0
      ? ''
      : `\n${aligned([head, ...rows.map((row) => Object.values(row).map(cell))], 'lr').join('\n')}\n`;
  const titled = ({ item, title = '', ...counts }: Diff['inMoreLists'][number]) => ({
    item: `${item}  ${title}`.trimEnd(),
    ...counts,
  });
  return [
    `Change ${change.toFixed(4)}: ${plural(users.both, 'user')} of both files kept ${(100 - 100 * change).toFixed(1)} % of their lists.\n`,
    `Rank-biased overlap ${rankBiasedOverlap.toFixed(4)}: how far the lists agree from the top down (1: the same order, 0: nothing in\n`,
    'common; a rank weighs 0.9 of the one above it).\n',
    table(
      ['', 'before', 'after', 'both', 'came', 'went'],
      Object.entries({ users, items }).map(([what, counts]) => ({ what, ...counts })),
    ),
    table(
      ['lists that changed most', 'kept', 'of', 'rank-biased overlap'],
      mostChanged.map((each) => ({ ...each, rankBiasedOverlap: each.rankBiasedOverlap.toFixed(4) })),
    ),
    table(['items in more lists', 'before', 'after'], inMoreLists.map(titled)),
    table(['items in fewer lists', 'before', 'after'], inFewerLists.map(titled)),
  ].join('');
}

/** @throws Failure 1 where the lists changed too much, or where too many users lost theirs. */
function refuseChange({ change, users }: Diff, { before, after, maxChange = 1 }: DiffOptions): void {
  const lost = users.before === 0 ? 0 : users.went / users.before;
  const reasons = [
    ...(change > maxChange ? [`the lists changed by ${change.toPrecision(4)}`] : []),
    ...(lost > maxChange ? [`${(100 * lost).toPrecision(3)} % of the users of ${displayName(before)} have none`] : []),
  ];
  if (reasons.length === 0) return;
  const why = `${reasons.join(', and ')}, more than --max-change ${maxChange} allows`;
  throw new Failure(ExitCode.tooDifferent, `${displayName(after)}: ${why}`);
}
