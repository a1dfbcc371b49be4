import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { killAll } from './kill-all.js';

const running = promisify(execFile);

/** One row of `squeue`: an array task or a job. */
export interface Queued {
  job: string;
  task: string;
  name: string;
  state: string;
  node: string;
}

/** Slurm with a controller and nodes on this machine, with all its files in one folder. */
export class Slurm {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #daemons = new Map<string, ChildProcess>();

  private constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#env = { ...env, SLURM_CONF: join(folder, 'slurm.conf') };
  }

  /** Starts Slurm and waits until all nodes are idle. @param env the environment of its daemons and jobs. */
  static async start(folder: string, nodes: readonly string[], env: NodeJS.ProcessEnv): Promise<Slurm> {
    const ports = await freePorts(nodes.length + 1);
    writeFileSync(join(folder, 'key'), randomBytes(128), { mode: 0o400 });
    writeFileSync(join(folder, 'slurm.conf'), configuration(folder, nodes, ports));
    mkdirSync(join(folder, 'state'));
    const slurm = new Slurm(folder, env);
    const files = { socket: 'socket', 'key-file': 'key', 'pid-file': 'munged.pid', 'seed-file': 'seed' };
    const options = Object.entries(files).map(([option, name]) => `--${option}=${join(folder, name)}`);
    slurm.#daemon('munged', ['munged', '--foreground', '--force', ...options]);
    slurm.#daemon('controller', ['slurmctld', '-D', '-i']);
    for (const node of nodes) slurm.#daemon(node, ['slurmd', '-D', '-N', node]);
    await slurm.#until('all nodes are idle', async () => (await slurm.#idle()) === nodes.length);
    return slurm;
  }

  /** Runs a script that submits jobs. */
  async submit(script: string): Promise<void> {
    await running('bash', ['-c', script], { env: this.#env, cwd: this.#folder });
  }

  /** Kills an array task and puts it into the queue again, as an operator does. */
  async requeue({ job }: Queued): Promise<void> {
    await running('scontrol', ['requeue', job], { env: this.#env });
  }

  async queue(): Promise<Queued[]> {
    const { stdout } = await running('squeue', ['-h', '-r', '-o', '%A|%K|%j|%T|%N'], { env: this.#env });
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('|'))
      .map(([job = '', task = '', name = '', state = '', node = '']) => ({ job, task, name, state, node }));
  }

  /** The state of a node according to the controller. */
  async stateOf(node: string): Promise<string> {
    const { stdout } = await running('sinfo', ['-h', '-n', node, '-o', '%T'], { env: this.#env });
    return stdout.trim();
  }

  /** Kills the daemon of a node: for the controller the node is lost, but its job goes on, as if the network had failed. */
  lose(node: string): void {
    this.#daemons.get(node)?.kill('SIGKILL');
  }

  /** Waits until the queue meets a condition. @throws Error with the logs of the daemons if that takes too long. */
  until(what: string, isSo: (queue: Queued[]) => boolean): Promise<void> {
    return this.#until(what, async () => isSo(await this.queue()));
  }

  /** Stops all daemons, and kills the jobs that a lost node left. */
  async stop(): Promise<void> {
    for (const daemon of [...this.#daemons.values()].reverse()) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill('SIGTERM');
      await ended;
    }
    await killAll(`SLURM_CONF=${this.#env.SLURM_CONF}`);
  }

  #daemon(name: string, [command = '', ...args]: readonly string[]): void {
    const log = openSync(join(this.#folder, `${name}.log`), 'a');
    const daemon = spawn(command, args, { stdio: ['ignore', log, log], env: this.#env, cwd: this.#folder });
    this.#daemons.set(name, daemon);
  }

  async #idle(): Promise<number> {
    const { stdout } = await running('sinfo', ['-h', '-N', '-t', 'idle', '-o', '%N'], { env: this.#env });
    return stdout.split('\n').filter((line) => line !== '').length;
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    for (const end = performance.now() + TIMEOUT_MS; performance.now() < end; await sleep(100))
      if (await isSo().catch(() => false)) return;
    const logs = [...this.#daemons.keys()].map((name) => {
      const lines = readFileSync(join(this.#folder, `${name}.log`), 'utf8')
        .trim()
        .split('\n');
      return `${name}:\n${lines.slice(-20).join('\n')}`;
    });
    const queue = await this.queue().catch(() => 'no queue');
    throw new Error(`waited in vain until ${what}: ${JSON.stringify(queue)}\n${logs.join('\n')}`);
  }
}

const TIMEOUT_MS = 150_000;

/** A configuration without cgroups and accounting, so that it works in a container. Lost nodes are detected after 10 s instead of 5 min. */
function configuration(folder: string, nodes: readonly string[], [first, ...ports]: readonly number[]): string {
  const user = userInfo().username;
  return `
ClusterName=trial
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmctldPort=${first}
AuthType=auth/munge
AuthInfo=socket=${folder}/socket,cred_expire=5
SlurmUser=${user}
SlurmdUser=${user}
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=10
KillWait=2
SchedulerParameters=sched_interval=1,sched_min_interval=0
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool-%n
SlurmctldPidFile=${folder}/controller.pid
SlurmdPidFile=${folder}/%n.pid
${nodes.map((node, k) => `NodeName=${node} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${ports[k]} CPUs=4 RealMemory=65536`).join('\n')}
PartitionName=all Nodes=ALL Default=YES
`;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
