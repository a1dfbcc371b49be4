import { LONGEST_NUMBER } from '../../csv/cells.js';

/** A range of numbers: ends are inclusive, `text` is "low–high" as the cells write them. */
export interface Band {
  low: number;
  high: number;
  text: string;
}

const MOST_BANDS = 8;
/** A band that fewer entities share says little. */
const FEWEST_IN_BAND = 10;

/**
 * Cuts the numbers of a column into up to 8 bands with about equally many cells each, at least 10.
 *
 * @param cells all of them numbers (`numberIn`). Equal numbers fall into one band.
 * @returns bands in rising order, every number in one of them; none if there would be fewer than two.
 */
export function bandsOf(cells: readonly string[]): Band[] {
  const numbers = cells.map((cell) => ({ text: cell.trim().toLowerCase(), value: numberIn(cell) }));
  numbers.sort((a, b) => a.value - b.value);
  const count = numbers.length;
  const bands: Band[] = [];
  let left = Math.min(MOST_BANDS, Math.floor(count / FEWEST_IN_BAND));
  for (let from = 0; from < count; left = Math.max(1, left - 1)) {
    const to = endOfBand(numbers, from, (count - from) / Math.max(1, left));
    const [lowest, highest] = [numbers[from]!, numbers[to - 1]!];
    const text = lowest.value === highest.value ? lowest.text : `${lowest.text}–${highest.text}`;
    bands.push({ low: lowest.value, high: highest.value, text });
    from = to;
  }
  return bands.length < 2 ? [] : bands;
}

/** The end of the band that begins at `from`: as near to `size` numbers as equal numbers and `FEWEST_IN_BAND` allow. */
function endOfBand(numbers: readonly { value: number }[], from: number, size: number): number {
  const count = numbers.length;
  let before = from;
  let to = from;
  while (to < count && to - from < size) {
    before = to;
    for (const { value } = numbers[to]!; to < count && numbers[to]!.value === value; ) to++;
  }
  const nearer = size - (before - from) < to - from - size;
  if (nearer && before - from >= FEWEST_IN_BAND) to = before;
  return count - to < FEWEST_IN_BAND ? count : to;
}

/** The band that a number of the column falls into. */
export function bandOf(value: number, bands: readonly Band[]): Band | undefined {
  return bands.find(({ high }) => value <= high);
}

/** Signs and abbreviations of currencies. */
const MONEY = String.raw`(?:\p{Sc}|[A-Z]{1,2}\$|EUR|USD|GBP|CHF|JPY|CNY|INR|PLN|CZK|SEK|NOK|DKK|HUF|RON|TRY|BRL|CAD|AUD|MXN|RUB|UAH|KRW|kr\.?|zł)`;
const NUMBER = new RegExp(String.raw`^${MONEY}?\s?([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s?${MONEY}?$`, 'iu');
const THOUSANDS = /^[^,]*\b\d{1,3}(?:,\d{3})+(?![\d,])/;
const DECIMAL_COMMA = /^([^,]*\d),(\d+)(?!\d)([^,]*)$/;
/** In `1.234,56` and `1.234.567` the points can only separate thousands; `1.234` is read as a fraction. */
const EUROPEAN = /^(\D*\d{1,3})((?:\.\d{3})+)(?:,(\d+)(\D*)|(?<=\..*\.\d{3})(\D*))$/;
/** Thousands separated as in Switzerland (1'234) and France (1 234). */
const SPACED_THOUSANDS = /^(\D*\d{1,3})((?:[\s'’]\d{3})+)(?!\d)/;

/** The number in a cell, with or without a currency; NaN if it is none. A comma before three digits separates thousands. */
export function numberIn(cell: string): number {
  const text = cell.trim();
  if (text.length > LONGEST_NUMBER) return Number.NaN;
  const whole = text
    .replace(SPACED_THOUSANDS, (_, first, groups: string) => first + groups.replace(/\D/g, ''))
    .replace(EUROPEAN, (_, first, groups: string, decimals = '0', ...ends) => {
      const [end = ends[1]] = ends;
      return `${first}${groups.replaceAll('.', '')}.${decimals}${end ?? ''}`;
    });
  const plain = THOUSANDS.test(whole) ? whole.replaceAll(',', '') : whole.replace(DECIMAL_COMMA, '$1.$2$3');
  const match = NUMBER.exec(plain);
  return match ? Number(match[1]) : Number.NaN;
}
