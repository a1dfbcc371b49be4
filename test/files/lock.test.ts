import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { Failure } from '../../src/failure.js';
import { type Lease, type Lock, type Locking, lockOutput, lockPath } from '../../src/files/lock.js';
import { ownTag } from '../../src/files/owner.js';
import { temporaryFolders } from './temporary.js';

const newFolder = temporaryFolders();
let folder = '';
let output = '';
let messages: string[] = [];

/** A lease that is short enough for a test to wait until it expires. */
const SHORT: Lease = { renewed: 0.02, expires: 0.4, look: 0.01 };
/** A lease that does not expire during a test. */
const LONG: Lease = { renewed: 3600, expires: 3600, look: 0.01 };

const locking = (wait: number, more: Partial<Locking> = {}): Locking => ({
  wait,
  info: (message) => messages.push(message),
  onLost: () => messages.push('lost'),
  interrupted: new AbortController().signal,
  ...more,
});

/** Leaves a lock behind, as a process that has died. */
function leave(tag: string, host = 'web-3', count = 17): string {
  const entry = `${tag}-0123456789abcdef@${host}-${count}`;
  mkdirSync(lockPath(output));
  writeFileSync(join(lockPath(output), entry), '');
  return entry;
}

const [, start, pidSpace] = ownTag().split('-');
/** A tag as from another container: number and start of a process that runs here, but another PID space. */
const FOREIGN = `${process.pid}-${start}-1a2b3c4d`;
const goneTag = () => `${spawnSync('true').pid}-${start}-${pidSpace}`;

beforeEach(() => {
  folder = newFolder();
  output = join(folder, 'recs.csv');
  messages = [];
});

test('a held lock is refused with a message about its holder and --lock-wait, and is free again after its release', async () => {
  const lock = await lockOutput(output, locking(0));
  const refused = await lockOutput(output, locking(0)).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Failure);
  expect(refused).toMatchObject({ exitCode: 75 });
  expect(String(refused)).toContain(`is being written by another run (process ${process.pid}); --lock-wait 10m waits`);
  expect(String(refused)).toContain(
    `${lockPath(output)}, is taken over when it has not been renewed for 60 s; if that`,
  );
  expect(lock.isHeld()).toBe(true);
  lock.release();
  expect(lock.isHeld()).toBe(false);
  (await lockOutput(output, locking(0))).release();
  expect(messages).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

test('a waiting run gets the lock once it is free, and reports once that it waits', async () => {
  const lock = await lockOutput(output, locking(0));
  const info = (message: string) => {
    messages.push(message);
    lock.release();
  };
  const waiting = lockOutput(output, locking(30, { info }));
  (await waiting).release();
  expect(messages).toEqual([expect.stringContaining(`another run (process ${process.pid}): waiting`)]);
  expect(readdirSync(folder)).toEqual([]);
});

test('an interrupted run stops waiting at once, and the holder keeps the lock', async () => {
  const lock = await lockOutput(output, locking(0));
  const interrupted = new AbortController();
  const reason = new Failure(130, 'stopped');
  const info = () => interrupted.abort(reason);
  await expect(lockOutput(output, locking(60, { interrupted: interrupted.signal, info }))).rejects.toBe(reason);
  expect(lock.isHeld()).toBe(true);
  lock.release();
});

test('the lock of a dead process is taken over at once', async () => {
  leave(goneTag());
  (await lockOutput(output, locking(0, { lease: LONG }))).release();
  expect(messages).toEqual([
    expect.stringMatching(/^took over the lock of another run \(process \d+\), which is gone$/),
  ]);
  expect(readdirSync(folder)).toEqual([]);
});

test('a lock from another PID space that is not renewed is taken over after its lease, even without --lock-wait', async () => {
  leave(FOREIGN);
  (await lockOutput(output, locking(0, { lease: SHORT }))).release();
  const who = `another run (process ${process.pid} on web-3)`;
  expect(messages).toEqual([
    `${output} is being written by ${who}: waiting; its lock, ${lockPath(output)}, is taken over when it has not been renewed for 0.4 s`,
    `took over the lock of ${who}, which is gone`,
  ]);
  expect(readdirSync(folder)).toEqual([]);
});

test('a lock from another PID space is not taken over once it has been renewed', async () => {
  let entry = leave(FOREIGN);
  const info = () => {
    const next = entry.replace(/-17$/, '-18');
    renameSync(join(lockPath(output), entry), join(lockPath(output), next));
    entry = next;
  };
  await expect(lockOutput(output, locking(0, { info, lease: LONG }))).rejects.toMatchObject({ exitCode: 75 });
  expect(readdirSync(lockPath(output))).toEqual([entry]);
});

test('only one of many runs takes over the lock of a dead run', async () => {
  for (const tag of [goneTag(), FOREIGN]) {
    leave(tag);
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, () => lockOutput(output, locking(0, { lease: SHORT }))),
    );
    const locks = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(locks.length).toBe(1);
    locks[0]?.release();
  }
});

test('a holder learns that its lock was taken over or deleted, and then does not touch it', async () => {
  for (const lose of ['taken over', 'deleted']) {
    let lost = () => {};
    const isLost = new Promise<void>((resolve) => {
      lost = resolve;
    });
    const lock = await lockOutput(output, locking(0, { lease: { ...SHORT, expires: 3600 }, onLost: lost }));
    if (lose === 'deleted') rmSync(lockPath(output), { recursive: true });
    // The rename fails if the holder renews its lock at this moment.
    while (lose === 'taken over' && lock.isHeld()) {
      const [entry = ''] = readdirSync(lockPath(output));
      try {
        renameSync(join(lockPath(output), entry), join(lockPath(output), `${FOREIGN}-0123456789abcdef@web-3-0`));
      } catch {}
    }
    await isLost;
    expect(lock.isHeld()).toBe(false);
    lock.release();
    expect(existsSync(lockPath(output))).toBe(lose === 'taken over');
    rmSync(lockPath(output), { recursive: true, force: true });
  }
});

test('a lock is renewed while its holder blocks the event loop', async () => {
  const lock = await lockOutput(output, locking(0, { lease: SHORT }));
  const [first] = readdirSync(lockPath(output));
  const renewed = () => readdirSync(lockPath(output))[0] !== first;
  // This loop blocks the thread.
  while (!renewed());
  lock.release();
});

test('remains of a process that died while it took or released a lock are cleaned up and block nobody', async () => {
  // A prepared folder, and a lock folder whose file was already removed.
  const made = `${lockPath(output)}.${goneTag()}-0123456789abcdef`;
  mkdirSync(made);
  writeFileSync(join(made, `${goneTag()}-0123456789abcdef@web-3-0`), '');
  mkdirSync(lockPath(output));
  (await lockOutput(output, locking(0))).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a file, pipe, link or foreign folder in place of the lock is refused and not touched', async () => {
  const path = lockPath(output);
  for (const put of [
    () => writeFileSync(path, '4711-1-1a2b3c4d'),
    () => execFileSync('mkfifo', [path]),
    () => symlinkSync('/dev/zero', path),
    () => symlinkSync(newFolder(), path),
    () => symlinkSync('nowhere', path),
    () => {
      mkdirSync(path);
      writeFileSync(join(path, 'photo.jpg'), '');
    },
  ]) {
    put();
    const refused = await lockOutput(output, locking(60)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ exitCode: 73, message: expect.stringContaining(`${path} is not a lock of this`) });
    rmSync(path, { recursive: true });
    expect(readdirSync(folder)).toEqual([]);
  }
});

test('a lock is as writable as its folder, but only by its owner in a sticky folder', async () => {
  for (const [mode, expected] of [
    [0o775, 0o775],
    [0o700, 0o700],
    [0o1777, 0o755],
  ] as const) {
    chmodSync(folder, mode);
    const lock = await lockOutput(output, locking(0));
    expect(statSync(lockPath(output)).mode & 0o777).toBe(expected);
    lock.release();
  }
});

test('a missing output folder is reported as ENOENT', async () => {
  const there = join(folder, 'none', 'recs.csv');
  await expect(lockOutput(there, locking(0))).rejects.toMatchObject({ code: 'ENOENT' });
});

/** Starts another process that takes the lock, inside `wrapper` if given; it prints "held", and "lost" when it loses the lock. */
async function holder(
  ...wrapper: string[]
): Promise<{ child: ChildProcess; printed: (word: string) => Promise<void> }> {
  const lock = fileURLToPath(new URL('../../dist/files/lock.js', import.meta.url));
  const program = `
    const { lockOutput } = await import(${JSON.stringify(lock)});
    const { signal: interrupted } = new AbortController();
    const say = (word) => console.log(word);
    const lease = ${JSON.stringify({ ...SHORT, expires: 3600 })};
    await lockOutput(${JSON.stringify(output)}, { wait: 60, info: say, onLost: () => say('lost'), interrupted, lease });
    say('held ' + process.pid);
    setInterval(() => {}, 1000);`;
  const [command = '', ...args] = [...wrapper, process.execPath, '--input-type=module', '-e', program];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const printed = async (word: string) => {
    while (!stdout.includes(word)) await once(child.stdout, 'data');
  };
  await printed('held');
  return { child, printed };
}

test('a stopped holder loses the lock, and learns so when it continues', async () => {
  const { child, printed } = await holder();
  child.kill('SIGSTOP');
  let lock: Lock | undefined;
  try {
    lock = await lockOutput(output, locking(60, { lease: SHORT }));
    child.kill('SIGCONT');
    await printed('lost');
    expect(lock.isHeld()).toBe(true);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    lock?.release();
  }
  expect(readdirSync(folder)).toEqual([]);
});

const CONTAINER = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts'];
const hasContainers = spawnSync(CONTAINER[0] ?? '', [...CONTAINER.slice(1), 'true']).status === 0;
if (!hasContainers) {
  process.stderr.write(
    '\nNOT TESTED HERE: locks between real PID and UTS namespaces (unshare is not permitted); faked ones are\n\n',
  );
}

test.runIf(hasContainers)('a holder in another PID namespace keeps its lock until it dies', async () => {
  const { child } = await holder(...CONTAINER);
  const [entry = ''] = readdirSync(lockPath(output));
  expect(entry).not.toContain(`-${pidSpace}-`);
  // In our namespace, its number belongs to another process or to none.
  await expect(lockOutput(output, locking(0, { lease: { ...SHORT, expires: 3600 } }))).rejects.toMatchObject({
    exitCode: 75,
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  (await lockOutput(output, locking(0, { lease: SHORT }))).release();
  expect(messages.at(-1)).toMatch(/^took over the lock of another run \(process \d+ on \S+\), which is gone$/);
  expect(readdirSync(folder)).toEqual([]);
});

test.runIf(hasContainers)('two containers that write to one folder wait for each other', async () => {
  const { child } = await holder(...CONTAINER);
  const other = holder(...CONTAINER);
  let hasIt = false;
  other.then(() => {
    hasIt = true;
  });
  await expect(lockOutput(output, locking(0, { lease: { ...SHORT, expires: 3600 } }))).rejects.toMatchObject({
    exitCode: 75,
  });
  expect(hasIt).toBe(false);
  rmSync(lockPath(output), { recursive: true });
  child.kill('SIGKILL');
  const { child: second } = await other;
  second.kill('SIGKILL');
  await once(second, 'exit');
});
