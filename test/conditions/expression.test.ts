import { describe, expect, test } from 'vitest';
import { parseExpression } from '../../src/conditions/expression.js';
import { ExitCode, Failure } from '../../src/failure.js';

function refusalOf(text: string): Failure {
  try {
    parseExpression(text, '--where');
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`accepted: ${text.slice(0, 80)}`);
}

test('parsing returns the columns of an expression with their positions', () => {
  const { root } = parseExpression('price < 5 and item.`Unit Price` > 1 or USER.country in [my list]', '--where');
  const price = { type: 'compare', left: { side: undefined, name: 'price', at: 0 } };
  const unitPrice = { type: 'compare', left: { side: 'item', name: 'Unit Price', at: 14 } };
  const [left, right] = [
    { side: 'user', name: 'country', at: 39 },
    { side: undefined, name: 'my list', at: 55 },
  ];
  expect(root).toMatchObject({
    type: 'any',
    parts: [
      { type: 'all', parts: [price, unitPrice] },
      { type: 'in', left, right },
    ],
  });
});

test('"not" binds tightest, then "and", then "or"', () => {
  const { root } = parseExpression('not a = 1 and b = 2 or c = 3', '--where');
  expect(root).toMatchObject({ type: 'any', parts: [{ type: 'all', parts: [{ type: 'not' }, {}] }, {}] });
});

test('a message has a sentence, the expression and a mark under the character', () => {
  const { message, exitCode } = refusalOf('price <= and stock > 0');
  expect(exitCode).toBe(ExitCode.usage);
  expect(message).toBe('--where: expected a value after "<=" (character 10)\n  price <= and stock > 0\n           ^');
});

// ¦ is where the mark is expected; it is not part of the expression.
test.each([
  ['¦', 'expected a value'],
  ['price > 5 or¦', 'expected a value after "or"'],
  ['price¦', 'expected a comparison, like = or <=, after "price"'],
  ['price ¦5', 'expected a comparison, like = or <=, after "price"'],
  ['price <= 5 ¦€', 'expected "and", "or" or the end after "5"'],
  ['price > 5¦)', 'expected "and", "or" or the end after "5"'],
  ['(price > 5¦', 'expected "and", "or" or ")" after "5"'],
  ['price is not ¦5', 'expected "missing" after "not"'],
  ['price is ¦5', 'expected "missing" or "not missing" after "is"'],
  ['price not ¦> 5', 'expected "in" or "contains" after "not"'],
  ['country in ("DE" ¦"FR")', 'expected "," or ")" after "DE"'],
  ['country in (¦)', 'expected a value after "("'],
  ['country in ("DE", ¦x)', 'expected a value after ","'],
  ['"DE" in ¦and', 'expected a column or a list like ("DE", "FR") after "in"'],
  ['"DE" in ¦5', 'expected a column'],
  ['title contains ¦author', 'expected a text in quotes after "contains"'],
  ['¦"Adult" contains "A"', 'expected a column; the name of a column goes without quotes, or in brackets'],
  ['¦"category" = "Books"', 'expected a column; the name of a column goes without quotes, or in brackets'],
  ['price > 5 and ¦3 < 4', 'expected a column'],
  ['title = ¦"Potter', 'the quote " is not closed'],
  ["title = ¦'Potter", "the quote ' is not closed"],
  ['¦`title = 5', 'the quote ` is not closed'],
  ['¦[title = 5', 'the bracket [ is not closed'],
  ['language = ¦“en”', 'expected a value after "="'],
  ['added >= now ¦- 30', 'expected a time like 12h, 30d or 2w after "now"'],
  ['added >= ¦2020-02-31', 'there is no day or time 2020-02-31'],
  ['added >= ¦31.12.2020', '31.12.2020 is not clear; write the year first, like 2020-12-31'],
  ['  añadido = "ü😀" and ¦and', 'expected a value after "and"'],
])('%s is refused at ¦: %s', (marked, sentence) => {
  const [before = '', behind = ''] = marked.split('¦');
  const letters = [...before].length;
  expect(refusalOf(before + behind).message).toBe(
    `--where: ${sentence} (character ${letters + 1})\n  ${before}${behind}\n  ${' '.repeat(letters)}^`,
  );
});

test('line breaks and control characters do not shift the mark, and long expressions are truncated around it', () => {
  const [, shown, mark] = refusalOf(
    `${'price > 1 and\n'.repeat(50)}stock >\u0007${' or x = 1'.repeat(50)}`,
  ).message.split('\n');
  expect(shown?.length).toBeLessThan(82);
  expect(shown?.at(mark?.indexOf('^') ?? -1)).toBe(' ');
  expect(shown).toMatch(/^ {2}….*stock > {2}or x = 1 or.*…$/);
});

describe('the work for hostile expressions is bounded:', () => {
  test('more than 10,000 characters are refused', () => {
    const longest = `price in (${'1,'.repeat(4994)}1)`;
    expect(longest).toHaveLength(10_000);
    expect(parseExpression(longest, '--where').root).toMatchObject({ type: 'compare', left: { name: 'price' } });
    expect(refusalOf(`${longest} `).message).toBe('--where: the expression has 10001 characters; 10000 are the most');
  });

  test.each(['(', 'not '])('more than 100 levels of "%s" are refused at the first that is too deep', (opening) => {
    const deepest = `${opening.repeat(100)}a = 1${opening === '(' ? ')'.repeat(100) : ''}`;
    expect(JSON.stringify(parseExpression(deepest, '').root)).toContain('"name":"a"');
    const { message } = refusalOf(opening.repeat(10_000 / opening.length));
    expect(message).toContain(`nested more than 100 deep (character ${100 * opening.length + 1 + opening.length})`);
  });

  test('no text of 10,000 characters takes noticeable time', () => {
    const before = process.cpuUsage();
    for (const text of ['"', "''", 'a.', '1', '2020-', '`', '[', '+ ', ' ', 'item.', '('])
      expect(() => parseExpression(text.repeat(10_000 / text.length), '--where')).toThrow(Failure);
    expect(process.cpuUsage(before).user).toBeLessThan(1e6);
  });
});
