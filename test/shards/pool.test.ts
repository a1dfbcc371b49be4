import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { evidenceOf } from '../../src/model/evidence.js';
import { fitCosts, type LearnedRows } from '../../src/model/fit.js';
import { rowLengths, stacked } from '../../src/model/sparse.js';
import { ChildFailure } from '../../src/shards/child.js';
import { planShards, type Shard } from '../../src/shards/plan.js';
import { Pool } from '../../src/shards/pool.js';
import type { Answer, FitJob } from '../../src/shards/protocol.js';
import { readArrays } from '../../src/storage/array-file.js';
import { matrixFrom } from '../../src/storage/matrix-file.js';
import { writeEvidence } from '../../src/storage/run-files.js';
import { fitterOf } from '../model/learned.js';
import { observationsOf, settingsWith } from '../model/worlds.js';
import { temporaryFolders } from '../storage/temporary.js';

const folder = temporaryFolders();
const pools: Pool[] = [];

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close('at once')));
});

/** A pool of the worker program of that name, and what it told of retries. */
function poolOf(program: string | undefined, size = 1): { pool: Pool; retries: string[] } {
  const retries: string[] = [];
  const worker = program === undefined ? {} : { worker: new URL(`./workers/${program}.mjs`, import.meta.url) };
  const pool = new Pool({ size, onRetry: (message) => retries.push(message), ...worker });
  pools.push(pool);
  return { pool, retries };
}

function job(at = folder()): FitJob {
  return {
    kind: 'fit',
    evidence: join(at, 'evidence'),
    settings: settingsWith({ method: 'normalised' }),
    gram: [],
    rows: join(at, 'rows'),
  };
}

function shards(count: number): Shard[] {
  return Array.from({ length: count }, (_, index) => ({ index, from: index * 10, to: index * 10 + 10, cost: 1 }));
}

async function failureOf(running: Promise<void>): Promise<ChildFailure> {
  const error: unknown = await running.then(
    () => undefined,
    (thrown) => thrown,
  );
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

describe('the worker itself', () => {
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

  test.each([1, 3])('learns in a pool of %d what one fitter learns, and is gone after close', async (size) => {
    const fit = { ...job(), settings };
    writeEvidence(fit.evidence, evidence);
    const plan = planShards(fitCosts(evidence, settings), 20);
    expect(plan.length).toBeGreaterThan(3);
    const { pool, retries } = poolOf(undefined, size);
    const fitter = fitterOf(evidence, settings);
    const pieces: LearnedRows[] = [];
    const pids = new Set<number>();
    await pool.run(fit, plan, ({ path, precision, length }) => {
      const rows = matrixFrom(readArrays(path), 'rows');
      expect(length).toEqual(rowLengths(rows));
      pieces.push({ rows, precision });
      pids.add(Number(path.split('.').at(-1)));
    });
    const whole = fitter.rows(0, fitCosts(evidence, settings).length);
    expect(stacked(...pieces.map(({ rows }) => rows))).toEqual(whole.rows);
    expect(pieces.flatMap(({ precision }) => Array.from(precision))).toEqual(Array.from(whole.precision));
    expect(retries).toEqual([]);
    expect(pids.size).toBeLessThanOrEqual(size);
    expect([...pids].map(isAlive)).not.toContain(false);
    await pool.close('gently');
    expect([...pids].map(isAlive)).not.toContain(true);
  });

  test('says what it threw, and the shard is not tried again', async () => {
    const { pool, retries } = poolOf(undefined);
    const missing = job();
    const failure = await failureOf(pool.run(missing, shards(1), () => {}));
    expect(failure.ending).toBe('threw');
    expect(failure.message).toContain('fit shard 0 (rows 0 to 9): ');
    expect(failure.message).toContain(`no such file or directory, open '${missing.evidence}'`);
    expect(failure.childStack).toContain('readArrays');
    expect(retries).toEqual([]);
  });
});

describe('a worker that', () => {
  test.each([
    ['exits-with-1', 'exited early', 'ended with exit code 1 and no answer'],
    ['no-such-file', 'exited early', 'ended with exit code 1 and no answer'],
    ['exits-without-answer', 'exited early', 'ended with exit code 0 and no answer'],
    ['talks-nonsense', 'said nonsense', 'sent a message that is none of the protocol'],
    ['answers-another-shard', 'said nonsense', 'answered answer where shard 0 was asked'],
    ['other-protocol', 'said nonsense', 'did not say that it is ready, or speaks another version of the protocol'],
  ])('%s fails the run as "%s" after three tries', async (program, ending, what) => {
    const { pool, retries } = poolOf(program);
    const delivered: Answer[] = [];
    const failure = await failureOf(pool.run(job(), shards(2), (answer) => void delivered.push(answer)));
    expect(failure.ending).toBe(ending);
    expect(failure.message).toMatch(/^fit shard 0 \(rows 0 to 9\): worker \d+ /);
    expect(failure.message.endsWith(what)).toBe(true);
    expect(delivered).toEqual([]);
    expect(retries.length).toBe(2);
    for (const retry of retries) expect(retry.endsWith(`${what}; given to another worker`)).toBe(true);
    const pids = [...retries, failure.message].map(pidIn);
    expect(new Set(pids).size).toBe(3);
    await pool.close('gently');
    expect(pids.map(isAlive)).toEqual([false, false, false]);
  });

  test('is killed over a shard costs one more try, which is told', async () => {
    const { pool, retries } = poolOf('killed-once');
    const killed = job();
    const order: number[] = [];
    const pids: number[] = [];
    await pool.run(killed, shards(3), (answer, shard) => {
      order.push(shard.index);
      if (answer.kind === 'fit') pids.push(Number(answer.path));
    });
    const victim = Number(readFileSync(`${killed.rows}.killed`, 'utf8'));
    expect(order).toEqual([0, 1, 2]);
    expect(retries).toEqual([
      `fit shard 0 (rows 0 to 9): worker ${victim} was killed by SIGKILL; given to another worker`,
    ]);
    expect(pids).not.toContain(victim);
    await pool.close('gently');
    expect([victim, ...pids].map(isAlive)).not.toContain(true);
  });

  test('throws ends the run at the first try', async () => {
    const { pool, retries } = poolOf('throws');
    const burning = job();
    const failure = await failureOf(pool.run(burning, shards(3), () => {}));
    expect(failure).toMatchObject({
      ending: 'threw',
      message: 'fit shard 0 (rows 0 to 9): the rows are on fire',
      childStack: 'Error: the rows are on fire\n    at child',
    });
    expect(retries).toEqual([]);
    const tries = readFileSync(`${burning.rows}.tries`, 'utf8').trim().split('\n');
    expect(tries.length).toBe(1);
    await pool.close('gently');
    expect(isAlive(Number(tries[0]))).toBe(false);
  });

  test('is slow over the first shard does not put the answers out of order', async () => {
    const { pool } = poolOf('holds-first', 2);
    const order: number[] = [];
    const pids: string[] = [];
    await pool.run(job(), shards(6), (answer, shard) => {
      order.push(shard.index);
      if (answer.kind === 'fit') pids.push(answer.path);
    });
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    // The others were all worked by the other child, before shard 0 was done.
    expect(pids.lastIndexOf(pids[0] ?? '')).toBe(0);
    expect(new Set(pids).size).toBe(2);
  });

  test('says nothing any more is gone after a close at once', async () => {
    const { pool } = poolOf('silent-after-first');
    const pid = await new Promise<number>((resolve, reject) => {
      pool.run(job(), shards(2), (answer) => resolve(answer.kind === 'fit' ? Number(answer.path) : 0)).catch(reject);
    });
    expect(isAlive(pid)).toBe(true);
    await pool.close('at once');
    expect(isAlive(pid)).toBe(false);
  });

  test('cannot be started is told so', async () => {
    const { execPath } = process;
    const { pool, retries } = poolOf(undefined);
    process.execPath = join(folder(), 'no-node');
    try {
      const failure = await failureOf(pool.run(job(), shards(1), () => {}));
      expect(failure.ending).toBe('could not start');
      expect(failure.message).toContain('ENOENT');
      expect(retries.length).toBe(2);
    } finally {
      process.execPath = execPath;
    }
  });
});

describe('a pool', () => {
  test('waits for what the taker of an answer does before it gives the next', async () => {
    const { pool } = poolOf('killed-once', 2);
    const events: string[] = [];
    await pool.run(job(), shards(4), async (_, { index }) => {
      events.push(`take ${index}`);
      await new Promise((resolve) => setImmediate(resolve));
      events.push(`done ${index}`);
    });
    expect(events).toEqual([0, 1, 2, 3].flatMap((index) => [`take ${index}`, `done ${index}`]));
  });

  test('ends the run with the error of the taker, and hands out no more answers', async () => {
    const { pool } = poolOf('holds-first', 2);
    let taken = 0;
    const running = pool.run(job(), shards(6), () => {
      taken++;
      throw new Error('the disk is full');
    });
    await expect(running).rejects.toThrow(new Error('the disk is full'));
    expect(taken).toBe(1);
  });

  test('serves a second job with the same children', async () => {
    const { pool } = poolOf('silent-after-first');
    const pids: string[] = [];
    const take = (answer: Answer) => void (answer.kind === 'fit' && pids.push(answer.path));
    await pool.run(job(), shards(1), take);
    await pool.run(job(), shards(1), take);
    expect(pids.length).toBe(2);
    expect(pids[0]).toBe(pids[1]);
  });

  test('has no more children than shards, and at least one', () => {
    const { pool } = poolOf(undefined, 4);
    expect([0, 1, 3, 9].map((count) => pool.childrenFor(count))).toEqual([1, 1, 3, 4]);
  });

  test('with no shards is done at once', async () => {
    const { pool } = poolOf('exits-with-1');
    let taken = 0;
    await pool.run(job(), [], () => void taken++);
    expect(taken).toBe(0);
  });
});
