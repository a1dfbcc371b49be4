import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { kill } from './kill-all.js';
import { expectWhole, fromDocument, testWith, type World, world } from './world.js';

const SHARDS = 4;

/** Runs an engine, and kills the shard that is held in the middle. */
async function engine(trial: World, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, { cwd: trial.folder, env: { ...trial.env, ...env } });
  const ended = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  try {
    const shards = Array.from({ length: SHARDS }, (_, k) => String(k + 1));
    const working = () => shards.flatMap((shard) => trial.working(shard));
    while (child.exitCode === null && trial.held() === 0) await sleep(50);
    // The other shards finish; the only one that still runs then is the held one.
    for (let alone = 0; child.exitCode === null && alone < 10; await sleep(50))
      alone = working().length === 1 ? alone + 1 : 0;
    expect(child.exitCode, `${output}\n${joblogs(trial.folder)}`).toBeNull();
    for (const pid of working()) kill(pid);
    await ended;
    expect(child.exitCode, output).toBe(0);
  } finally {
    child.kill('SIGKILL');
    await trial.clear();
  }
}

/** The job logs of GNU parallel. */
function joblogs(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('joblog-'))
    .map((name) => `${name}:\n${readFileSync(join(folder, name), 'utf8')}`)
    .join('\n');
}

testWith(
  ['parallel'],
  'GNU parallel over ssh gives the lists of a single run although a shard is killed and a node is lost',
  async () => {
    const trial = await world(1);
    const script = fromDocument(/parallel --sshlogin/, trial.folder, SHARDS).replace(
      /^WORK=.*$/m,
      `WORK=${trial.folder}/w`,
    );
    const ssh = join(trial.folder, 'bin', 'ssh');
    const nodes = join(trial.folder, 'nodes');
    // Every node is this machine; node3 stops responding once lists are made.
    writeFileSync(
      ssh,
      `#!/bin/sh
while [ "$1" != "\${1#-}" ]; do shift; done
host=$1; shift
[ "$1" = -- ] && shift
[ "$host" = node3 ] && [ -e '${trial.folder}/w/joblog-score' ] && host='node3 is lost'
echo "$host" >>'${nodes}'
[ "$host" = 'node3 is lost' ] && exit 255
# As sshd does: without SHELL, GNU parallel's worker runs nothing and ends with 0.
cd '${trial.folder}' && SHELL=/bin/sh exec sh -c "$*"
`,
    );
    chmodSync(ssh, 0o755);
    await engine(trial, 'bash', ['-euc', script], { PARALLEL_SSH: ssh });
    const used = new Set(readFileSync(nodes, 'utf8').trim().split('\n'));
    expect([...used].sort()).toEqual(['node1', 'node2', 'node3', 'node3 is lost']);
    expectWhole(trial, 'w');
  },
);

testWith(['snakemake'], 'Snakemake gives the lists of a single run although a shard is killed', async () => {
  const trial = await world(1);
  writeFileSync(join(trial.folder, 'Snakefile'), fromDocument(/^rule lists:/m, trial.folder, SHARDS));
  await engine(trial, 'snakemake', ['--cores', '2', '--nolock']);
  expect(existsSync(join(trial.folder, 'work', 'plan'))).toBe(true);
  expectWhole(trial, 'work');
});
