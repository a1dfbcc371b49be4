import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { runInProcess } from '../../cli/run.js';
import { temporaryFolders } from '../../files/temporary.js';
import { kill } from './kill-all.js';
import { Slurm } from './slurm.js';
import { expectWhole, fromDocument, testWith, world } from './world.js';

const newFolder = temporaryFolders();
const SHARDS = 7;
const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch'];

testWith(PROGRAMS, 'Slurm gives the same lists despite a killed shard and a lost node', async () => {
  const trial = await world(3);
  const slurm = await Slurm.start(newFolder(), ['node1', 'node2', 'node3', 'node4'], trial.env);
  try {
    await slurm.submit(fromDocument(/^# submit\.sh/m, trial.folder, SHARDS));
    // The three held shards, and the merge that waits for them.
    await slurm.until('three shards are held', (queue) => trial.held() === 3 && queue.length === 4);
    const [killed, requeued, cutOff] = (await slurm.queue()).filter(({ state }) => state === 'RUNNING');
    if (!(killed && requeued && cutOff)) throw new Error('not all are running');
    const work = readdirSync(trial.folder).find((name) => name.startsWith('work-')) ?? '';
    const { stdout } = await runInProcess(['status', '--work', work], { folder: trial.folder });
    for (const { task } of [killed, requeued, cutOff])
      expect(stdout).toMatch(new RegExp(`recommending .*\\b${task}\\b`));
    for (const pid of trial.working(killed.task)) kill(pid);
    await slurm.requeue(requeued);
    slurm.lose(cutOff.node);
    // The job on the lost node still runs: two processes work on the same shard.
    await slurm.until('all jobs are done', (queue) => queue.length === 0);
    expect(trial.working(cutOff.task).length).toBe(1);
    expect(await slurm.stateOf(cutOff.node)).toMatch(/^down/);
    expectWhole(trial, work);
  } finally {
    await slurm.stop();
    await trial.clear();
  }
});
