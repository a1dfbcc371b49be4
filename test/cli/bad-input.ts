import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { type Kind, type PlacedCase, surroundings, VALID } from './bad-input-cases.js';
import { put } from './data.js';
import { lawfulLists } from './output-laws.js';
import { knownOf, readInProcess } from './reading.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

/** Writes the files of a case into a folder. @returns the arguments that name them. */
function putFiles(own: string, kind: Kind, file: string | Uint8Array, more: readonly string[] = []) {
  const { files, args } = surroundings(kind);
  for (const [name, content] of Object.entries(files)) put(own, name, content);
  put(own, 'f.csv', file);
  return [...args, '-j', '1', ...more];
}

type Lists = Iterable<readonly [string, readonly string[]]>;

function inAnyOrder(lists: Lists) {
  return [...lists].map(([user, items]) => [user, [...items].sort()]).sort();
}

function expectMessage(message: string, says: readonly (string | RegExp)[]): void {
  for (const part of says) expect(message).toMatch(part);
  expect(message).not.toMatch(/unexpected|\n\s+at /);
  // The message is short, whatever the file contains.
  expect(message.length).toBeLessThan(5000);
}

function byName(cases: readonly PlacedCase[]): [string, Kind, PlacedCase][] {
  return cases.map((badCase) => [badCase.name, badCase.kind, badCase]);
}

/** Tests each case for every kind of file that it applies to by reading its files, and for one kind by a whole run, too. */
export function testBadInput(cases: readonly PlacedCase[]): void {
  const newFolder = temporaryFolders();
  keepWorkersInProcess();

  describe('reading gives the expected error or dataset for a file with', () => {
    test.each(byName(cases))(
      '%s, as %s',
      async (_, kind, { file, args: more, code: expected, says = [], output, isRun }) => {
        const own = newFolder();
        const args = putFiles(own, kind, file(VALID[kind]), more);
        const { code, message, data } = await readInProcess(args, own);
        // Some messages appear only after reading: the whole run checks them.
        if (!isRun) expectMessage(message, says);
        if (!isRun || code !== 0) expect(code, message).toBe(expected);
        if (!data || !output) return;
        if (output === 'the same') {
          const other = newFolder();
          expect(data).toEqual((await readInProcess(putFiles(other, kind, VALID[kind]), other)).data);
          return;
        }
        const { users, excluded, offered } = knownOf(data.dataset);
        const lists = users.map((user) => [user, [...offered].filter((item) => !excluded(user).has(item))] as const);
        expect(inAnyOrder(lists.filter(([, items]) => items.length > 0))).toEqual(inAnyOrder(Object.entries(output)));
      },
    );
  });

  describe('a whole run gives the expected exit code, messages and lists for a file with', () => {
    const valid = new Map<Kind, string>();
    const validOutput = async (kind: Kind) => {
      const own = newFolder();
      const known = valid.get(kind) ?? (await runInProcess(putFiles(own, kind, VALID[kind]), { folder: own })).stdout;
      valid.set(kind, known);
      return known;
    };

    test.each(byName(cases.filter(({ isRun }) => isRun)))(
      '%s, as %s',
      async (_, kind, { file, args: more, code: expected, says = [], output }) => {
        const own = newFolder();
        const args = putFiles(own, kind, file(VALID[kind]), more);
        const { code, stdout, stderr } = await runInProcess(args, { folder: own });
        expect(code, stderr.slice(0, 2000)).toBe(expected);
        expectMessage(stderr, says);
        if (expected !== 0) expect(stdout).toBe('');
        if (output === 'the same') expect(stdout).toBe(await validOutput(kind));
        if (expected !== 0 || kind === 'test') return;
        const lists = lawfulLists(stdout, 10);
        if (output && output !== 'the same') expect(inAnyOrder(lists)).toEqual(inAnyOrder(Object.entries(output)));
      },
    );
  });
}
