import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ExitCode, Failure } from '../../src/failure.js';
import { readArrays, writeArrays } from '../../src/files/array-file.js';
import { SavedModel } from '../../src/saved-model/saved-model.js';
import { put, rowsOf } from '../cli/data.js';
import { blocksOf } from '../cli/documents.js';
import { runInProcess } from '../cli/run.js';
import { sealed } from '../files/sealed.js';
import { sharedFolder, temporaryFolders } from '../files/temporary.js';

const newFolder = temporaryFolders();

const EVENTS = `user,item,rating,time
ann,oak,5,2024-01-01
ann,elm,4,2024-01-02
bob,oak,3,2024-01-03
bob,elm,5,2024-01-04
bob,ash,4,2024-01-05
cat,ash,2,2024-01-06
cat,yew,5,2024-01-07
`;
const PROFILES = 'user,country,preferences,exclude\nann,fr,tree:big,yew\nbob,de,,\ncat,fr,,\ndan,de,,oak\neve,fr,,\n';
const ITEMS = 'item,title,tree\noak,Oak “Quercus”,big\nelm,Elm,big\nash,Ash,big\nyew,Yew,small\nfir,"Fir, red",small\n';

const folder = sharedFolder();
const path = join(folder, 'm.rec');
let bytes = Buffer.alloc(0);

beforeAll(async () => {
  put(folder, 'events.csv', EVENTS);
  put(folder, 'profiles.csv', PROFILES);
  put(folder, 'items.csv', ITEMS);
  const files = ['-u', 'profiles.csv', '--interactions', 'events.csv', '-i', 'items.csv'];
  const fit = ['fit', ...files, '--algorithm', 'cosine', '--model', 'm.rec', '-j', '1'];
  const { code, stderr } = await runInProcess(fit, { folder });
  expect(code, stderr).toBe(0);
  bytes = readFileSync(path);
});

/** Opens a model with these bytes and reads every part of it. */
function readAll(content: Uint8Array): SavedModel {
  const other = join(newFolder(), 'other.rec');
  writeFileSync(other, content);
  const model = new SavedModel(other, () => join(newFolder(), 'copy'));
  try {
    for (const read of PARTS) read(model);
    return model;
  } finally {
    model.close();
  }
}

const ALL = { keepColumns: true, now: 1_800_000_000, dayOrder: undefined };
const PARTS = [
  ({ names }: SavedModel) => names,
  ({ known }: SavedModel) => known,
  ({ userIds }: SavedModel) => userIds,
  (model: SavedModel) => model.dataset(ALL),
  (model: SavedModel) => model.usersAt(Uint32Array.of(1, 3)),
  ({ model }: SavedModel) => model,
  ({ popularity }: SavedModel) => popularity,
  ({ rowLengths }: SavedModel) => rowLengths,
];

const refused = (content: Uint8Array): Failure => {
  try {
    readAll(content);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it was read');
};

test('a model describes itself, and contains the data that it was learned from', () => {
  const model = readAll(bytes);
  expect(model.facts).toMatchObject({
    what: 'model of recommend',
    format: 3,
    method: { name: 'cosine' },
    counts: { users: 5, served: 5, items: 5, groups: 2 },
    strengths: [{ rule: { kind: 'scale', low: 1, high: 5 }, hasStrength: true, meanRating: 4 }],
    ratingSpan: 4,
    times: true,
    evidence: { now: 1704585600 },
    attributes: [{ name: 'tree', decision: { as: 'values' } }],
    groups: [{ name: 'country', decision: { as: 'values' } }],
  });
  const reopened = new SavedModel(path, () => '');
  const { popularity } = reopened;
  const dataset = reopened.dataset(ALL);
  reopened.close();
  expect(dataset).toMatchObject({
    userIds: ['ann', 'bob', 'cat', 'dan', 'eve'],
    itemIds: ['oak', 'elm', 'ash', 'yew', 'fir'],
    titles: ['Oak “Quercus”', 'Elm', 'Ash', 'Yew', 'Fir, red'],
    groupNames: ['country:fr', 'country:de'],
    attributeNames: ['tree:big', 'tree:small'],
  });
  expect(dataset.itemColumns.find(({ name }) => name === 'tree')?.cells).toEqual([
    'big',
    'big',
    'big',
    'small',
    'small',
  ]);
  expect(dataset.userColumns.find(({ name }) => name === 'country')?.cells).toEqual(['fr', 'de', 'fr', 'de', 'fr']);
  expect([...dataset.interactions.index]).toEqual([0, 1, 0, 1, 2, 2, 3]);
  expect([...(dataset.rated?.rating ?? [])]).toEqual([5, 4, 3, 5, 4, 2, 5]);
  expect(dataset.excluded.index).toEqual(Uint32Array.of(3, 0));
  expect(dataset.preferences.index).toEqual(Uint32Array.of(0));
  expect([...popularity]).toEqual([2, 2, 2, 1, 0]);
});

test('a model that is truncated anywhere is refused with advice', () => {
  for (let length = 0; length < bytes.length; length += length < 64 ? 1 : 97) {
    const { exitCode, message } = refused(bytes.subarray(0, length));
    expect(exitCode, `cut to ${length}`).toBe(ExitCode.badData);
    expect(message).toMatch(/other\.rec .*; learn it again: recommend fit --model/);
    expect(message).not.toContain('/proc/');
  }
});

test('an altered byte in an array is detected when that array is read, and only then', () => {
  const begin = 16 + bytes.readUInt32LE(12);
  const entries: { name: string; offset: number; length: number }[] = JSON.parse(bytes.toString('utf8', 16, begin));
  expect(entries.length).toBeGreaterThan(30);
  for (const { name, offset, length } of entries.filter((entry) => entry.length > 0)) {
    const altered = Buffer.from(bytes);
    altered[begin + offset + Math.floor(length / 2)]! ^= 1;
    expect(refused(altered).message, name).toContain('was altered');
  }
  const histories = Buffer.from(bytes);
  histories[begin + (entries.find(({ name }) => name === 'history.index')?.offset ?? 0)]! ^= 1;
  writeFileSync(join(folder, 'histories.rec'), histories);
  const model = new SavedModel(join(folder, 'histories.rec'), () => '');
  expect(model.names.itemIds).toHaveLength(5);
  expect(model.rowLengths).toHaveLength(9);
  expect(() => model.dataset(ALL)).toThrow('was altered');
  model.close();
});

test('inconsistent numbers are refused even if the check sums are correct', () => {
  const begin = 16 + bytes.readUInt32LE(12);
  const entries: { name: string; type: string; offset: number; length: number }[] = JSON.parse(
    bytes.toString('utf8', 16, begin),
  );
  const indices = entries.filter(({ name, length }) => /\.(index|start)$/.test(name) && length > 0);
  for (const { name, offset } of indices) {
    const nonsense = Buffer.from(bytes);
    nonsense.writeUInt32LE(4_000_000_000, begin + offset);
    expect(refused(sealed(nonsense)).exitCode, name).toBe(ExitCode.badData);
  }
});

describe('a file that is not a model of this version', () => {
  test.each([
    ['is some other kind of file', Buffer.from('user,item\nann,oak\n'), 'is not an array file'],
    ['has another version in its first bytes', Buffer.from('RECARR99 and so on'), 'another version'],
  ])('that %s is refused', (_, content, message) => {
    expect(refused(content)).toMatchObject({ exitCode: ExitCode.badData, message: expect.stringContaining(message) });
  });

  test.each([
    ['is another array file of recommend', { evidence: Float64Array.of(1) }, 'lacks "facts"'],
    ['describes something else', { facts: Buffer.from('{"what":"a cake"}') }, 'not a model'],
  ])('that %s is refused', (_, arrays, message) => {
    const other = join(newFolder(), 'arrays');
    writeArrays(other, arrays);
    expect(refused(readFileSync(other)).message).toContain(message);
  });

  test.each([
    ['another format', { format: 1 }],
    ['other settings', { method: { settings: { neighbors: 1 } } }],
  ])('that has %s is refused with the version that wrote it', (_, facts) => {
    const arrays = readArrays(path);
    const changed = { ...JSON.parse(Buffer.from(arrays.facts ?? []).toString()), ...facts, version: '9.8.7' };
    const other = join(newFolder(), 'other');
    writeArrays(other, { ...arrays, facts: Buffer.from(JSON.stringify(changed)) });
    expect(refused(readFileSync(other)).message).toContain('written by version 9.8.7');
  });

  test.each([
    ['missing', 'nowhere.rec', 'recommend fit --model makes one'],
    ['a folder', '.', 'not a regular file'],
  ])('that is %s is refused with the reason', (_, name, message) => {
    const open = () => new SavedModel(join(folder, name), () => '');
    expect(open).toThrow(
      expect.objectContaining({ exitCode: ExitCode.noInput, message: expect.stringContaining(message) }),
    );
  });
});

test('an open model keeps its contents when its file is replaced', () => {
  const busy = join(newFolder(), 'busy.rec');
  writeFileSync(busy, bytes);
  const model = new SavedModel(busy, () => join(newFolder(), 'copy'));
  spawnSync('mv', [put(newFolder(), 'new.rec', 'another'), busy]);
  expect(model.dataset(ALL).userIds).toHaveLength(5);
  expect(model.files.rows[0]?.path).not.toBe(busy);
  model.close();
});

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;

test.skipIf(!hasNumpy)('the program in docs/model-file.md reads a model and computes the same scores', async () => {
  const program = blocksOf('docs/model-file.md').filter(({ kind }) => kind === 'python');
  expect(program).toHaveLength(2);
  const ask = `
for item, score in zip(items, scores(['oak'])): print(item, score)
print(texts(model, 'titles'), facts['counts']['users'])`;
  const read = spawnSync('python3', ['-c', `${program.map(({ text }) => text).join('\n')}${ask}`], { cwd: folder });
  expect(read.stderr.toString()).toBe('');
  const lines = read.stdout.toString().trim().split('\n');
  expect(lines.pop()).toBe(`['Oak “Quercus”', 'Elm', 'Ash', 'Yew', 'Fir, red'] 5`);
  put(folder, 'new.csv', 'user,item\nnew,oak\n');
  const score = ['score', '-u', 'new.csv', '--model', 'm.rec', '--include-seen', '-j', '1', '-q'];
  const { stdout } = await runInProcess(score, { folder });
  const scores = Object.fromEntries(rowsOf(stdout).map((row) => [row.item_id, Number(row.score)]));
  expect(Object.keys(scores)).toHaveLength(5);
  for (const line of lines) {
    const [item = '', value] = line.split(' ');
    expect(Number(value)).toBeCloseTo(scores[item] ?? Number.NaN, 5);
  }
});

describe('recommend export', () => {
  const exported = (...more: string[]) => runInProcess(['export', '--model', 'm.rec', ...more], { folder });

  test('writes the scaled weights as CSV', async () => {
    const { code, stdout } = await exported();
    expect(code).toBe(0);
    const [header, ...lines] = stdout.trim().split('\n');
    expect(header).toBe('kind,signal,item,weight');
    const weights = lines.map((line) => line.split(','));
    expect(weights.filter(([kind]) => kind === 'popular').map(([, , item]) => item)).toEqual([
      'oak',
      'elm',
      'ash',
      'yew',
      'fir',
    ]);
    expect(weights).toContainEqual(['attribute', 'tree:big', 'elm', expect.any(String)]);
    expect(weights).toContainEqual(['group', 'country:fr', 'yew', expect.any(String)]);
    const model = new SavedModel(path, () => '');
    const { scales, rows } = model.model;
    model.close();
    const [part] = rows.parts;
    expect(weights).toHaveLength(part!.index.length + 5);
    const [oak] = weights.filter(([kind, signal]) => kind === 'item' && signal === 'oak');
    expect(Number(oak?.[3])).toBeCloseTo(scales.items * part!.value[0]!, 7);
  });

  test.skipIf(spawnSync('python3', ['-c', 'import scipy']).status !== 0)(
    'writes the same matrix as .npz and as Matrix Market for SciPy, with files of ids',
    async () => {
      for (const name of ['w.npz', 'w.mtx.gz']) expect((await exported('-o', name)).code).toBe(0);
      const program = `
import csv, scipy.io, scipy.sparse, zipfile
a, b = scipy.sparse.load_npz('w.npz'), scipy.io.mmread('w.mtx.gz').tocsr()
assert zipfile.ZipFile('w.npz').testzip() is None
assert a.has_canonical_format and abs(a - b).max() < 1e-7
print(a.shape, a.nnz, [row['item'] for row in csv.DictReader(open('w.npz.items.csv'))])
print([row['kind'] + ':' + row['signal'] for row in csv.DictReader(open('w.mtx.gz.signals.csv'))])`;
      const { stdout, stderr } = spawnSync('python3', ['-c', program], { cwd: folder });
      expect(stderr.toString()).toBe('');
      const count = (await exported()).stdout.trim().split('\n').length - 1;
      expect(stdout.toString().split('\n')).toEqual([
        `(10, 5) ${count} ['oak', 'elm', 'ash', 'yew', 'fir']`,
        `['item:oak', 'item:elm', 'item:ash', 'item:yew', 'item:fir', 'attribute:tree:big', 'attribute:tree:small', 'group:country:fr', 'group:country:de', 'popular:']`,
        '',
      ]);
    },
  );

  test.each([
    [['--format', 'npz'], '--format npz needs a file, since its ids are written beside it'],
    [['-o', 'w.txt'], '-o w.txt: --format says how to write it: npz, mtx, csv'],
    [['-o', 'w.mtx', '--format', 'csv'], '--format csv and -o w.mtx contradict each other'],
    [['-o', 'm.rec', '--format', 'csv'], '--output m.rec is also an input'],
    [['-o', 'w.npz.gz'], 'SciPy cannot read .npz.gz'],
  ])('%j is refused', async (args, message) => {
    expect(await exported(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});
