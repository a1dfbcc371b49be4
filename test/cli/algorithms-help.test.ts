import { expect, test } from 'vitest';
import { algorithmsHelp } from '../../src/cli/algorithms-help.js';
import { ALGORITHMS } from '../../src/model/algorithms.js';
import { DEFAULT_SETTINGS, HYPER_PARAMETERS } from '../../src/model/settings.js';

test('the help lists every algorithm with its paper, and every setting with its range and defaults', () => {
  // Line breaks do not matter.
  const help = algorithmsHelp().replaceAll(/\s+/g, ' ');
  for (const { name, summary, paper } of ALGORITHMS) expect(help).toContain(` ${name} ${summary} ${paper} `);
  for (const { key, letter, setting, effect, low, high, whole } of HYPER_PARAMETERS) {
    const range = `${whole ? 'whole, ' : ''}${low} to ${high}; default ${DEFAULT_SETTINGS[setting]}`;
    expect(help).toContain(` ${key}${letter && ` (${letter})`} ${effect} ${range}`);
  }
  expect(help).toContain('default 12; ease 10, als 50; only in ridge, ease, als ');
  expect(help).toContain('whole, 1 to 10000; default 200; not in ease, als, popular ');
  expect(help).toContain('0 to 1000; default 0.5 ');
});
