import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS_WITH_OPTIONS } from '../../src/cli/commands.js';
import { ALGORITHMS } from '../../src/model/algorithms.js';
import { root } from './run.js';

const {
  man: [man],
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const page = readFileSync(join(root, man), 'utf8');
const asRoff = (text: string) => text.replaceAll('-', '\\-');

test('the man page has every option, algorithm and topic', async () => {
  for (const load of COMMANDS_WITH_OPTIONS.values()) {
    for (const { flags } of (await load()).command('').options) expect(page).toContain(`.B "${asRoff(flags)}"\n`);
  }
  for (const { name } of ALGORITHMS) expect(page).toContain(`.B "${asRoff(name)}"\n`);
  for (const file of readdirSync(join(root, 'docs/help')).filter((name) => name !== 'topics.md')) {
    const [title = ''] = readFileSync(join(root, 'docs/help', file), 'utf8').split('\n');
    expect(page).toContain(`.SH ${asRoff(title.slice(2).toUpperCase())}\n`);
  }
});

test('the man page is plain ASCII and contains no Markdown', () => {
  expect(page).toMatch(/^[\n\x20-\x7e]*$/);
  expect(page).not.toMatch(/^#|^- |\*\*/m);
});

test.each([
  ['groff', ['-man', '-ww', '-Tutf8', '-z']],
  ['mandoc', ['-T', 'lint', '-W', 'warning']],
])('%s renders it without a warning', (program, args) => {
  const { error, status, stdout, stderr } = spawnSync(program, [...args, join(root, man)], { encoding: 'utf8' });
  if (error) console.warn(`${program} is not installed: nothing rendered the man page`);
  else expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
