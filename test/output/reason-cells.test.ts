import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packedTexts } from '../../src/csv/quoted-cells.js';
import { GrowingBytes } from '../../src/output/bytes.js';
import { type ReasonStyle, type Reasons, reasonName, reasonWriter } from '../../src/output/reason-cells.js';
import { anyText, scoreText } from './lists.js';

const COUNTS = { items: 3, preferences: 2, groups: 1, latest: 3 };
const KINDS = ['item', 'item', 'item', 'attribute', 'attribute', 'group', 'follows', 'follows', 'follows', 'popular'];

interface Case {
  names: string[];
  /** The amount that each cause contributes. */
  parts: number[];
  named: number;
  factor: number;
  digits: number;
}

/** The reasons of one item, in the form in which an explainer gives them. */
function reasonsOf({ parts, named, factor }: Case): { score: number; reasons: Reasons } {
  const met = [...parts.entries()].filter(([, part]) => part !== 0).sort(([s, a], [t, b]) => b - a || s - t);
  const sum = parts.reduce((a, b) => a + b, 0);
  const kept = named + 1;
  const largest = met.slice(0, kept);
  return {
    score: sum > 0 ? sum * factor : sum / factor,
    reasons: {
      kept,
      parts: Uint32Array.of(met.length),
      cause: Uint32Array.from(largest, ([cause]) => cause),
      amount: Float64Array.from(largest, ([, part]) => part),
      sum: Float64Array.of(sum),
      factor: Float64Array.of(factor),
      source: Uint8Array.of(0),
    },
  };
}

function written(some: Case, style: ReasonStyle): string {
  const out = new GrowingBytes();
  const cells = packedTexts(some.names, (name) => reasonName(name, style));
  const { score, reasons } = reasonsOf(some);
  reasonWriter(style, { cells, counts: COUNTS }, some.digits)(out, score, reasons, 0);
  return Buffer.from(out.copy()).toString();
}

const amount = fc.oneof(
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.constantFrom(0, 0, 0.5, 1 / 3, 1e-9, -1e-9, 1e-30, 12345.6789, -12345.6789),
);
const cases: fc.Arbitrary<Case> = fc.record({
  names: fc.array(fc.oneof(anyText, fc.constantFrom('a; b', 'c;', ';', 'Steins;Gate', 'x 0.5; y')), {
    minLength: 6,
    maxLength: 6,
  }),
  parts: fc.array(amount, { minLength: 10, maxLength: 10 }),
  named: fc.integer({ min: 1, max: 12 }),
  factor: fc.constantFrom(1, 1, 1.2, 0.81),
  digits: fc.oneof(fc.constant(6), fc.integer({ min: 1, max: 15 })),
});

/** A number as text in units of 10^-400. */
function units(text: string): bigint {
  const [, sign, whole = '', part = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
  return BigInt(`${sign}${whole}${part}`) * 10n ** BigInt(400 - part.length + Number(exponent));
}

interface Part {
  because: string;
  score: string;
}

/** Splits a cell as documented: at `; `, then at the last space. */
function cut(text: string): Part[] {
  return text.split('; ').map((part) => {
    const at = part.lastIndexOf(' ');
    return { because: part.slice(0, at), score: part.slice(at + 1) };
  });
}

test('the parts add up to the score exactly, as written, in every style', () => {
  fc.assert(
    fc.property(cases, (some) => {
      const parts = cut(written(some, 'text'));
      const { score } = reasonsOf(some);
      const total = parts.reduce((sum, part) => sum + units(part.score), 0n);
      expect(total).toBe(units(scoreText(score, some.digits)));
      expect(parse(written(some, 'cell'))).toEqual([[written(some, 'text')]]);
      const objects = [...written(some, 'json').matchAll(/"score":([^}]*)\}/g)].map(([, text]) => text);
      expect(objects).toEqual(parts.map((part) => part.score));
    }),
    { numRuns: 2000 },
  );
});

test('the requested number of largest parts is named, and the others are counted', () => {
  fc.assert(
    fc.property(cases, (any) => {
      const some = { ...any, names: BOOKS };
      const { reasons } = reasonsOf({ ...some, named: 20 });
      const parts: { because: string; kind: string; score: number }[] = JSON.parse(written(some, 'json'));
      const causes = parts.filter(({ kind }) => !['other', 'factor'].includes(kind));
      const others = parts.find(({ kind }) => kind === 'other');
      const count = reasons.parts[0]!;
      if (others) expect(Number.parseInt(others.because, 10)).toBeGreaterThan(count === some.named + 1 ? 2 : 1);
      expect(causes.length).toBeLessThanOrEqual(Math.max(1, count <= some.named + 1 ? count : some.named));
      const scores = causes.map((part) => part.score);
      // The first part absorbs the rounding error.
      expect(scores.slice(1)).toEqual(scores.slice(1).toSorted((a, b) => b - a));
      const order = Array.from(reasons.cause, (cause) => `${KINDS[cause]} ${nameOf(some, cause)}`);
      const named = causes.map(({ kind, because }) => `${kind} ${because}`);
      expect(order.filter((each) => named.includes(each)).slice(0, named.length)).toEqual(count === 0 ? [] : named);
    }),
    { numRuns: 1000 },
  );
});

function nameOf({ names }: Case, cause: number): string {
  return cause === 9 ? 'popular' : names[cause < 6 ? cause : cause - 6]!;
}

const BOOKS = ['Dune', 'Emma; a novel', 'Ulysses\n', 'genres:war', 'genres:sea', 'country:ie'];
const some = { names: BOOKS, named: 3, factor: 1, digits: 3 };

test('reasons are a readable text in a cell, and objects in JSON', () => {
  const parts = [0.41, 0.02, 0.03, 0.12, 0, 0.01, 0.2, 0, 0, 0.05];
  expect(written({ ...some, parts }, 'cell')).toBe('"Dune 0.41; follows Dune 0.2; genres:war 0.12; 4 others 0.11"');
  expect(written({ ...some, parts: parts.map((part, k) => (k === 1 || k === 9 ? part : 0)) }, 'text')).toBe(
    'popular 0.05; Emma, a novel 0.02',
  );
  expect(JSON.parse(written({ ...some, parts: [0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0.25], factor: 1.2 }, 'json'))).toEqual([
    { because: 'Emma; a novel', kind: 'item', score: 0.5 },
    { because: 'popular', kind: 'popular', score: 0.25 },
    { because: '× 1.2', kind: 'factor', score: 0.15 },
  ]);
});

test('an item without any reason gets "popular 0"', () => {
  expect(written({ ...some, parts: Array(10).fill(0) }, 'text')).toBe('popular 0');
});

test('parts that cancel out up to the last digits of doubles are written as one sum', () => {
  const parts = [1e6, -1e6, 0, 0, 0, 0, 0, 0, 0, 1e-10];
  expect(written({ ...some, parts, digits: 6 }, 'text')).toMatch(/^3 others 1(\.\d+)?e-10$/);
});
