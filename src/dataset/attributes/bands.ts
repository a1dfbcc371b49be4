import { numberIn } from '../../csv/cell-values.js';

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
    const to = endOfBand(numbers, from, Math.max(FEWEST_IN_BAND, (count - from) / Math.max(1, left)));
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
