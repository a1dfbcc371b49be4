import { isMissing, truthIn, typedColumn } from '../../conditions/typed-column.js';
import { numberIn } from '../../csv/cell-values.js';
import { type CellColumn, shown } from '../../csv/cells.js';
import { dayText } from '../../events/clock.js';
import type { DayOrder } from '../../events/day-month.js';
import { columnKey } from '../../understanding/vocabulary.js';

/** What is done with catalogue columns that say what can be sold: they decide, or a note tells what they would leave out. */
export type Availability = 'honour' | 'ignore';

/** What cells hold: true or words like "active"; words alone; true where it may not be sold; how many are left; from when; until when. */
type Meaning = 'flag' | 'status' | 'gone' | 'stock' | 'from' | 'until';

/** Header names, as `columnKey` makes them. A quantity counts only if its name says stock: others are numbers sold, or packed. */
const NAMES: Readonly<Record<Meaning, string>> = {
  flag: `instock isinstock stockstatus available isavailable availability availabilitystatus isactive active active01 enabled
    isenabled visible isvisible published ispublished forsale isforsale sellable issellable purchasable isopen lieferbar verfugbar aktiv disponible actif activo disponibile
    attivo disponivel ativo beschikbaar dostepny`,
  status: 'status productstatus itemstatus',
  gone: `outofstock isoutofstock soldout issoldout discontinued isdiscontinued archived isarchived deleted isdeleted hidden ishidden
    unavailable isunavailable unpublished ausverkauft`,
  stock: `stock stocklevel stockquantity stockqty quantityinstock qtyinstock unitsinstock stockonhand inventory inventoryquantity
    inventorylevel bestand lagerbestand giacenza estoque voorraad 在庫数 库存`,
  from: 'availablefrom availablefromdate availablesince validfrom activefrom publishedfrom publishfrom onlinefrom publishedat',
  until: `availableuntil availableto availabletill availablethrough validuntil validto activeuntil activeto publisheduntil
    publishuntil onlineuntil expirationdate expiresat discontinuedat archivedat deletedat unpublishedat`,
};
const MEANINGS = new Map(
  Object.entries(NAMES).flatMap(([meaning, names]) =>
    names.split(/\s+/).map((name) => [columnKey(name), meaning as Meaning]),
  ),
);

const SOLD = `instock available active enabled live published publish forsale visible preorder backorder onbackorder
  limitedavailability limitedstock lowstock lieferbar auflager verfugbar aktiv disponible enstock actif activo
  attivo disponibile disponivel ativo beschikbaar opvoorraad dostepny вналичии 在庫あり 販売中 有货 上架 판매중`;
const NOT_SOLD = `outofstock soldout unavailable notavailable inactive disabled draft archived archive unpublished private
  pending trash deleted discontinued hidden suspended expired removed retired nichtlieferbar nichtverfugbar ausverkauft
  vergriffen inaktiv indisponible epuise rupturedestock agotado inactivo
  nonattivo esaurito indisponivel inativo esgotado nietbeschikbaar uitverkocht niedostepny нетвналичии 在庫なし 品切れ 販売終了 缺货 无货 下架 품절 판매중지`;
const WORDS = new Map(
  [SOLD, NOT_SOLD].flatMap((words, at) => words.split(/\s+/).map((word) => [word, 1 - at] as const)),
);
/** Names that hardly mean anything else, unlike `published`, which may be a year. */
const SURELY = /stock|sold|avail|lieferbar|verf|dispon|expir|valid|until|bestand|voorraad|在庫|库存/;
const LONGEST_WORD = 60;

/** If a smaller share of the filled cells is understood, the column is about something else. */
const LEAST_UNDERSTOOD = 0.9;
const DAY = 86_400;

/**
 * Finds out which items can be sold from columns of their catalogue, row by row.
 * @param mode undefined: these columns are not looked at.
 */
export function availabilityReader(header: readonly string[], mode: Availability | undefined) {
  const named = [...header.entries()].filter(([, name]) => mode && isAvailabilityName(name));
  const columns = named.map(([at, name]) => ({ at, name, cells: [] as string[] }));
  const itemOf: number[] = [];
  return {
    /** Takes the cells of a row about an item. */
    take(cells: readonly string[], item: number): void {
      if (columns.length > 0) itemOf.push(item);
      for (const column of columns) column.cells.push(cells[column.at] ?? '');
    },

    /**
     * The result of all rows. A cell that is missing or not understood does not exclude its row. An item with several rows, one per
     * variant, can be sold if one of them can.
     *
     * @param now seconds since 1970. @param dayOrder as `--date-order` says.
     * @returns by item, 1 where it can be sold; undefined where no column says so.
     */
    of(
      items: number,
      now: number,
      dayOrder: DayOrder | undefined,
    ): { available: Uint8Array | undefined; notes: string[]; warnings: string[] } {
      const all = columns.map((column) => verdictsOf(column, now, dayOrder));
      const understood = all.filter((each) => each.isUnderstood);
      const warnings = all.flatMap(({ name, isUnderstood, odd: { example } }) =>
        isUnderstood || example === '' || mode !== 'honour' || !SURELY.test(columnKey(name))
          ? []
          : [
              `${shown(name)} seems to say what can be sold, and ${example} or the like is not understood, so it excludes nothing\n  --where says it in another way, --availability ignore ends this warning`,
            ],
      );
      // If the shop says what is available, an item without stock may be on order.
      const isFlagged = understood.some(
        ({ meaning, name }) => meaning === 'flag' && /stock|avail|lieferbar|verf|dispon/i.test(name),
      );
      const used = understood.filter(({ meaning }) => meaning !== 'stock' || !isFlagged);
      if (used.length === 0) return { available: undefined, notes: [], warnings };
      const available = new Uint8Array(items);
      itemOf.forEach((item, row) => {
        if (used.every(({ verdicts }) => verdicts[row] !== 0)) available[item] = 1;
      });
      const left = available.reduce((total, flag) => total + flag, 0);
      const names = used.map(({ name }) => shown(name)).join(', ');
      const isTimed = used.some(({ meaning }) => meaning === 'from' || meaning === 'until');
      const day = isTimed ? ` on ${dayText(now)}` : '';
      const note =
        mode === 'ignore'
          ? `${names} not looked at; --availability honour would take ${left} of ${items} items`
          : `by ${names}${day}, ${left} of ${items} items can be recommended; --availability ignore takes all`;
      const odd = used.filter((each) => each.odd.count > 0);
      const oddNotes = odd.map(
        ({ name, odd: { count, example } }) =>
          `${shown(name)} says ${example} or the like in ${count} rows, which excludes nothing`,
      );
      return { available, notes: [note, ...oddNotes], warnings };
    },
  };
}

/** True for a column name that may say what can be sold. */
export function isAvailabilityName(name: string): boolean {
  return MEANINGS.has(columnKey(name));
}

/** Verdicts by row: 1 where the item can be sold, 0 where it cannot, NaN where the cell does not say. */
function verdictsOf(column: CellColumn, now: number, dayOrder: DayOrder | undefined) {
  const { name, cells } = column;
  const meaning = MEANINGS.get(columnKey(name)) ?? 'flag';
  const typed = typedColumn(column, dayOrder);
  const isTime = meaning === 'from' || meaning === 'until';
  const values = isTime ? typed.numbers('dates') : undefined;
  const verdicts = new Float64Array(cells.length);
  const odd = { count: 0, example: '' };
  let filled = 0;
  cells.forEach((cell, row) => {
    if (isMissing(cell)) {
      verdicts[row] = Number.NaN;
      return;
    }
    filled++;
    const time = values?.isReadable ? (values.values[row] ?? Number.NaN) : Number.NaN;
    const verdict = isTime ? timeVerdict(meaning, time, now) : cellVerdict(meaning, cell);
    verdicts[row] = verdict;
    if (Number.isNaN(verdict) && odd.count++ === 0) odd.example = shown(cell);
  });
  const isUnderstood = filled > 0 && filled - odd.count >= LEAST_UNDERSTOOD * filled;
  return { name, meaning, verdicts, odd, isUnderstood };
}

function cellVerdict(meaning: Meaning, cell: string): number {
  const truth =
    meaning === 'status' || (meaning === 'stock' && Number.isNaN(numberIn(cell))) ? Number.NaN : truthIn(cell);
  if (meaning === 'gone' && /^[x✓✔☑]$/i.test(cell.trim())) return 0;
  if (!Number.isNaN(truth)) return meaning === 'gone' ? 1 - truth : truth;
  const key = cell.length > LONGEST_WORD ? '' : columnKey(cell.replace(/^https?:\/\/schema\.org\//, ''));
  return meaning === 'gone' ? Number.NaN : (WORDS.get(key) ?? Number.NaN);
}

/** A date without a time of day lasts until the end of the day. */
function timeVerdict(meaning: Meaning, time: number, now: number): number {
  if (Number.isNaN(time)) return time;
  if (meaning === 'from') return Number(time <= now);
  return Number(now < time + (time % DAY === 0 ? DAY : 0));
}
