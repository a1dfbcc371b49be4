import { LONGEST_NUMBER } from './cells.js';

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
