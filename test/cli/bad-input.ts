import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { type Kind, type PlacedCase, surroundings, VALID } from './bad-input-cases.js';
import { put } from './data.js';
import { lawfulLists } from './output-laws.js';
import { knownOf, readHere } from './reading.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

/** Puts the files into a folder; the arguments that name them. */
function laidOut(own: string, kind: Kind, file: string | Uint8Array, more: readonly string[] = []) {
  const { files, args } = surroundings(kind);
  for (const [name, content] of Object.entries(files)) put(own, name, content);
  put(own, 'f.csv', file);
  return [...args, '-j', '1', ...more];
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

function byName(cases: readonly PlacedCase[]): [string, Kind, PlacedCase][] {
  return cases.map((badCase) => [badCase.name, badCase.kind, badCase]);
}

/** Tests each of the cases: by reading its file, and one place of each by a whole run. */
export function testBadInput(cases: readonly PlacedCase[]): void {
  const newFolder = temporaryFolders();
  keepWorkersInProcess();

  describe('a file is read with', () => {
    test.each(byName(cases))(
      '%s, as %s',
      async (_, kind, { file, args: more, code: expected, says = [], output, isRun }) => {
        const own = newFolder();
        const args = laidOut(own, kind, file(VALID[kind]), more);
        const { code, said, held } = await readHere(args, own);
        // What is told later than by reading is asked of the program.
        if (!isRun) expectSaid(said, says);
        if (!isRun || code !== 0) expect(code, said).toBe(expected);
        if (!held || !output) return;
        if (output === 'the same') {
          const other = newFolder();
          expect(held).toEqual((await readHere(laidOut(other, kind, VALID[kind]), other)).held);
          return;
        }
        const { users, barred, offered } = knownOf(held.dataset);
        const lists = users.map((user) => [user, [...offered].filter((item) => !barred(user).has(item))] as const);
        expect(inAnyOrder(lists.filter(([, items]) => items.length > 0))).toEqual(inAnyOrder(Object.entries(output)));
      },
    );
  });

  describe('the program ends as it should with', () => {
    const valid = new Map<Kind, string>();
    const validOutput = async (kind: Kind) => {
      const own = newFolder();
      const known = valid.get(kind) ?? (await runInProcess(laidOut(own, kind, VALID[kind]), { folder: own })).stdout;
      valid.set(kind, known);
      return known;
    };

    test.each(byName(cases.filter(({ isRun }) => isRun)))(
      '%s, as %s',
      async (_, kind, { file, args: more, code: expected, says = [], output }) => {
        const own = newFolder();
        const args = laidOut(own, kind, file(VALID[kind]), more);
        const { code, stdout, stderr } = await runInProcess(args, { folder: own });
        expect(code, stderr.slice(0, 2000)).toBe(expected);
        expectSaid(stderr, says);
        if (expected !== 0) expect(stdout).toBe('');
        if (output === 'the same') expect(stdout).toBe(await validOutput(kind));
        if (expected !== 0 || kind === 'test') return;
        const lists = lawfulLists(stdout, 10);
        if (output && output !== 'the same') expect(inAnyOrder(lists)).toEqual(inAnyOrder(Object.entries(output)));
      },
    );
  });
}
