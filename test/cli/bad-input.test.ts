import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CASES, type Kind, surroundings, VALID } from './bad-input-cases.js';
import { put } from './data.js';
import { lawfulLists } from './output-laws.js';
import { knownOf, readHere } from './reading.js';
import { run } from './run.js';

/** Tests run side by side here: the folder is everybody's, and each has one of its own in it. */
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recommend-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Puts the files down, and gives the folder and the arguments. */
function laidOut(kind: Kind, file: string | Uint8Array, more: readonly string[] = []) {
  const own = mkdtempSync(join(folder, 'case-'));
  const { files, args } = surroundings(kind);
  for (const [name, content] of Object.entries(files)) put(own, name, content);
  put(own, 'f.csv', file);
  return { own, args: [...args, '-j', '1', ...more] };
}

type Lists = Iterable<readonly [string, readonly string[]]>;

function inAnyOrder(lists: Lists) {
  return [...lists].map(([user, items]) => [user, [...items].sort()]).sort();
}

function expectSaid(said: string, says: readonly (string | RegExp)[]): void {
  for (const part of says) expect(said).toMatch(part);
  expect(said).not.toMatch(/unexpected|\n\s+at /);
  // Whatever the file holds, it is told of in a few lines.
  expect(said.length).toBeLessThan(5000);
}

describe('a file is read with', () => {
  test.each(CASES.map((badCase): [string, Kind, (typeof CASES)[number]] => [badCase.name, badCase.kind, badCase]))(
    '%s, as %s',
    async (_, kind, { file, args: more, code: expected, says = [], output, isRun }) => {
      const { own, args } = laidOut(kind, file(VALID[kind]), more);
      const { code, said, held } = await readHere(args, own);
      // What is told later than by reading is asked of the program.
      if (!isRun) expectSaid(said, says);
      if (!isRun || code !== 0) expect(code, said).toBe(expected);
      if (!held || !output) return;
      if (output === 'the same') {
        const valid = laidOut(kind, VALID[kind]);
        expect(held).toEqual((await readHere(valid.args, valid.own)).held);
        return;
      }
      const { users, barred, offered } = knownOf(held.dataset);
      const lists = users.map((user) => [user, [...offered].filter((item) => !barred(user).has(item))] as const);
      expect(inAnyOrder(lists.filter(([, items]) => items.length > 0))).toEqual(inAnyOrder(Object.entries(output)));
    },
  );
});

describe.concurrent('the program ends as it should with', () => {
  const valid = new Map<Kind, Promise<string>>();
  const validOutput = (kind: Kind) => {
    const { own, args } = laidOut(kind, VALID[kind]);
    const known = valid.get(kind) ?? run(args, { folder: own }).then(({ stdout }) => stdout);
    valid.set(kind, known);
    return known;
  };

  test.each(
    CASES.filter(({ isRun }) => isRun).map((badCase): [string, Kind, (typeof CASES)[number]] => [
      badCase.name,
      badCase.kind,
      badCase,
    ]),
  )('%s, as %s', async (_, kind, { file, args: more, code: expected, says = [], output }) => {
    const { own, args } = laidOut(kind, file(VALID[kind]), more);
    const { code, stdout, stderr } = await run(args, { folder: own });
    expect(code, stderr.slice(0, 2000)).toBe(expected);
    expectSaid(stderr, says);
    if (expected !== 0) expect(stdout).toBe('');
    if (output === 'the same') expect(stdout).toBe(await validOutput(kind));
    if (expected !== 0 || kind === 'test') return;
    const lists = lawfulLists(stdout, 10);
    if (output && output !== 'the same') expect(inAnyOrder(lists)).toEqual(inAnyOrder(Object.entries(output)));
  });
});
