import { expect, test } from 'vitest';
import { AUTO, algorithmsHelp, METHOD_NAMES, methodOf } from '../../src/commands/method.js';
import { Failure } from '../../src/failure.js';
import { ALGORITHMS, algorithmNamed } from '../../src/model/algorithms.js';
import { HYPER_PARAMETERS } from '../../src/model/hyper-parameters.js';
import { DEFAULT_SETTINGS } from '../../src/model/settings.js';

function refusal(name: string, ...assignments: string[]): string {
  try {
    methodOf(name, assignments, '--algorithm');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.exitCode).toBe(2);
    return error.message;
  }
  throw new Error('nothing was refused');
}

test('auto is tuned from the fixed defaults, every other method is as it is named', () => {
  expect(METHOD_NAMES).toEqual([AUTO, ...ALGORITHMS.map(({ name }) => name)]);
  const auto = methodOf(AUTO, [], '--algorithm');
  expect(auto).toEqual({ name: 'auto', settings: DEFAULT_SETTINGS, tuned: true, fixed: new Set() });
  for (const { name, settings } of ALGORITHMS) {
    expect(methodOf(name, [], '--algorithm')).toEqual({ name, settings, tuned: false, fixed: new Set() });
  }
});

test('settings by hand are set in their order and stay fixed', () => {
  const { settings, fixed } = methodOf('cosine', ['neighbors=50', ' recency = 1', 'neighbors=60'], '--algorithm');
  expect(settings).toEqual({ ...algorithmNamed('cosine')!.settings, neighbors: 60, recency: 1 });
  expect(fixed).toEqual(new Set(['neighbors', 'recency']));
  // What is named by others stays as it was.
  expect(methodOf('cosine', [], '--algorithm').settings.neighbors).toBe(200);
});

test('a name that is none is answered with the nearest, all there are, and where to read on', () => {
  expect(refusal('cosinus')).toBe(
    `--algorithm: there is no algorithm "cosinus"; is it cosine? There are ${METHOD_NAMES.join(', ')} (recommend help algorithms)`,
  );
  expect(refusal('xyzzyxyzzy')).toMatch(/^--algorithm: there is no algorithm "xyzzyxyzzy" There are auto, ridge/);
});

test('a setting that is none, or out of its range, is answered with what would do', () => {
  expect(refusal('auto', 'alpha=1')).toMatch(
    /^--set alpha=1: there is no alpha; there are neighbors, lambda, .*\(recommend help algorithms\)$/,
  );
  expect(refusal('auto', 'power=0')).toBe(
    '--set power=0: power is a number from 0.1 to 10, not "0" (recommend help algorithms)',
  );
  expect(refusal('auto', 'power')).toContain('power is a number from 0.1 to 10, not ""');
  expect(refusal('auto', 'power=1=2')).toContain('not "1=2"');
  expect(refusal('auto', '=1')).toContain('there is no ; there are');
});

test('the help tells of every algorithm with its paper, and of every setting with its range and default', () => {
  const help = algorithmsHelp();
  for (const { name, summary, paper } of ALGORITHMS) {
    expect(help).toContain(`  ${name.padEnd(12)}  ${summary}\n`);
    expect(help).toContain(paper);
  }
  for (const { key, setting, effect, low, high } of HYPER_PARAMETERS) {
    expect(help).toContain(key);
    expect(help).toContain(effect);
    expect(help).toContain(`${low} to ${high}; default ${DEFAULT_SETTINGS[setting]}`);
  }
});
