import { readFileSync } from 'node:fs';
import { emptyRows, type SparseRows } from '../src/matrix/sparse.js';
import type { Observations } from '../src/model/evidence.js';

const COMMA = 44;
const NEWLINE = 10;
const POINT = 46;

/**
 * Reads a file of `writeRatings` without the program's reader, so that benches of learning and scoring do not wait for that. It can read no
 * other files. Items are numbered in the order of their first occurrence, as in the program; strengths are about the same.
 */
export function observationsIn(path: string): Observations {
  const interactions = interactionsIn(readFileSync(path));
  const { rows: users, columns: items } = interactions;
  return {
    interactions,
    offered: new Uint8Array(items).fill(1),
    attributes: emptyRows(items, 0),
    groups: emptyRows(users, 0),
    preferences: emptyRows(users, 0),
  };
}

function interactionsIn(bytes: Buffer): SparseRows {
  let rows = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === NEWLINE) rows++;
  rows--;
  const index = new Uint32Array(rows);
  const value = new Float32Array(rows);
  const start: number[] = [];
  const numberOf: number[] = [];
  let items = 0;
  let at = bytes.indexOf(NEWLINE) + 1;
  const whole = (end: number) => {
    let number = 0;
    for (; bytes[at] !== end; at++) if (bytes[at] !== POINT) number = number * 10 + bytes[at]! - 48;
    at++;
    return number;
  };
  for (let row = 0, last = -1; row < rows; row++) {
    const user = whole(COMMA);
    if (user !== last) start.push(row);
    last = user;
    const item = whole(COMMA);
    numberOf[item] ??= items++;
    index[row] = numberOf[item]!;
    const halves = bytes[at + 1] === POINT ? whole(COMMA) / 5 : 2 * whole(COMMA);
    value[row] = Math.min(2, Math.max(0.25, 1 + (0.8 * (halves / 2 - 3.5)) / 4.5));
    whole(NEWLINE);
  }
  start.push(rows);
  const unsorted = { rows: start.length - 1, columns: items, start: Uint32Array.from(start), index, value };
  sortRows(unsorted);
  return unsorted;
}

function sortRows({ rows, start, index, value }: SparseRows): void {
  for (let row = 0; row < rows; row++) {
    const from = start[row]!;
    const order = Uint32Array.from({ length: start[row + 1]! - from }, (_, k) => from + k);
    order.sort((a, b) => index[a]! - index[b]!);
    index.set(
      order.map((e) => index[e]!),
      from,
    );
    value.set(
      Float32Array.from(order, (e) => value[e]!),
      from,
    );
  }
}
