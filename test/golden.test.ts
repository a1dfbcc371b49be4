import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixtures, runInProcess } from './cli/run.js';
import { temporaryFolders } from './files/temporary.js';

const newFolder = temporaryFolders();
const cases = readdirSync(fixtures).filter((name) => existsSync(join(fixtures, name, 'expected.csv')));

/** The arguments of a case: the files in its folder, and the contents of its `args` file. */
function argsOf(name: string): string[] {
  const at = (file: string) => join(fixtures, name, file);
  const given = (option: string, file: string) => (existsSync(at(file)) ? [option, at(file)] : []);
  const extra = existsSync(at('args')) ? readFileSync(at('args'), 'utf8').split(/\s+/).filter(Boolean) : [];
  return [
    '--users',
    at('users.csv'),
    ...given('--items', 'items.csv'),
    ...given('--interactions', 'interactions.csv'),
    ...extra,
  ];
}

test('there are at least sixteen golden cases, each with a README', () => {
  expect(cases.length).toBeGreaterThanOrEqual(16);
  for (const name of cases) expect(existsSync(join(fixtures, name, 'README.md')), name).toBe(true);
});

describe.each(cases)('%s', (name) => {
  test.each(['1', '2', '7'])('gives exactly the expected bytes with %s workers', async (workers) => {
    const folder = newFolder();
    const output = join(folder, 'recs.csv');
    const { code, stderr } = await runInProcess([...argsOf(name), '-j', workers, '-o', output], { folder });
    expect(code, stderr).toBe(0);
    expect(readFileSync(output, 'utf8')).toBe(readFileSync(join(fixtures, name, 'expected.csv'), 'utf8'));
  });
});
