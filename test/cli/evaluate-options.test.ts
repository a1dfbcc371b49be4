import { describe, expect, it, vi } from 'vitest';
import { evaluate } from '../../src/cli/evaluate-options.js';
import { parse } from '../../src/cli/values.js';
import { ExitCode, Failure } from '../../src/failure.js';

const parsed = (...args: string[]) => parse(evaluate, ['-u', 'u.csv', ...args], '')!;

/** The failure of an invalid command line, and what commander printed. */
function refused(args: readonly string[]): { failure: unknown; printed: string } {
  let printed = '';
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    parse(evaluate, args, '');
  } catch (failure) {
    return { failure, printed };
  } finally {
    write.mockRestore();
  }
  throw new Error('it was not refused');
}

describe('parsing the options of evaluate', () => {
  it('gives the documented defaults', () => {
    expect(parsed()).toMatchObject({
      users: ['u.csv'],
      items: undefined,
      test: undefined,
      split: undefined,
      holdout: 0.2,
      algorithms: ['auto', 'popular'],
      at: [10, 20],
      sampleUsers: undefined,
      seed: 1,
      by: [],
      format: 'table',
      output: '-',
      perUser: undefined,
      report: undefined,
      badRows: 'stop',
    });
  });

  it('lists each algorithm once, in the given order, and adds popular', () => {
    expect(parsed('--algorithms', 'ridge, cosine,ridge').algorithms).toEqual(['ridge', 'cosine', 'popular']);
    expect(parsed('--algorithms', 'popular,auto').algorithms).toEqual(['popular', 'auto']);
  });

  it('gives --attribute-weight to every algorithm that uses attributes and does not set its own weight', () => {
    const algorithms = ['--algorithms', 'ridge,cosine:attribute-weight=1,popular'];
    expect(parsed(...algorithms, '--attribute-weight', '2').algorithms).toEqual([
      'ridge:attribute-weight=2',
      'cosine:attribute-weight=1',
      'popular',
    ]);
  });

  it('reads the options of rules and evidence, with ages and dates in seconds', () => {
    const { rules, evidence } = parsed(
      '--exclude-previous',
      'a.csv',
      '--exclude-previous',
      'b.csv',
      '--half-life',
      '12h',
    );
    expect(rules).toMatchObject({
      files: { excludePrevious: ['a.csv', 'b.csv'] },
      coldUsers: 'popular',
      minHistory: 0,
    });
    expect(evidence).toEqual({ halfLife: 43_200 });
    expect(parsed('--since', '2024-06-30', '--now', '2024-06-30T12:00+02:00').evidence).toEqual({
      since: Date.UTC(2024, 5, 30) / 1000,
      now: Date.UTC(2024, 5, 30, 10) / 1000,
    });
    expect(parsed().evidence).toBeUndefined();
  });

  it('sorts the cuts and removes duplicates', () => {
    expect(parsed('--at', '20,5,20').at).toEqual([5, 20]);
  });

  it.each([
    ['0.1', 0.1],
    ['.25', 0.25],
    ['1', 1],
    ['12', 12],
  ])('accepts a holdout of %s', (text, holdout) => {
    expect(parsed('--holdout', text).holdout).toBe(holdout);
  });

  it('takes the same input options as the main command', () => {
    const options = parsed('-i', 'i.csv', '--rating-col', 'stars', '--attributes', 'a, b', '--delimiter', 'tab');
    expect(options).toMatchObject({
      items: 'i.csv',
      named: { rating: ['stars'] },
      attributeColumns: ['a', 'b'],
      delimiter: '\t',
    });
  });

  it('returns a frozen object', () => {
    expect(Object.isFrozen(parsed())).toBe(true);
  });

  it.each([
    ['no users', []],
    ['a holdout of 0', ['-u', 'u.csv', '--holdout', '0']],
    ['a fraction above 1 as holdout', ['-u', 'u.csv', '--holdout', '1.5']],
    ['a list of 0 items', ['-u', 'u.csv', '--at', '10,0']],
    ['an empty algorithm name', ['-u', 'u.csv', '--algorithms', 'auto,']],
    ['an unknown split', ['-u', 'u.csv', '--split', 'first']],
    ['a seed that is not a number', ['-u', 'u.csv', '--seed', 'x']],
    ['a test file and a split', ['-u', 'u.csv', '--test', 't.csv', '--split', 'last']],
    ['a test file and a holdout', ['-u', 'u.csv', '--test', 't.csv', '--holdout', '0.2']],
    ['two files from one standard input', ['-u', '-', '--test', '-']],
    ['two outputs to standard output', ['-u', 'u.csv', '--per-user', '-']],
    ['an output that is an input', ['-u', 'u.csv', '--test', 't.csv', '-o', './t.csv']],
    ['a --per-user file that is also an input', ['-u', 'u.csv', '--per-user', 'u.csv']],
    ['one file for two outputs', ['-u', 'u.csv', '-o', 'a.csv', '--per-user', 'a.csv']],
    ['a misspelled word for --bad-rows', ['-u', 'u.csv', '--bad-rows', 'skipp']],
    ['a report that is not HTML', ['-u', 'u.csv', '--report', 'r.pdf']],
    ['an argument without an option', ['-u', 'u.csv', '--seed', '1', 'x.csv']],
  ])('refuses %s with 2 and a reason', (_, args) => {
    const { failure, printed } = refused(args);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ exitCode: ExitCode.usage });
    expect(printed + (failure as Failure).message).not.toBe('');
  });
});
