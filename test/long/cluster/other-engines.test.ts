import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { expectWhole, fromDocument, kill, testWith, type World, world } from './world.js';

const SHARDS = 4;

/** Runs an engine, and kills the shard that stops in the middle. */
async function engine(trial: World, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, { cwd: trial.folder, env: { ...trial.env, ...env } });
  const ended = once(child, 'close');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  try {
    const shards = Array.from({ length: SHARDS }, (_, k) => k + 1);
    const working = () => shards.flatMap((shard) => trial.working(shard));
    while (child.exitCode === null && trial.held() === 0) await sleep(50);
    // Its neighbours finish; what goes on then is the one that is held.
    for (let alone = 0; child.exitCode === null && alone < 10; await sleep(50))
      alone = working().length === 1 ? alone + 1 : 0;
    expect(child.exitCode, said).toBeNull();
    for (const pid of working()) kill(pid);
    await ended;
    expect(child.exitCode, said).toBe(0);
  } finally {
    child.kill('SIGKILL');
    await trial.clear();
  }
  return said;
}

testWith(
  ['parallel'],
  'GNU parallel over ssh: one shard killed, one node lost, and the bytes of one machine',
  async () => {
    const trial = await world(1);
    const script = fromDocument(/parallel --sshlogin/, trial.folder, SHARDS).replace(
      /^WORK=.*$/m,
      `WORK=${trial.folder}/w`,
    );
    const ssh = join(trial.folder, 'bin', 'ssh');
    const nodes = join(trial.folder, 'nodes');
    // Each node is this machine; one does not answer once lists are made.
    writeFileSync(
      ssh,
      `#!/bin/sh
while [ "$1" != "\${1#-}" ]; do shift; done
host=$1; shift
[ "$1" = -- ] && shift
echo "$host" >>'${nodes}'
case "$host $*" in node3*score*) echo "ssh: connect to host node3 port 22: No route to host" >&2; exit 255;; esac
cd '${trial.folder}' && exec sh -c "$*"
`,
    );
    chmodSync(ssh, 0o755);
    await engine(trial, 'bash', ['-euc', script], { PARALLEL_SSH: ssh });
    expect(new Set(readFileSync(nodes, 'utf8').trim().split('\n')).size).toBe(3);
    expectWhole(trial, 'w');
  },
);

testWith(['snakemake'], 'Snakemake: one shard killed, and the bytes of one machine', async () => {
  const trial = await world(1);
  writeFileSync(join(trial.folder, 'Snakefile'), fromDocument(/^rule lists:/m, trial.folder, SHARDS));
  await engine(trial, 'snakemake', ['--cores', '2', '--nolock']);
  expect(existsSync(join(trial.folder, 'work', 'plan'))).toBe(true);
  expectWhole(trial, 'work');
});
