import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rowsOf } from './cli/data.js';
import { runInProcess } from './cli/run.js';
import {
  type Description,
  describeInputs,
  type Expected,
  type ExpectedFile,
  expectedOf,
  exportNames,
  exportsFolder,
  nearest,
  type OneOf,
  shellQuoted,
  shellWords,
} from './exports.js';

/** Exports that can be read, at once or with the command that the error message suggests. */
const readable = exportNames.filter((name) => expectedOf(name).files !== undefined);
/** Exports whose first command is refused. */
const refused = exportNames.filter((name) => expectedOf(name).error !== undefined);

const folderOf = (name: string) => join(exportsFolder, name);
/** The arguments that work: those of the suggested command, if the first one is refused. */
const argsOf = ({ command, then }: Expected) => then ?? command;

test('there are more than fifty small exports, each with a README and the expected reading of every file', () => {
  expect(exportNames.length).toBeGreaterThan(50);
  let bytes = 0;
  for (const name of exportNames) {
    const files = readdirSync(folderOf(name));
    for (const file of files) bytes += statSync(join(folderOf(name), file)).size;
    const { command, files: expected = {} } = expectedOf(name);
    const data = files.filter((file) => file !== 'README.md' && file !== 'expected.json').sort();
    expect(existsSync(join(folderOf(name), 'README.md')), name).toBe(true);
    expect(command.filter((arg) => !arg.startsWith('-')).sort(), name).toEqual(data);
    if (!refused.includes(name) || readable.includes(name)) expect(Object.keys(expected).sort(), name).toEqual(data);
  }
  expect(bytes).toBeLessThan(300_000);
});

test('the encodings and line ends are those in the READMEs, so nothing has converted the files', () => {
  for (const name of exportNames) {
    const readme = readFileSync(join(folderOf(name), 'README.md'), 'utf8');
    const data = readdirSync(folderOf(name)).filter((file) => !/^(README\.md|expected\.json)$/.test(file));
    const contents = data.map((file) => readFileSync(join(folderOf(name), file)));
    const isUtf8 = contents.every((bytes) => Buffer.from(bytes.toString('utf8')).equals(bytes));
    expect(isUtf8, name).toBe(!/Latin-1|Windows-1252/.test(readme));
    expect(
      contents.some((bytes) => bytes.includes('\r\n')),
      name,
    ).toBe(/CRLF/.test(readme));
    const hasMark = contents.some((bytes) => bytes.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf)));
    expect(hasMark, name).toBe(/byte order mark/.test(readme));
  }
});

test.each(readable)('%s is read as expected', async (name) => {
  const expected = expectedOf(name);
  const { code, stderr, description } = await describeInputs(argsOf(expected), folderOf(name));
  expect(code, stderr).toBe(0);
  if (description === undefined) return;
  expect(understood(description, expected)).toEqual(wanted(description, expected));
  // The warnings of the description are also on stderr, where cron sees them.
  for (const warning of description.warnings) expect(stderr).toContain(warning.split('\n')[0]);
});

test.each(refused)('%s is refused at first, and the message has the command that works', async (name) => {
  const { command, error, then } = expectedOf(name);
  const refusals = [
    await describeInputs(command, folderOf(name)),
    await runInProcess(command, { folder: folderOf(name), terminal: false }),
  ];
  for (const { code, stderr } of refusals) {
    expect(code, stderr).toBe(error?.exit);
    for (const part of error?.says ?? []) expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/\n\s+at /);
  }
  if (then === undefined) return;
  const [describing, recommending] = refusals;
  expect(describing?.stderr).toContain(shellQuoted(then));
  expect(recommending?.stderr).toContain(`recommend ${shellQuoted(then)}`);
});

test.each(readable)('%s: the command that the description prints reads the files in the same way', async (name) => {
  const expected = expectedOf(name);
  const { code, stderr, description } = await describeInputs(argsOf(expected), folderOf(name));
  expect(code, stderr).toBe(0);
  const [program, ...args] = shellWords(description?.command ?? '');
  expect(program).toBe('recommend');
  const again = await describeInputs(args, folderOf(name));
  expect(again.code, `${description?.command}\n${again.stderr}`).toBe(0);
  // The command states what was guessed before, so notes and warnings about guesses may disappear.
  const meaning = (of: Description | undefined) =>
    of && { inputs: of.inputs.map((input) => ({ ...input, notes: [], warnings: [] })), data: of.data };
  expect(meaning(again.description), description?.command).toEqual(meaning(description));
});

test.each(readable)('%s gives every user a list, with a score other than 0 unless there is a warning', async (name) => {
  const expected = expectedOf(name);
  const args = [...argsOf(expected), '--algorithm', 'cosine', '-n', '3', '-j', '1'];
  const { code, stdout, stderr } = await runInProcess(args, { folder: folderOf(name), terminal: false });
  expect(code, stderr).toBe(0);
  const lists = new Map<string, number[]>();
  for (const { user_id, score } of rowsOf(stdout)) lists.set(user_id, [...(lists.get(user_id) ?? []), Number(score)]);
  const withoutScores = [...lists].filter(([, scores]) => scores.every((score) => score === 0)).map(([user]) => user);
  if (stderr === '') expect(withoutScores).toEqual([]);
  expect(lists.size).toBe(nearest(expected.data?.users, lists.size));
});

/** How the files were read, reduced to what the fixture specifies. */
function understood({ inputs, data, warnings }: Description, expected: Expected) {
  const files = Object.fromEntries(
    inputs.map(({ path, kind, rows, columns, rating }) => [
      path,
      { kind, rows, roles: known(columns, expected.files?.[path]), rating },
    ]),
  );
  const splits = Object.fromEntries(
    Object.keys(expected.splits ?? {}).map((column) => [
      column,
      inputs.map((input) => input.splits?.[column]).find((split) => split !== undefined),
    ]),
  );
  return { files, data, warnings: { missing: missing(warnings, expected.warnings), shown: warnings }, splits };
}

/** The expected reading; if the fixture allows several answers, the one that was given. */
function wanted({ inputs, data, warnings }: Description, expected: Expected) {
  const files = Object.fromEntries(
    Object.entries(expected.files ?? {}).map(([path, { kind, rows, roles, rating }]) => {
      const input = inputs.find((other) => other.path === path);
      const right: Record<string, unknown> = {};
      for (const [role, column] of Object.entries(roles)) {
        const value = nearest(column, input?.columns[role]);
        if (value !== undefined) right[role] = value;
      }
      return [
        path,
        {
          kind: nearest(kind, input?.kind),
          rows: nearest(rows, input?.rows),
          roles: right,
          rating: nearest(rating, input?.rating),
        },
      ];
    }),
  );
  const near = (of: 'users' | 'items' | 'interactions') =>
    nearest<number>(expected.data?.[of] as OneOf<number>, data[of]);
  return {
    files,
    data: { users: near('users'), items: near('items'), interactions: near('interactions') },
    warnings: { missing: [], shown: expected.warnings?.length === 0 ? [] : warnings },
    splits: { ...expected.splits },
  };
}

/** The roles to compare. The order column matters only if orders are joined; elsewhere any column may have that role. */
const ROLES = ['user', 'item', 'rating', 'time', 'event', 'title', 'status'];

function known(columns: Record<string, string>, expected: ExpectedFile | undefined): Record<string, string> {
  const roles = expected?.roles.order === undefined ? ROLES : [...ROLES, 'order'];
  return Object.fromEntries(Object.entries(columns).filter(([role]) => roles.includes(role)));
}

function missing(warnings: readonly string[], parts: readonly string[] = []): string[] {
  return parts.filter((part) => !warnings.some((warning) => warning.includes(part)));
}
