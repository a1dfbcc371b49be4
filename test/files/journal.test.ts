import { readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Journal, journalEntries, journalLine, readJournal } from '../../src/files/journal.js';
import { asEntry } from '../../src/files/journal-entries.js';
import { DEFAULT_SETTINGS } from '../../src/model/settings.js';
import { temporaryFolders } from './temporary.js';

const folder = temporaryFolders();

const TRIED = {
  changes: { lambda: 3, power: 0.8 },
  utility: 0.25,
  gain: -0.01,
  error: 0.002,
  accepted: false,
  fit: 1,
  fitted: true,
};
const AUTO = { explanation: 'two\nlines', table: '', trials: [TRIED], coldTrials: [] };

const ENTRIES = [
  { kind: 'begin', format: 1, version: '1.2.3', options: { '--top': '10' } },
  {
    kind: 'data',
    hash: 'abc',
    inputs: [
      { path: 'ü.csv', bytes: 3, written: 1.5 },
      { path: '-', bytes: null, written: null },
    ],
  },
  { kind: 'settled', settings: { ...DEFAULT_SETTINGS, lambda: 0.1 + 0.2 }, auto: AUTO },
  { kind: 'files', stage: 'counting', from: 0, to: 3, files: [{ name: 'gram-1.0.77.candidates', bytes: 9, sum: 8 }] },
  { kind: 'lists', from: 0, to: 2, rows: 20, short: 1, empty: 0, at: 27, end: 300, sum: 77 },
  { kind: 'lost', stage: 'recommending', row: 2, why: 'worker 7 was killed by SIGKILL' },
  { kind: 'forget', stage: 'counting', from: 0 },
];

test('entries come back as they were added, of an older journal as far as is said', () => {
  const path = join(folder(), 'journal');
  const journal = new Journal(path);
  for (const entry of ENTRIES) journal.add(entry);
  journal.close();
  journal.add({ kind: 'late' });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const { entries, length, broken } = readJournal(path);
  expect({ entries, length, broken }).toEqual({ entries: ENTRIES, length: statSync(path).size, broken: undefined });
  expect(entries.map(asEntry)).toEqual(ENTRIES);

  const first = Buffer.byteLength(journalLine(ENTRIES[0] ?? {}));
  const next = new Journal(path, first);
  next.add(ENTRIES[6] ?? {});
  next.close();
  expect(readJournal(path).entries).toEqual([ENTRIES[0], ENTRIES[6]]);
});

const WHOLE = Buffer.from(ENTRIES.map(journalLine).join(''));

test('of a journal that is cut anywhere, the whole lines count', () => {
  const path = join(folder(), 'journal');
  for (let length = WHOLE.length; length >= 0; length -= 7) {
    const { entries, broken } = journalEntries(WHOLE.subarray(0, length));
    expect(broken).toBeUndefined();
    expect(entries).toEqual(ENTRIES.slice(0, WHOLE.subarray(0, length).toString().split('\n').length - 1));
  }
  const journal = new Journal(path);
  journal.add(ENTRIES[0] ?? {});
  journal.close();
  truncateSync(path, 5);
  expect(readJournal(path)).toEqual({ entries: [], length: 0, broken: undefined });
  expect(readFileSync(path).length).toBe(5);
});

test('a byte that is altered costs its line and those behind it, never an entry that was not written', () => {
  fc.assert(
    fc.property(fc.nat(WHOLE.length - 1), fc.integer({ min: 1, max: 255 }), (place, flip) => {
      const bytes = Buffer.from(WHOLE);
      bytes[place] = (bytes[place] ?? 0) ^ flip;
      const { entries } = journalEntries(bytes);
      const line = WHOLE.subarray(0, place).toString().split('\n').length - 1;
      expect(entries.slice(0, line)).toEqual(ENTRIES.slice(0, line));
      expect(entries.length).toBe(line);
    }),
  );
});

const MEMBERS = ENTRIES.flatMap((entry) =>
  Object.keys(entry).flatMap((member) => (entry.kind === 'begin' && member === 'options' ? [] : [{ entry, member }])),
);

test.each(MEMBERS.map(({ entry, member }) => [entry.kind, member, entry] as const))(
  'an entry "%s" whose %s is something else is none',
  (_, member, entry) => {
    for (const other of [-1, 0.5, true, {}, [null], undefined]) {
      expect(asEntry({ ...entry, [member]: other }), JSON.stringify(other)).toBeUndefined();
    }
  },
);

test('trials that cannot have been are none', () => {
  const tried = (changed: object) =>
    asEntry({ ...ENTRIES[2], auto: { ...AUTO, coldTrials: [{ ...TRIED, ...changed }] } });
  expect(tried({})).toBeDefined();
  for (const member of Object.keys(TRIED)) {
    for (const other of ['1', [null], undefined, { no: 1 }, { lambda: -1 }, { neighbors: 1.5 }]) {
      expect(tried({ [member]: other }), member).toBeUndefined();
    }
  }
  for (const member of Object.keys(AUTO)) {
    expect(asEntry({ ...ENTRIES[2], auto: { ...AUTO, [member]: undefined } }), member).toBeUndefined();
  }
  expect(asEntry({ ...ENTRIES[2], auto: null })).toBeDefined();
});

test('settings beyond their range, and files elsewhere, are none', () => {
  const settings = { ...DEFAULT_SETTINGS, neighbors: 1e9 };
  expect(asEntry({ ...ENTRIES[2], settings })).toBeUndefined();
  expect(asEntry({ ...ENTRIES[2], settings: { ...DEFAULT_SETTINGS, more: 1 } })).toBeUndefined();
  for (const name of ['../x', '/x', 'a/b', '', '.', '..']) {
    expect(asEntry({ ...ENTRIES[3], files: [{ name, bytes: 1, sum: 1 }] }), name).toBeUndefined();
  }
});
