import type { Numbers } from '../../events/columns.js';
import type { Events } from '../../events/event-columns.js';
import { everyChunk, forEachChunk } from '../../matrix/chunks.js';
import { columnKey, kindByName } from '../../understanding/vocabulary.js';
import type { EventsFile } from '../events-file.js';
import { GradeTally } from '../strengths/grade-tally.js';
import type { Ratings } from '../strengths/strength-rule.js';

/** Fewer ids than this may have none in common by coincidence. */
const FEWEST_IDS = 5;
/** Among fewer ratings than this, the best may be missing by chance. */
const FEWEST_RATINGS = 100;
/** Two files use different scales if the highest rating of one is at least this many times that of the other. */
const ANOTHER_SCALE = 1.5;

/** Shops that write a row for each piece have fewer rows that are the same as the one before. */
const MANY_SAME = 0.4;
/** So many rows show whether there are many. */
const ROWS_LOOKED_AT = 1 << 20;
const DAY = 86_400;

/** The columns of a file that are compared with those of other files. */
type Role = 'user' | 'item' | 'rating';

/**
 * Warnings about files that are read as one but hold different things: counts and ratings, ratings on two scales, or two kinds of ids.
 * @param files as they were read; an id has the same index in all of them. @param sizes how many users and items there are.
 * @param ratings as `--ratings` says.
 */
export function mixedFileWarnings(
  files: readonly EventsFile[],
  sizes: Readonly<Record<'user' | 'item', number>>,
  ratings: Ratings,
): string[] {
  const [first, ...others] = files;
  if (!first) return [];
  const nameOf = ({ report }: EventsFile, wanted: Role) => report.roles.find(([role]) => role === wanted)?.[1];
  const warnIf = (role: Role, ending: string, differ: (name: string, other: string, file: EventsFile) => boolean) => {
    const name = nameOf(first, role);
    const file = others.find((each) => {
      const other = nameOf(each, role);
      return name !== undefined && other !== undefined && differ(name, other, each);
    });
    if (!file) return [];
    return [
      `${JSON.stringify(name)} of ${first.path} and ${JSON.stringify(nameOf(file, role))} here are read as one ${ending}`,
    ];
  };
  const unrelatedIds = (role: 'user' | 'item') =>
    warnIf(
      role,
      `column of ${role}s, and have no id in common\n  --${role}-col NAME, once for each name, says which columns have the same ids`,
      (name, other, file) =>
        columnKey(name) !== columnKey(other) &&
        areApart(first.events[role].values, file.events[role].values, sizes[role]),
    );
  const isAnotherKind = (name: string, other: string) => ratings === 'auto' && kindByName(name) !== kindByName(other);
  return [
    ...warnIf(
      'rating',
      'column of numbers\n  --rating-col NAME takes one of them, --ratings count says that both are counts',
      isAnotherKind,
    ),
    ...(ratings === 'auto' ? scaleWarning(files) : []),
    ...unrelatedIds('user'),
    ...unrelatedIds('item'),
  ];
}

/** The share of rows at the beginning and at the end of a file whose scale is compared with that of the other rows. */
const PART = 0.1;

/** True where the second half of the rows repeats the first. */
export function isRepeated({ user, item, strength, weight, time }: Events): boolean {
  const half = user.length / 2;
  if (half < FEWEST_RATINGS || !Number.isInteger(half)) return false;
  const columns = [user, item, strength, weight, time]
    .map((column) => column?.values)
    .filter((values) => values !== undefined);
  return everyChunk(half, (from, to) => {
    for (const values of columns) {
      for (let row = from; row < to; row++) if (!Object.is(values[row], values[row + half])) return false;
    }
    return true;
  });
}

/** True if many rows are the same as the row before, to the second, as after a join with a table that has several rows for each. */
export function isJoined({ user, item, strength, weight, time, timeColumn }: Events): boolean {
  if (!time || !timeColumn || user.length < FEWEST_RATINGS) return false;
  const [users, items, { values }] = [user.values, item.values, time.numbers];
  const others = [strength?.values, weight?.values, values].filter((column) => column !== undefined);
  const day = DAY * timeColumn.scale;
  const rows = Math.min(user.length, ROWS_LOOKED_AT);
  let same = 0;
  forEachChunk(rows, (from, to) => {
    for (let row = Math.max(1, from); row < to; row++) {
      // Most rows differ in these.
      if (items[row] !== items[row - 1] || users[row] !== users[row - 1]) continue;
      if (values[row]! % day !== 0 && others.every((each) => Object.is(each[row], each[row - 1]))) same++;
    }
  });
  return same >= MANY_SAME * rows;
}

/** A warning where ratings end at 5 in one file, or up to some line of it, and at 10 in another. */
function scaleWarning(files: readonly EventsFile[]): string[] {
  const wholes = files.flatMap(({ path, events, report }) => {
    const name = report.roles.find(([role]) => role === 'rating')?.[1];
    const isCount = name === undefined || kindByName(name) === 'count';
    return events.strength && !isCount ? [partOf(path, events.strength.numbers, 0, events.user.length)] : [];
  });
  const cuts = wholes.flatMap(({ path, rows, numbers }) =>
    [Math.max(PART * rows, FEWEST_RATINGS), Math.min((1 - PART) * rows, rows - FEWEST_RATINGS)].map((at) => {
      const cut = Math.round(Math.max(0, at));
      return [partOf(`the first rows of ${path}`, numbers, 0, cut), partOf('the others', numbers, cut, rows)] as const;
    }),
  );
  // In rows sorted by rating, the parts have different ends because they hardly overlap.
  const overlapping = cuts.filter(([{ tally: a }, { tally: b }]) => Math.max(a.low, b.low) < Math.min(a.high, b.high));
  return [wholes, ...overlapping].flatMap(differentScales).slice(0, 1);
}

/** At most this many ratings of a part are looked at, evenly spaced. */
const MOST_SAMPLED = 10_000;

/** Ratings of the rows `from` to `to` of a file. */
function partOf(path: string, numbers: Numbers, from: number, to: number) {
  const rows = Math.max(0, Math.min(to, numbers.values.length) - from);
  const count = Math.min(rows, MOST_SAMPLED);
  // The same type of array: with two types, the later loop over all ratings would be a third as fast.
  const values = numbers.values.slice(0, count);
  for (let k = 0; k < count; k++) values[k] = numbers.values[from + Math.floor((k * rows) / count)]!;
  return { path, rows, numbers, tally: GradeTally.of({ values, none: numbers.none }) };
}

/** A warning where the scales of some parts differ. */
function differentScales(parts: readonly { path: string; rows: number; tally: GradeTally }[]): string[] {
  const ends = parts.flatMap(({ path, rows, tally: { isScale, low, high } }) =>
    isScale && rows >= FEWEST_RATINGS ? [{ path, low, high }] : [],
  );
  const [least, ...others] = ends.toSorted((a, b) => a.high - b.high);
  const most = others.at(-1);
  if (!least || !most || most.high < ANOTHER_SCALE * least.high) return [];
  const scale = ({ path, low, high }: typeof least) => `from ${low} to ${high} in ${path}`;
  return [
    `ratings go ${scale(least)} and ${scale(most)}, and are read as one scale\n  bring them to one before; --ratings scale says that they are`,
  ];
}

/** True for two sets of several ids that have none in common. @param ids one per row. @param count how many there are in all files. */
function areApart(ids: Uint32Array, others: Uint32Array, count: number): boolean {
  const has = new Uint8Array(count);
  for (const id of ids) has[id] = 1;
  let different = 0;
  for (const flag of has) different += flag;
  const apart = new Set<number>();
  for (const id of others) {
    if (has[id] === 1) return false;
    if (apart.size < FEWEST_IDS) apart.add(id);
  }
  return different >= FEWEST_IDS && apart.size >= FEWEST_IDS;
}
