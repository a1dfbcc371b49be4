import { expect, test } from 'vitest';
import { shardIndex } from '../../src/array-jobs/engines.js';
import { ranges } from '../../src/array-jobs/plan-file.js';

test.each([
  ['RECOMMEND_SHARD', 1, 8],
  ['JOB_COMPLETION_INDEX', 0, 7],
  ['SLURM_ARRAY_TASK_ID', 1, 8],
  ['AWS_BATCH_JOB_ARRAY_INDEX', 0, 7],
  ['BATCH_TASK_INDEX', 0, 7],
  ['CLOUD_RUN_TASK_INDEX', 0, 7],
  ['PBS_ARRAY_INDEX', 1, 8],
  ['SGE_TASK_ID', 1, 8],
  ['LSB_JOBINDEX', 1, 8],
  ['PARALLEL_SEQ', 1, 8],
  ['BATCH_TASK_INSTANCE_INDEX', 0, 7],
])('%s counts from %i, and an index out of range is refused with the allowed range', (name, first, last) => {
  for (let index = 0; index < 8; index++) expect(shardIndex('auto', 8, { [name]: String(first + index) })).toBe(index);
  for (const value of [first - 1, last + 1, 'x', '1e0', '-1']) {
    if (name === 'LSB_JOBINDEX' && value === 0) continue;
    expect(() => shardIndex('auto', 8, { [name]: String(value) })).toThrow(
      `${name}=${value}: expected a number from ${first} to ${last}, since the plan has 8 shards`,
    );
  }
});

test('a whole Slurm array may count from 0, but a partial one counts from 1', () => {
  const slurm = (id: number, first: number, last: number) =>
    shardIndex('auto', 8, {
      SLURM_ARRAY_TASK_ID: String(id),
      SLURM_ARRAY_TASK_MIN: String(first),
      SLURM_ARRAY_TASK_MAX: String(last),
    });
  expect([slurm(0, 0, 7), slurm(7, 0, 7), slurm(1, 1, 8), slurm(3, 3, 7), slurm(8, 8, 8)]).toEqual([0, 7, 0, 2, 7]);
  expect(() => slurm(0, 0, 3)).toThrow('SLURM_ARRAY_TASK_ID=0: expected a number from 1 to 8');
});

test('values that engines set outside of an array are ignored, and a missing index is refused', () => {
  const none = { SGE_TASK_ID: 'undefined', LSB_JOBINDEX: '0', RECOMMEND_SHARD: '' };
  expect(shardIndex('auto', 8, { ...none, PARALLEL_SEQ: '2' })).toBe(1);
  expect(shardIndex('auto', 8, { RECOMMEND_SHARD: '3', JOB_COMPLETION_INDEX: '5' })).toBe(2);
  expect(() => shardIndex('auto', 8, none)).toThrow('no engine says which task of an array this is');
});

test('a shard number may be given with the number of shards, which has to match the plan', () => {
  expect(shardIndex({ number: 3, of: 8 }, 8, {})).toBe(2);
  expect(shardIndex({ number: 8 }, 8, { SLURM_ARRAY_TASK_ID: '1' })).toBe(7);
  expect(() => shardIndex({ number: 3, of: 9 }, 8, {})).toThrow('--shard 3/9: the plan has 8 shards');
  expect(() => shardIndex({ number: 9 }, 8, {})).toThrow('--shard 9: expected a number from 1 to 8');
});

test('shard numbers are written as ranges', () => {
  expect(ranges([])).toBe('');
  expect(ranges([3, 7, 12, 13, 14, 15])).toBe('3,7,12-15');
  expect(ranges([1, 2, 3])).toBe('1-3');
});
