import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeEach, describe, expect, test } from 'vitest';
import { Group } from '../../src/cli/help-groups.js';
import { explain } from '../../src/cli/question-options.js';
import { recommend } from '../../src/cli/recommend-options.js';
import { countingInteractions } from '../../src/dataset/evidence-rules.js';
import { firstRows, type SparseRows } from '../../src/matrix/sparse.js';
import { rounded } from '../../src/output/bytes.js';
import { audienceOf } from '../../src/ranking/audience.js';
import { Mark } from '../../src/ranking/list-rules.js';
import { SavedModel } from '../../src/saved-model/saved-model.js';
import { temporaryFolders } from '../files/temporary.js';
import { denseOf } from '../model/worlds.js';
import { coveringArray } from '../rules/pairwise.js';
import { isOpen, slowList, WHERE, type World } from '../rules/worlds.js';
import { put } from './data.js';
import { fixtures, runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

/*
 * Pairwise test of all options that control lists: every two values of different options occur together in some run. Each run gives the
 * lists that the plainest code (`slowList`) makes from the learned model, and obeys the laws of all lists. The saved model gives the same.
 */

const newFolder = temporaryFolders();
keepWorkersInProcess();
const [USERS, ITEMS] = [18, 30];
const DAY = 86_400;
const dayOf = (time: number) => new Date(time * 1000).toISOString().slice(0, 10);
const dated = (day: string) => Date.parse(`${day}T00:00Z`) / 1000;
const [NOW, SINCE] = [dated('2024-06-01'), dated('2024-03-01')];
const range = (count: number) => [...Array(count).keys()];

interface Event {
  user: string;
  item: number;
  rating: number;
  time: number;
}

/** Events of two tastes over half a year, of 16 users with profiles and 12 without; the last two profiles have no events. */
const EVENTS: Event[] = [...range(USERS - 2), ...range(12).map((k) => 40 + k)].flatMap((u) =>
  range(3 + (u % 6)).map((k) => ({
    user: `u${u}`,
    item: (2 * (u * 3 + k * k) + (k % 4 === 3 ? 1 : u % 2)) % (ITEMS - 1),
    rating: 1 + ((u + 2 * k) % 5),
    time: dated('2024-01-01') + ((u * 7 + k * 31) % 180) * DAY,
  })),
);
const COUNTRIES = range(USERS).map((u) => (u === USERS - 1 ? '' : (['FR', 'de'][u % 2] ?? '')));
const BUDGETS = range(USERS).map((u) => (u === USERS - 1 ? Number.NaN : u % 4));
const KINDS = range(ITEMS).map((i) => ['tea', 'cup', 'pot|cup', ''][i % 4] ?? '');
const PRICES = range(ITEMS).map((i) => i % 5);
const isInStock = (item: number) => item % 7 !== 3;

/** Which users, items and pairs the files of rules name. */
const isChosen = (user: number) => user % 5 !== 1;
const isOnly = (item: number) => item % 3 !== 1;
const isOut = (item: number) => item % 8 === 2;
const isPair = (user: number, item: number) => (user + item) % 4 === 0;
const isCandidate = (user: number, item: number) => user !== 3 && (user * 5 + item) % 3 !== 0;
const isPrevious = (user: number, item: number) => (user * 3 + item) % 5 === 0;
const previousTime = (item: number) => NOW - (item % 2 === 0 ? 3 : 40) * DAY;

const csv = (header: string, rows: readonly (readonly (string | number)[])[]) =>
  `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`;
const pairsWhere = (isIn: (user: number, item: number) => boolean) =>
  range(USERS).flatMap((u) => range(ITEMS).flatMap((i) => (isIn(u, i) ? [[u, i] as const] : [])));
const PINS = [
  { item: 3, rank: 1 },
  { item: 4, rank: 1, country: 'fr' },
  { item: 7, rank: 2 },
  { item: 9, rank: 1, user: 4 },
];
const BOOSTS = [
  { item: 5, factor: 4 },
  { item: 6, factor: 0.5 },
];
const FILES = {
  'events.csv': csv(
    'user_id,item_id,rating,timestamp',
    EVENTS.map(({ user, item, rating, time }) => [user, `i${item}`, rating, time]),
  ),
  'profiles.csv': csv(
    'user_id,country,budget',
    range(USERS).map((u) => [`u${u}`, COUNTRIES[u] ?? '', BUDGETS[u]! >= 0 ? BUDGETS[u]! : '']),
  ),
  'items.csv': csv(
    'item_id,kind,price,in_stock',
    range(ITEMS).map((i) => [`i${i}`, KINDS[i]!, PRICES[i]!, isInStock(i) ? 'yes' : 'no']),
  ),
  'users.txt': range(USERS)
    .filter(isChosen)
    .map((u) => `u${u}\n`)
    .join(''),
  'only.csv': csv(
    'sku',
    range(ITEMS)
      .filter(isOnly)
      .map((i) => [`i${i}`]),
  ),
  'out.csv': csv(
    'item,why',
    range(ITEMS)
      .filter(isOut)
      .map((i) => [`i${i}`, 'old']),
  ),
  'pairs.csv': csv(
    'item_id,user_id',
    pairsWhere(isPair).map(([u, i]) => [`i${i}`, `u${u}`]),
  ),
  'candidates.csv': csv(
    'user,item',
    pairsWhere(isCandidate).map(([u, i]) => [`u${u}`, `i${i}`]),
  ),
  'previous.csv': csv(
    'user_id,item_id,date',
    pairsWhere(isPrevious).map(([u, i]) => [`u${u}`, `i${i}`, dayOf(previousTime(i))]),
  ),
  'boost.csv': csv(
    'sku,title,factor',
    BOOSTS.map(({ item, factor }) => [`i${item}`, 'Cup', `"${String(factor).replace('.', ',')}"`]),
  ),
  'pins.csv': csv(
    'item_id,rank,country,user_id',
    PINS.map(({ item, rank, country = '', user }) => [`i${item}`, rank, country, user === undefined ? '' : `u${user}`]),
  ),
};

/** The values of each option, with further options that need it; '' leaves the option out. */
const LEARNING = {
  '--algorithm': ['ridge', 'cosine'],
  '--min-rating': ['', '3'],
  '--half-life': ['', '40d'],
  '--since': ['', dayOf(SINCE)],
  '--events-where': ['', 'rating != 1'],
  '--max-history': ['', '2'],
  '--attributes': ['', 'kind'],
  '--attribute-weight': ['', '0', '0.5'],
};
const RULING = {
  '--top': ['5', '40'],
  '--now': ['', dayOf(NOW)],
  '--only-users': ['', 'users.txt'],
  '--min-history': ['', '2'],
  '--cold-users': ['', 'content', 'skip'],
  '--only-items': ['', 'only.csv'],
  '--exclude-items': ['', 'out.csv'],
  '--exclude-pairs': ['', 'pairs.csv'],
  '--candidates': ['', 'candidates.csv'],
  '--exclude-previous': ['', 'previous.csv', 'previous.csv --repeat-after 30d'],
  '--seen-window': ['', '60d', '--include-seen'],
  '--where': ['', 'price < 3', 'price = user.budget'],
  '--availability': ['', 'ignore'],
  '--boost': ['', 'boost.csv'],
  '--boost-where': ['', 'price < 3=2', 'price = user.budget=0.25'],
  '--popularity-penalty': ['', '0.5'],
  '--pin': ['', 'pins.csv'],
  '--explore': ['', '0.3'],
  '--seed': ['', '7'],
  '--min-score': ['', '0.01'],
  '--max-per': ['', 'kind=2', 'kind=1 --max-per price=2'],
  '--diversity': ['', '0.3', '1'],
  '--output-columns': ['', 'rank,item_id=sku,user_id,reasons,kind,score,source'],
  '--reasons': ['', '1'],
  '--source': ['', '--source'],
  '--precision': ['', '3', '12'],
};
/** Options of the same groups that do not control lists: files and formats, and settings, which the tests of the model cover. */
const ELSEWHERE = ['--output', '--format', '--titles', '--safe-csv', '--set', '--tuned', '--retune', '--model'];
type Typed = Partial<Record<keyof typeof LEARNING | keyof typeof RULING, string>>;

const FACTORS = Object.entries({ ...LEARNING, ...RULING });
const CASES: Typed[] = coveringArray(
  FACTORS.map(([, levels]) => levels.length),
  5,
).map((row) =>
  Object.fromEntries(FACTORS.flatMap(([option, levels], at) => (levels[row[at]!] ? [[option, levels[row[at]!]]] : []))),
);

/** The words of the command line. */
function wordsOf(typed: Typed, among: object): string[] {
  return Object.entries(typed).flatMap(([option, text]) => {
    if (!(option in among)) return [];
    if (text.startsWith('--')) return [text];
    const [first = '', ...more] = option.includes('where') ? [text] : text.split(' ');
    return [option, first, ...more];
  });
}

let folder = '';
beforeEach(() => {
  folder = newFolder();
  for (const [name, text] of Object.entries(FILES)) put(folder, name, text);
});

async function stdoutOf(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runInProcess([...args, '-q'], { folder });
  expect(code, stderr).toBe(0);
  return stdout;
}

const READING = ['-u', 'profiles.csv', '--interactions', 'events.csv', '-i', 'items.csv', '--ratings', 'scale'];

/** Finds in the plainest way which users are served and which items they may get, and collects what `slowList` needs. */
function worldOf(typed: Typed, path: string): World & { served: number[] } {
  const saved = new SavedModel(path, () => '');
  try {
    const { scales, rows, lowRank } = saved.model;
    const { settings } = saved.facts.method;
    const dataset = saved.dataset({ keepColumns: false, now: 0, dayOrder: undefined });
    expect(dataset.userIds.slice(0, USERS)).toEqual(range(USERS).map((u) => `u${u}`));
    const itemIds = dataset.itemIds;
    /** Our item numbers, by the item index of the program. */
    const numbers = itemIds.map((id) => Number(id.slice(1)));
    const some = (byUser: SparseRows) => firstRows(byUser, USERS);
    const { signals } = audienceOf(countingInteractions(dataset), some, settings, { includeSeen: false });

    const now = typed['--now'] === undefined ? Number.POSITIVE_INFINITY : NOW;
    const isRead = ({ rating }: Event) => typed['--events-where'] === undefined || rating !== 1;
    const known = EVENTS.filter((event) => event.time <= now && isRead(event));
    const clock = typed['--now'] === undefined ? Math.max(...known.map(({ time }) => time)) : NOW;
    const eventOf = (u: number, i: number) => known.find(({ user, item }) => user === `u${u}` && item === i);
    const seenFrom = { '60d': clock - 60 * DAY, '--include-seen': Number.POSITIVE_INFINITY }[
      typed['--seen-window'] ?? ''
    ];
    const isSeen = (u: number, i: number) => (eventOf(u, i)?.time ?? Number.NEGATIVE_INFINITY) >= (seenFrom ?? 0);
    const isListed = (i: number) =>
      typed['--exclude-previous']?.includes('30d') ? previousTime(i) >= clock - 30 * DAY : true;
    const where = typed['--where'];
    const holds = (u: number, i: number) =>
      where === undefined || WHERE[where as keyof typeof WHERE](PRICES[i]!, BUDGETS[u]!);
    const isExcluded = (u: number, i: number) =>
      isSeen(u, i) ||
      (typed['--exclude-pairs'] !== undefined && isPair(u, i)) ||
      (typed['--exclude-previous'] !== undefined && isPrevious(u, i) && isListed(i)) ||
      !holds(u, i);
    const isOffered = (i: number) =>
      (typed['--only-items'] === undefined || isOnly(i)) &&
      (typed['--exclude-items'] === undefined || !isOut(i)) &&
      (typed['--availability'] === 'ignore' || isInStock(i)) &&
      (where !== 'price < 3' || PRICES[i]! < 3);

    const history = (u: number) =>
      known.filter(
        ({ user, rating, time }) =>
          user === `u${u}` &&
          rating >= Number(typed['--min-rating'] ?? 0) &&
          time >= (typed['--since'] === undefined ? 0 : SINCE),
      ).length;
    const isCold = (u: number) => history(u) === 0;
    const isServed = (u: number) => {
      if (typed['--only-users'] !== undefined && !isChosen(u)) return false;
      if (typed['--candidates'] !== undefined && !range(ITEMS).some((i) => isCandidate(u, i))) return false;
      if (history(u) < Number(typed['--min-history'] ?? 0)) return false;
      if (typed['--cold-users'] === 'skip') return !isCold(u);
      // With --attributes, only the named attributes count, for users as well.
      const isGrouped = COUNTRIES[u] !== '' && typed['--attributes'] === undefined;
      return typed['--cold-users'] !== 'content' || !isCold(u) || isGrouped;
    };
    const flagsOf = (isIn: (u: number, i: number) => boolean) =>
      range(USERS).map((u) => numbers.map((i) => Number(isIn(u, i))));
    const caps = (typed['--max-per'] ?? '').split(' --max-per ').filter(Boolean);
    const [, condition = '', factor = ''] = /^(.*)=([\d.]+)$/.exec(typed['--boost-where'] ?? '') ?? [];
    const indexOf = (item: number) => numbers.indexOf(item);
    return {
      scene: {
        counts: saved.files.counts,
        scales,
        prior: [...scales.prior],
        rows: range(rows.rows).map((signal) => {
          const { part, from, to } = rows.row(signal);
          const row = Array(ITEMS).fill(0);
          for (let e = from; e < to; e++) row[part.index[e]!] = part.value[e];
          return row;
        }),
        lowRank,
        cuts: [],
        signals: denseOf(signals),
        excluded: flagsOf(isExcluded),
        offered: numbers.map((i) => Number(isOffered(i))),
      },
      rules: {
        ...(typed['--boost'] && { boost: BOOSTS.map((row) => ({ ...row, item: indexOf(row.item) })) }),
        ...(condition && { boostWhere: [{ where: condition as keyof typeof WHERE, factor: Number(factor) }] }),
        ...(typed['--popularity-penalty'] && { popularityPenalty: 0.5 }),
        ...(typed['--pin'] && { pin: PINS.map((row) => ({ ...row, item: indexOf(row.item) })) }),
        ...(typed['--explore'] && { explore: 0.3 }),
        ...(typed['--min-score'] && { minScore: 0.01 }),
        ...(caps.length > 0 && {
          maxPer: caps.map((cap) => ({ column: cap.split('=')[0]!, most: Number(cap.split('=')[1]) })),
        }),
        ...(typed['--diversity'] && { diversity: Number(typed['--diversity']) }),
      },
      kinds: numbers.map((i) => KINDS[i]!),
      prices: numbers.map((i) => PRICES[i]!),
      popularity: [...saved.popularity],
      countries: COUNTRIES,
      budgets: BUDGETS,
      candidates: typed['--candidates'] ? flagsOf(isCandidate) : undefined,
      count: Number(typed['--top']),
      seed: Number(typed['--seed'] ?? 1),
      itemIds,
      userIds: dataset.userIds,
      served: range(USERS).filter(isServed),
    };
  } finally {
    saved.close();
  }
}

type Row = Record<'user_id' | 'rank' | 'score', string> &
  Partial<Record<'item_id' | 'sku' | 'kind' | 'reasons' | 'source', string>>;

/** The expected contents of the rows. */
function expectedRows(typed: Typed, world: ReturnType<typeof worldOf>) {
  const digits = Number(typed['--precision'] ?? 6);
  return world.served.flatMap((user) =>
    slowList(world, user).map(({ item, score, mark }, place) => ({
      user: `u${user}`,
      item: world.itemIds![item]!,
      rank: String(place + 1),
      score: rounded(score, digits),
      mark,
      kind: world.kinds[item]!,
    })),
  );
}

/** The numbers in a cell of reasons: the last word of each. */
const partsOf = (reasons: string) => reasons.split('; ').map((part) => Number(part.split(' ').at(-1)));

/** Checks that a list has no excluded item, and is as full as it can be unless a rule may shorten it. */
function expectFull(world: World, user: number, rows: readonly Row[]): void {
  const open = [...world.scene.offered.keys()]
    .filter((item) => isOpen(world, user, item))
    .map((item) => world.itemIds?.[item]);
  const listed = rows.map(({ item_id, sku }) => item_id ?? sku);
  expect(new Set(listed).size).toBe(listed.length);
  expect(open).toEqual(expect.arrayContaining(listed));
  if (!world.rules.maxPer && world.rules.minScore === undefined)
    expect(listed).toHaveLength(Math.min(world.count, open.length));
}

/** Checks that explain shows the first of the lists. */
async function expectExplained(typed: Typed, model: string, rows: readonly Row[]): Promise<void> {
  const user = rows[0]?.user_id ?? '';
  const { options } = explain.command('');
  const ruling = Object.entries(RULING).filter(
    ([name]) => name !== '--reasons' && options.some(({ long }) => long === name),
  );
  const words = wordsOf(typed, Object.fromEntries(ruling));
  const answer = JSON.parse(
    await stdoutOf(['explain', '--model', model, '--user', user, ...words, '--format', 'json']),
  );
  const own = rows.filter(({ user_id }) => user_id === user);
  expect(answer.items.map(({ item_id }: { item_id: string }) => item_id)).toEqual(
    own.map(({ item_id, sku }) => item_id ?? sku),
  );
}

describe('every pair of values of the list options gives the lists of the slow reference', () => {
  test.each(CASES.map((typed, at) => [wordsOf(typed, { ...LEARNING, ...RULING }).join(' '), typed, at] as const))(
    '%s',
    async (_, typed, at) => {
      const [model, learning, ruling] = [`${at}.rec`, wordsOf(typed, LEARNING), wordsOf(typed, RULING)];
      const text = await stdoutOf([...READING, ...learning, ...ruling, '-j', '1', '--model', model]);
      const rows: Row[] = parse(text, { columns: true });
      const world = worldOf(typed, join(folder, model));
      const expected = expectedRows(typed, world);
      expect(rows).not.toEqual([]);
      expect(
        rows.map(({ user_id, item_id, sku, rank, score }) => [user_id, item_id ?? sku, rank, Number(score)]),
      ).toEqual(expected.map(({ user, item, rank, score }) => [user, item, rank, score]));
      rows.forEach(({ score, reasons, source, kind }, row) => {
        const { mark, kind: known } = expected[row]!;
        if (reasons !== undefined) {
          const sum = partsOf(reasons).reduce((a, b) => a + b, 0);
          expect(Math.abs(sum - Number(score)), reasons).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(sum)));
        }
        if (kind !== undefined) expect(kind).toBe(known);
        const sources = { [Mark.pinned]: ['pinned'], [Mark.explored]: ['explored'] }[mark];
        if (source !== undefined) expect(sources ?? ['history', 'preferences', 'group', 'popular']).toContain(source);
      });
      const header = typed['--output-columns'];
      const added = ['source', 'reasons'].filter((name) => `--${name}` in typed && !header?.includes(name));
      const columns = header?.replace('item_id=', '') ?? ['user_id,item_id,rank,score', ...added].join();
      expect(text.split('\n')[0]).toBe(columns);
      for (const user of world.served)
        expectFull(
          world,
          user,
          rows.filter(({ user_id }) => user_id === `u${user}`),
        );
      // The model alone gives the same bytes, also for the same files, and explains the same list.
      const files = at % 2 === 0 ? [] : [...READING.slice(0, 4), ...wordsOf(typed, { '--events-where': '' })];
      expect(await stdoutOf(['score', '--model', model, ...files, ...ruling, '-j', '2'])).toBe(text);
      await expectExplained(typed, model, rows);
    },
  );

  test('every option that controls lists is among the tested ones', () => {
    const groups: string[] = [Group.want, Group.rules, Group.shape, Group.learn];
    const options = recommend
      .command('')
      .options.filter(({ helpGroupHeading = '' }) => groups.includes(helpGroupHeading));
    const tried = FACTORS.flatMap(([option, levels]) => [option, ...levels.flatMap((text) => text.split(' '))]);
    expect(options.length).toBeGreaterThan(tried.filter((word) => word.startsWith('--')).length / 2);
    expect(options.flatMap(({ long }) => ([...tried, ...ELSEWHERE].includes(long ?? '') ? [] : long))).toEqual([]);
  });
});

test('rules give the same bytes with one worker and with two, in a run of several shards', async () => {
  const books = (name: string) => join(fixtures, 'books', name);
  const rules = [
    ...['--where', 'year > 1950 and "fantasy" in tags', '--min-history', '20', '--boost-where', 'language = "eng"=1.5'],
    ...['--popularity-penalty', '0.2', '--explore', '0.1', '--max-per', 'authors=1', '--diversity', '0.3'],
    ...['--reasons', '--source'],
  ];
  const learned = [
    '-u',
    books('ratings.csv'),
    '-i',
    books('books.csv'),
    '--algorithm',
    'cosine',
    '--model',
    'books.rec',
  ];
  const text = await stdoutOf([...learned, ...rules, '-j', '2']);
  expect(await stdoutOf(['score', '--model', 'books.rec', ...rules, '-j', '1'])).toBe(text);
});
