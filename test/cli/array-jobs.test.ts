import { cpSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readJson, writeArrays } from '../../src/files/array-file.js';
import { sharedFolder, temporaryFolders } from '../files/temporary.js';
import { bothWays, does, putWorld, worked } from './array-jobs.js';
import { alter } from './data.js';
import { runInProcess } from './run.js';

const ARGS = [
  ...['-u', 'profiles.csv', '--interactions', 'events.csv', '-i', 'items.csv', '--titles', '-n', '3'],
  ...['--algorithm', 'ridge', '--where', 'price > 1', '--reasons', '--explore', '0.2', '--seed', '7'],
];
const newFolder = temporaryFolders();
/** A folder in which all jobs of a plan with two shards are finished. */
const finished = sharedFolder();

beforeAll(async () => {
  putWorld(finished, 30);
  await worked(ARGS, 2, finished);
});

/** A copy of the finished folder, without the files of its working folder whose names start with `without`. */
function copy(without?: string): string {
  const folder = newFolder();
  cpSync(finished, folder, { recursive: true });
  for (const name of readdirSync(join(folder, 'w'))) {
    if (without !== undefined && name.startsWith(without)) rmSync(join(folder, 'w', name));
  }
  return folder;
}

/** The path of the first file in the working folder whose name starts with `begin`. */
function fileOf(folder: string, begin: string): string {
  return join(folder, 'w', readdirSync(join(folder, 'w')).find((name) => name.startsWith(begin)) ?? 'none');
}

async function refused(args: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}) {
  const { code, stderr } = await runInProcess(args, { folder, env, terminal: false });
  return { code, stderr };
}

test('shards with profiles, events, titles, rules and reasons merge into the same bytes as one run', async () => {
  const folder = copy();
  const [whole, merged] = await bothWays(ARGS, 'recs.csv', folder);
  expect(merged?.equals(whole ?? Buffer.of())).toBe(true);
  expect(whole?.toString()).toContain('"Title, ');
});

test('the working folder can be moved, and a finished shard is not computed again', async () => {
  const folder = copy();
  const before = readdirSync(join(folder, 'w'));
  renameSync(join(folder, 'w'), join(folder, 'elsewhere'));
  rmSync(join(folder, 'events.csv'));
  const { code, stderr } = await runInProcess(['score', '--shard', '2', '--work', 'elsewhere', '-v'], { folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'shard 2 of 2 of recommending was finished already\n' });
  await does(['merge', '--work', 'elsewhere', '-o', 'm.csv'], { folder });
  expect(readdirSync(join(folder, 'elsewhere'))).toEqual(before);
});

test('repeating the same plan changes nothing, and a different plan in the same folder is refused', async () => {
  const folder = copy();
  const commands = await does(['plan', ...ARGS, '--shards', '2', '--work', 'w'], { folder });
  expect(commands.split('\n')).toEqual([
    '# run each as an array of 2, after the one before is finished:',
    'recommend fit --stage count --shard auto --work w',
    'recommend fit --stage learn --shard auto --work w',
    'recommend score --shard auto --work w',
    'recommend merge --work w -o recs.csv',
    '',
  ]);
  await does(['merge', '--work', 'w', '-o', 'm.csv'], { folder });
  const { code, stderr } = await refused(['plan', ...ARGS, '--top', '4', '--shards', '2', '--work', 'w'], folder);
  expect(stderr).toContain('w has a plan of other data or options already; name another folder');
  expect(code).toBe(73);
  expect(readdirSync(join(folder, 'w')).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('status, the next stage and merge name the missing shards; the last two end with 75', async () => {
  const folder = copy('learn-');
  rmSync(fileOf(folder, 'recommend-'));
  const { stages } = JSON.parse(await does(['status', '--work', 'w', '--format', 'json'], { folder }));
  const [count, learn, score] = stages;
  expect(count).toEqual({ stage: 'counting', done: '1-2', begun: '', missing: '', command: null });
  expect(learn).toMatchObject({ stage: 'learning', done: '', missing: '1-2' });
  expect(learn.command).toBe('recommend fit --stage learn --shard auto --work w');
  expect(score.done).toBe('2');
  expect(await does(['status', '--work', 'w'], { folder })).toContain(`next: ${learn.command}\n`);
  const early = await refused(['score', '--shard', '1/2', '--work', 'w'], folder);
  expect(early.stderr).toContain('learning is not finished: shards 1-2 of 2 are missing');
  expect(early.code).toBe(75);
  const merged = await refused(['merge', '--work', 'w', '-o', 'm.csv'], folder);
  expect(merged.stderr).toMatch(/recommending is not finished: shard 1 of 2 is missing\n {2}recommend score --shard N/);
  expect(merged.code).toBe(75);
  expect(readdirSync(folder)).not.toContain('m.csv');
});

test.each([
  ['altered', alter],
  ['truncated', (path: string) => truncateSync(path, 100)],
])('a shard that was %s is not merged; running it again restores its bytes', async (_, spoil) => {
  const folder = copy();
  const path = fileOf(folder, 'recommend-');
  const before = readFileSync(path);
  spoil(path);
  const { code, stderr } = await refused(['merge', '--work', 'w', '-o', 'm.csv'], folder);
  expect(code).toBe(75);
  expect(stderr).toContain(path.slice(folder.length + 1));
  expect(stderr).toContain('shard 1 of 2 is missing');
  await runInProcess(['score', '--shard', '1/2', '--work', 'w', '-j', '1', '-q'], { folder });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('--shard auto understands the task index of every supported engine', async () => {
  const second = {
    ...{
      RECOMMEND_SHARD: 2,
      SLURM_ARRAY_TASK_ID: 2,
      PBS_ARRAY_INDEX: 2,
      SGE_TASK_ID: 2,
      LSB_JOBINDEX: 2,
      PARALLEL_SEQ: 2,
    },
    ...{ JOB_COMPLETION_INDEX: 1, AWS_BATCH_JOB_ARRAY_INDEX: 1, BATCH_TASK_INDEX: 1, CLOUD_RUN_TASK_INDEX: 1 },
    BATCH_TASK_INSTANCE_INDEX: 1,
  };
  for (const [name, index] of Object.entries(second)) {
    const args = ['score', '--shard', 'auto', '--work', 'w', '-v'];
    const { stderr } = await runInProcess(args, { folder: finished, env: { [name]: String(index) } });
    expect({ name, stderr }).toEqual({ name, stderr: 'shard 2 of 2 of recommending was finished already\n' });
  }
});

test('a shard respects --max-memory and writes its summary and metrics as a run does', async () => {
  const folder = copy('recommend-');
  const shard = ['score', '--shard', '1', '--work', 'w', '-j', '1', '--summary', 's.json', '--metrics-file', 'm.prom'];
  const { code, stderr } = await refused([...shard, '--max-memory', '100M'], folder);
  expect(stderr).toMatch(/^recommend: --max-memory 100 MB is too little: to run a shard of .* with one worker/);
  expect(code).toBe(71);
  const summary = () => JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'));
  expect(summary()).toMatchObject({ exit_code: 71, error: expect.stringContaining('--max-memory 100 MB') });
  await does([...shard, '--max-memory', '2G'], { folder });
  expect(summary()).toMatchObject({
    exit_code: 0,
    options: { stage: 'recommend', shard: { number: 1, of: 2 } },
    method: { name: 'ridge' },
    stages: { recommending: expect.any(Number) },
  });
  expect(readFileSync(join(folder, 'm.prom'), 'utf8')).toContain('recommend_success{run="m"} 1\n');
});

test('a shard that cannot start reports the error in its summary too', async () => {
  const folder = copy();
  const summed = async (...args: string[]) => {
    const { code, stderr } = await refused(['score', '--summary', 's.json', ...args], folder);
    const { exit_code, error } = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'));
    expect({ code, stderr }).toEqual({ code: exit_code, stderr: `recommend: ${error}\n` });
    return { code, error };
  };
  expect(await summed('--work', 'nowhere', '--shard', '1')).toMatchObject({ code: 66 });
  expect(await summed('--work', 'w', '--shard', '3')).toMatchObject({ code: 2, error: expect.stringContaining('2') });
  expect(await summed('--work', 'w', '--shard', 'auto')).toMatchObject({ code: 2 });
});

test('merge refuses shards of another plan', async () => {
  const folder = copy();
  writeFileSync(join(folder, 'w', 'learn-0123456789abcdef-0-5'), '');
  const { code, stderr } = await refused(['merge', '--work', 'w', '-o', 'm.csv'], folder);
  expect(stderr).toContain('w: learn-0123456789abcdef-0-5 is of another plan');
  expect(code).toBe(65);
});

test('a plan that was altered, has another version or lacks a file is refused with 65, and a missing plan with 66', async () => {
  const shard = ['fit', '--stage', 'count', '--shard', '1', '--work', 'w'];
  const lacking = copy('count-');
  rmSync(fileOf(lacking, 'evidence-'));
  const altered = copy();
  alter(join(altered, 'w', 'plan'));
  const older = copy();
  const plan = readJson(join(older, 'w', 'plan')) as object;
  rmSync(join(older, 'w', 'plan'));
  writeArrays(join(older, 'w', 'plan'), { json: Buffer.from(JSON.stringify({ ...plan, version: '0.0.1' })) });
  for (const [folder, why] of [
    [lacking, 'plan again, in another folder'],
    [altered, 'was altered: its check sum does not match; plan again'],
    [older, 'w was planned by version 0.0.1 of this program'],
  ] as const) {
    const { code, stderr } = await refused(shard, folder);
    expect(stderr).toContain(why);
    expect(code).toBe(65);
  }
  const { code, stderr } = await refused(shard, newFolder());
  expect(stderr).toContain('there is no plan in w');
  expect(code).toBe(66);
});

test.each([
  [['fit', '--work', 'w', '--shard', '1'], '--stage is missing: count, then learn'],
  [['score', '--work', 'w'], '--shard is missing'],
  [['score', '--shard', '1'], '--work DIR is missing'],
  [['score', '--work', 'w', '--shard', '1', '--top', '5'], '--top is an option of recommend plan'],
  [['score', '--work', 'w', '--shard', '3/8'], '--shard 3/8: the plan has 2 shards'],
  [['score', '--work', 'w', '--shard', 'some'], 'Expected a shard like 3/8'],
  [['score', '--work', 'w', '--shard', 'auto'], 'JOB_COMPLETION_INDEX=2: expected a number from 0 to 1'],
  [['plan', '-u', 'events.csv', '--work', 'w'], '--shards N is missing'],
  [['plan', '-u', 'events.csv', '--shards', '2'], '--work DIR is missing'],
  [['merge', '--work', 'w', '-o', 'm.parquet'], 'contradict each other'],
])('%j is refused with 2: %s', async (args, why) => {
  const { code, stderr } = await refused(args, finished, { JOB_COMPLETION_INDEX: '2' });
  expect(stderr).toContain(why);
  expect(code).toBe(2);
});
