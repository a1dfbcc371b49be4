import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Failure, isDiskFull } from '../../src/failure.js';
import { stacked } from '../../src/matrix/combined.js';
import { rowLengths } from '../../src/matrix/sparse.js';
import { evidenceOf } from '../../src/model/evidence.js';
import { fitCosts, type LearnedRows } from '../../src/model/fit.js';
import { BALANCES } from '../../src/workers/balance.js';
import { ChildFailure } from '../../src/workers/child.js';
import { writeEvidence } from '../../src/workers/evidence-file.js';
import { readMatrix } from '../../src/workers/matrix-file.js';
import { planShards, type Shard } from '../../src/workers/plan.js';
import { Pool } from '../../src/workers/pool.js';
import type { LearnJob } from '../../src/workers/protocol.js';
import { readLearnedFacts } from '../../src/workers/run-files.js';
import { shardPath } from '../../src/workers/shard-file.js';
import type { Timeouts } from '../../src/workers/watch.js';
import { temporaryFolders } from '../files/temporary.js';
import { fitterOf } from '../model/learned.js';
import { observationsOf, settingsWith } from '../model/worlds.js';

const folder = temporaryFolders();
const pools: Pool[] = [];

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close('at once')));
});

/** A pool of the misbehaving worker program of that name (undefined: the real one), and its messages about retries. */
function poolOf(program: string | undefined, size = 1, timeouts?: Timeouts): { pool: Pool; retries: string[] } {
  const retries: string[] = [];
  const worker = program === undefined ? {} : { worker: new URL(`./misbehaving/${program}.mjs`, import.meta.url) };
  const pool = new Pool({
    size,
    onRetry: (message) => retries.push(message),
    ...worker,
    ...(timeouts && { timeouts }),
  });
  pools.push(pool);
  return { pool, retries };
}

function job(at = folder()): LearnJob {
  return {
    kind: 'learn',
    evidence: join(at, 'evidence'),
    settings: settingsWith({ method: 'normalised' }),
    gram: [],
    output: join(at, 'rows'),
  };
}

function shards(count: number): Shard[] {
  return Array.from({ length: count }, (_, index) => ({ index, from: index * 10, to: index * 10 + 10, cost: 1 }));
}

async function thrownBy(running: Promise<void>): Promise<Error> {
  const error: unknown = await running.then(
    () => undefined,
    (thrown) => thrown,
  );
  if (error instanceof Error) return error;
  throw new Error('the run did not fail');
}

async function failureOf(running: Promise<void>): Promise<ChildFailure> {
  const error = await thrownBy(running);
  if (error instanceof ChildFailure) return error;
  throw new Error('the run did not end with the failure of a child', { cause: error });
}

function pidIn(message: string): number {
  return Number(/worker (\d+)/.exec(message)?.[1]);
}

function isAlive(pid: number): boolean {
  expect(pid).toBeGreaterThan(1);
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the real worker program', () => {
  const settings = settingsWith({ method: 'normalised', neighbors: 3 });
  const evidence = evidenceOf(
    observationsOf({
      interactions: Array.from({ length: 12 }, (_, u) =>
        Array.from({ length: 9 }, (_, i) => ((u * 7 + i * 5) % 4 === 0 ? 1 : 0)),
      ),
      attributes: Array.from({ length: 9 }, (_, i) => [i % 2, i % 3 === 0 ? 1 : 0]),
      groups: Array.from({ length: 12 }, (_, u) => [u % 2]),
      offered: [1, 1, 1, 0, 1, 1, 1, 1, 1],
    }),
    settings,
  );

  test.each([1, 3])('learns in a pool of %d what a single fitter learns, and is gone after close', async (size) => {
    const fit = { ...job(), settings };
    writeEvidence(fit.evidence, evidence);
    const plan = planShards(fitCosts(evidence, settings), 20);
    expect(plan.length).toBeGreaterThan(3);
    const { pool, retries } = poolOf(undefined, size);
    const learn = fitterOf(evidence, settings);
    const pieces: LearnedRows[] = [];
    const pids = new Set<number>();
    await pool.run(fit, plan, (path, shard) => {
      expect(path).toBe(shardPath(fit.output, shard));
      const rows = readMatrix(path, 'rows');
      const { precision, length } = readLearnedFacts(path);
      expect(length).toEqual(rowLengths(rows));
      pieces.push({ rows, precision });
      for (const pid of pool.pids()) pids.add(pid);
    });
    const whole = learn(0, fitCosts(evidence, settings).length);
    expect(stacked(...pieces.map(({ rows }) => rows))).toEqual(whole.rows);
    expect(pieces.flatMap(({ precision }) => Array.from(precision))).toEqual(Array.from(whole.precision));
    expect(retries).toEqual([]);
    expect(pids.size).toBeLessThanOrEqual(size);
    expect([...pids].map(isAlive)).not.toContain(false);
    await pool.close('gently');
    expect([...pids].map(isAlive)).not.toContain(true);
  });

  test('is killed if it is stopped by a signal when the pool closes', async () => {
    const fit = { ...job(), settings };
    writeEvidence(fit.evidence, evidence);
    const { pool } = poolOf(undefined);
    await pool.run(fit, planShards(fitCosts(evidence, settings), 1), () => {});
    const pids = pool.pids();
    expect(pids.length).toBeGreaterThan(0);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await pool.close('gently');
    expect(pids.map(isAlive)).not.toContain(true);
  });

  test('reports the error that it threw, with its stack', async () => {
    const { pool } = poolOf(undefined);
    const missing = job();
    const failure = await failureOf(pool.run(missing, shards(1), () => {}));
    expect(failure.ending).toBe('threw');
    expect(failure.message).toContain('learn shard 0 (rows 2 to 2): ');
    expect(failure.message).toContain(`no such file or directory, open '${missing.evidence}'`);
    expect(failure.childStack).toContain('readArrays');
  });
});

describe('a worker that', () => {
  test.each([
    ['exits-with-1', 'ended with exit code 1 and no answer'],
    ['no-such-file', 'ended with exit code 1 and no answer'],
    ['other-protocol', 'did not report that it is ready, or uses another version of the protocol'],
  ])('never gets ready (%s) ends the run, without retries of its shards', async (program, what) => {
    const { pool, retries } = poolOf(program);
    const failure = await thrownBy(pool.run(job(), shards(2), () => {}));
    expect(failure).toBeInstanceOf(Failure);
    expect(failure.message).toMatch(/^workers do not start: worker \d+ /);
    expect(failure.message.split('\n')[0]?.endsWith(what)).toBe(true);
    expect(retries).toEqual([]);
    await pool.close('gently');
    expect(isAlive(pidIn(failure.message))).toBe(false);
  });

  test.each([
    ['exits-without-answer', 'exited early', 'ended with exit code 0 and no answer'],
    ['talks-nonsense', 'broke the protocol', 'sent a message that is not part of the protocol'],
    ['answers-another-shard', 'broke the protocol', 'answered answer where shard 0 was asked'],
    ['throws', 'threw', 'the rows are on fire'],
  ])('%s at every row ends the run as "%s" after three single rows have failed', async (program, ending, what) => {
    const { pool, retries } = poolOf(program);
    const delivered: string[] = [];
    const lost: number[] = [];
    const failure = await failureOf(
      pool.run(
        job(),
        shards(2),
        (answer) => void delivered.push(answer),
        (shard) => void lost.push(shard.from),
      ),
    );
    expect(failure.ending).toBe(ending);
    expect(failure.message).toMatch(/^learn shard 0 \(rows 2 to 2\): /);
    expect(failure.message.endsWith(what)).toBe(true);
    expect(delivered).toEqual([]);
    expect(lost).toEqual([]);
    // 10 rows, 5, 3, 2, then three single rows, one of them from a pair.
    const halves = retries.filter((retry) => retry.endsWith('; its halves are given to other workers'));
    const again = retries.filter((retry) => retry.endsWith('; given to another worker'));
    expect(halves.map((retry) => /rows \d+ to \d+/.exec(retry)?.[0])).toEqual(
      ['0 to 9', '0 to 4', '0 to 2', '0 to 1'].map((rows) => `rows ${rows}`),
    );
    expect(again.map((retry) => /rows \d+/.exec(retry)?.[0])).toEqual(['rows 0', 'rows 1', 'rows 2']);
    await pool.close('gently');
    if (ending !== 'threw') expect([...retries, failure.message].map(pidIn).map(isAlive)).not.toContain(true);
  });

  test.each(['dies', 'crashes', 'throws', 'exits', 'babbles'])(
    '%s at one row loses only that row, and all other rows arrive in order',
    async (how) => {
      const { pool, retries } = poolOf('poisoned', 2);
      const poisoned = { ...job(), settings: settingsWith({ lambda: 23 }) };
      const arrived: string[] = [];
      await pool.run(
        { ...poisoned, output: `${poisoned.output}.${how}` },
        shards(5),
        (_, { from, to }) => void arrived.push(...Array.from({ length: to - from }, (_, k) => String(from + k))),
        ({ from, to }, failure) => void arrived.push(`lost ${from} to ${to - 1}: ${failure.ending}`),
      );
      const ending = {
        dies: 'was killed',
        crashes: 'was killed',
        throws: 'threw',
        exits: 'exited early',
        babbles: 'broke the protocol',
      }[how];
      expect(arrived).toEqual(
        Array.from({ length: 50 }, (_, row) => (row === 23 ? `lost 23 to 23: ${ending}` : String(row))),
      );
      expect(retries.length).toBeLessThan(7);
    },
  );

  test('dies at one row ends the run if the caller does not accept lost rows', async () => {
    const { pool } = poolOf('poisoned');
    const poisoned = { ...job(), settings: settingsWith({ lambda: 23 }) };
    const failure = await failureOf(pool.run({ ...poisoned, output: `${poisoned.output}.dies` }, shards(5), () => {}));
    expect(failure.message).toMatch(/^learn shard 2 \(rows 23 to 23\): worker \d+ was killed by SIGKILL$/);
  });

  test('is killed at a shard has its halves tried again by others, which is reported', async () => {
    const { pool, retries } = poolOf('killed-once');
    const killed = job();
    const order: number[][] = [];
    const pids: number[] = [];
    await pool.run(killed, shards(3), (path, { from, to }) => {
      order.push([from, to]);
      pids.push(Number(path));
    });
    const victim = Number(readFileSync(`${killed.output}.killed`, 'utf8'));
    expect(order).toEqual([
      [0, 5],
      [5, 10],
      [10, 20],
      [20, 30],
    ]);
    expect(retries).toEqual([
      `learn shard 0 (rows 0 to 9): worker ${victim} was killed by SIGKILL; its halves are given to other workers`,
    ]);
    expect(pids).not.toContain(victim);
    await pool.close('gently');
    expect([victim, ...pids].map(isAlive)).not.toContain(true);
  });

  test('is killed at a shard that cannot be split has the whole shard given to another', async () => {
    const { pool, retries } = poolOf('killed-once');
    const order: number[][] = [];
    const whole = shards(2).map((shard) => ({ ...shard, whole: true }));
    await pool.run(job(), whole, (_, { from, to }) => void order.push([from, to]));
    expect(order).toEqual([
      [0, 10],
      [10, 20],
    ]);
    expect(retries).toEqual([
      expect.stringMatching(
        /^learn shard 0 \(rows 0 to 9\): worker \d+ was killed by SIGKILL; given to another worker$/,
      ),
    ]);
  });

  test('crashes has its stderr passed to the caller', async () => {
    let stderr = '';
    const pool = new Pool({
      size: 1,
      onRetry: () => {},
      onStderr: (text) => {
        stderr += text;
      },
      worker: new URL('./misbehaving/last-words.mjs', import.meta.url),
    });
    pools.push(pool);
    const failure = await failureOf(pool.run(job(), shards(1), () => {}));
    expect(failure.message).toContain('ended with exit code 1 and no answer');
    await vi.waitFor(() => expect(stderr).toMatch(/Error: the disk is made of cheese\n\s+at /));
  });

  test.each([
    ['stops', 'was stopped (SIGSTOP) and did not go on'],
    ['loops', 'gave no answer within 2 s'],
  ])('%s is killed and its rows are given to another', async (how, what) => {
    const { pool, retries } = poolOf('hangs-once', 2, {
      least: 2,
      first: 2,
      times: 1,
      stopped: how === 'stops' ? 1 : 60,
    });
    const hanging = job();
    const arrived: number[] = [];
    await pool.run(
      { ...hanging, output: `${hanging.output}.${how}` },
      shards(4),
      (_, { from, to }) => void arrived.push(from, to),
    );
    expect(arrived).toEqual([0, 5, 5, 10, 10, 20, 20, 30, 30, 40]);
    expect(retries.length).toBe(1);
    expect(retries[0]).toContain(`${what}; its halves are given to other workers`);
    expect(isAlive(pidIn(retries[0]!))).toBe(false);
  });

  test('finds the disk full ends the run, without splitting or retrying the shard', async () => {
    const { pool, retries } = poolOf('without-room');
    const at = job();
    const failure = await failureOf(
      pool.run(
        at,
        shards(3),
        () => {},
        () => {},
      ),
    );
    expect(isDiskFull(failure)).toBe(true);
    expect(failure.message).toContain('ENOSPC: no space left on device');
    expect(retries).toEqual([]);
    expect(readFileSync(`${at.output}.tries`, 'utf8').trimEnd().split('\n').length).toBe(1);
  });

  test('throws reports its stack in the error that ends the run', async () => {
    const { pool } = poolOf('throws');
    const failure = await failureOf(pool.run(job(), shards(1), () => {}));
    expect(failure.childStack).toBe('Error: the rows are on fire\n    at child');
  });

  test('is slow at the first shard does not change the order of the answers', async () => {
    const { pool } = poolOf('holds-first', 2);
    const order: number[] = [];
    const pids: string[] = [];
    await pool.run(job(), shards(6), (path, shard) => {
      order.push(shard.index);
      pids.push(path);
    });
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    // The other child did all other shards before shard 0 was finished.
    expect(pids.lastIndexOf(pids[0] ?? '')).toBe(0);
    expect(new Set(pids).size).toBe(2);
  });

  test('has become silent is gone after closing the pool at once', async () => {
    const { pool } = poolOf('silent-after-first');
    const pid = await new Promise<number>((resolve, reject) => {
      pool.run(job(), shards(2), (path) => resolve(Number(path))).catch(reject);
    });
    expect(isAlive(pid)).toBe(true);
    await pool.close('at once');
    expect(isAlive(pid)).toBe(false);
  });

  test('cannot be started ends the run with the reason', async () => {
    const { execPath } = process;
    const { pool, retries } = poolOf(undefined);
    process.execPath = join(folder(), 'no-node');
    try {
      const failure = await thrownBy(pool.run(job(), shards(1), () => {}));
      expect(failure).toBeInstanceOf(Failure);
      expect(failure.message).toContain('ENOENT');
      expect(retries).toEqual([]);
    } finally {
      process.execPath = execPath;
    }
  });
});

describe('a pool', () => {
  test('waits until an answer has been handled before it delivers the next', async () => {
    const { pool } = poolOf('holds-first', 2);
    const events: string[] = [];
    await pool.run(job(), shards(6), async (_, { index }) => {
      events.push(`take ${index}`);
      await new Promise((resolve) => setImmediate(resolve));
      events.push(`done ${index}`);
    });
    expect(events).toEqual([0, 1, 2, 3, 4, 5].flatMap((index) => [`take ${index}`, `done ${index}`]));
  });

  test.each(BALANCES)('balanced by %s does every shard once, and delivers the answers in order', async (balance) => {
    const pool = new Pool({
      size: 3,
      balance,
      onRetry: () => {},
      worker: new URL('./misbehaving/good.mjs', import.meta.url),
    });
    pools.push(pool);
    const order: number[] = [];
    await pool.run(job(), shards(40), (_, { index }) => void order.push(index));
    expect(order).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });

  test('ends idle children, and forks new ones when there is work again', async () => {
    const { pool } = poolOf('good');
    const pids: number[] = [];
    const take = (path: string) => void pids.push(Number(path));
    await pool.run(job(), shards(1), take);
    expect(isAlive(pids[0]!)).toBe(true);
    await vi.waitUntil(() => !isAlive(pids[0]!), { timeout: 30_000 });
    await pool.run(job(), shards(1), take);
    expect(pids[1]).not.toBe(pids[0]);
  });

  test('ends the run with the error of the answer’s handler, and delivers no more answers', async () => {
    const { pool } = poolOf('holds-first', 2);
    let taken = 0;
    const running = pool.run(job(), shards(6), () => {
      taken++;
      throw new Error('the disk is full');
    });
    await expect(running).rejects.toThrow(new Error('the disk is full'));
    expect(taken).toBe(1);
  });

  test('can start children ahead of the first shard, and gives it to them', async () => {
    const { pool } = poolOf('good', 3);
    pool.start(2);
    const started = pool.pids();
    expect(started.length).toBe(2);
    await pool.run(job(), shards(8), () => {});
    expect(pool.pids().slice(0, 2)).toEqual(started);
    pool.start(9);
    expect(pool.pids().length).toBe(3);
  });

  test('ends children that were started ahead and get no work', async () => {
    const { pool } = poolOf('good', 1);
    pool.start(1);
    const [pid] = pool.pids();
    await vi.waitFor(() => expect(isAlive(pid!)).toBe(false), { timeout: 8000, interval: 100 });
    expect(pool.pids()).toEqual([]);
    await pool.run(job(), shards(1), () => {});
  }, 15_000);

  test('uses the same children for a second job', async () => {
    const { pool } = poolOf('silent-after-first');
    const pids: string[] = [];
    const take = (path: string) => void pids.push(path);
    await pool.run(job(), shards(1), take);
    await pool.run(job(), shards(1), take);
    expect(pids.length).toBe(2);
    expect(pids[0]).toBe(pids[1]);
  });

  test('forks one child for a single shard, whatever its size', async () => {
    const { pool } = poolOf('silent-after-first', 4);
    await pool.run(job(), shards(1), () => {});
    expect(pool.pids().length).toBe(1);
  });

  test('is done at once if there are no shards', async () => {
    const { pool } = poolOf('exits-with-1');
    let taken = 0;
    await pool.run(job(), [], () => void taken++);
    expect(taken).toBe(0);
  });
});
