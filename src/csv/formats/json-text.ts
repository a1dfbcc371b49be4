import { messageOf } from '../../failure.js';

const [QUOTE, BACKSLASH] = [0x22, 0x5c];

/** @returns the object that a text holds, or why it cannot be parsed. */
export function parsedRecord(json: string): Readonly<Record<string, unknown>> | string {
  try {
    return JSON.parse(withNumbersAsText(json));
  } catch (error) {
    return `not JSON: ${messageOf(error).replace(/\s+/g, ' ').slice(0, 120)}`;
  }
}

/**
 * Numbers that JavaScript would write differently: those with many digits, trailing zeros or an exponent. Also Python's NaN and
 * Infinity, which are not JSON.
 */
const MAY_CHANGE = /\d{16}|\.\d*0(?!\d)|\d[eE]|-0|NaN|Infinity/;
const NUMBER = /-?\d[\d.eE+-]*|\bNaN\b|-?\bInfinity\b/g;

/** Puts such numbers into quotes: an id of 20 digits keeps all of them. */
export function withNumbersAsText(json: string): string {
  if (!MAY_CHANGE.test(json)) return json;
  let text = '';
  for (let at = 0; at < json.length; ) {
    const quote = json.indexOf('"', at);
    const end = quote < 0 ? json.length : quote;
    text += json.slice(at, end).replace(NUMBER, asText);
    if (quote < 0) break;
    at = stringEnd(json, quote);
    text += json.slice(quote, at);
  }
  return text;
}

/** Leaves what is no number as it is, for the parser to refuse. */
function asText(number: string): string {
  return /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|NaN|-?Infinity)$/.test(number) ? `"${number}"` : number;
}

/** Where the string that begins at `from` ends. */
function stringEnd(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at + 1;
  }
  return json.length;
}
