import childProcess, { type ForkOptions } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll } from 'vitest';
import { shardWork } from '../../src/shard-work.js';
import { PROTOCOL, type ToChild } from '../../src/workers/protocol.js';

/** Acts as a forked worker, but in the process of its parent: starting a process takes a quarter of a second. */
class WorkerInProcess extends EventEmitter {
  readonly pid = process.pid;
  readonly #answer = shardWork();
  connected = true;

  constructor() {
    super();
    setImmediate(() => this.emit('message', { type: 'ready', protocol: PROTOCOL }));
  }

  send(message: ToChild): void {
    this.#answer(structuredClone(message)).then((reply) => this.emit('message', structuredClone(reply)));
  }

  disconnect(): void {
    this.connected = false;
    setImmediate(() => this.emit('exit', 0, null));
  }

  kill(): void {
    this.disconnect();
  }
}

/** Makes runs in this process keep their workers in it, too, for the tests of a file; runs with faults (`withFaults`) still fork. */
export function keepWorkersInProcess(): void {
  const { fork } = childProcess;
  const replaceFork = (other: unknown) => {
    Object.assign(childProcess, { fork: other });
    syncBuiltinESMExports();
  };
  const forkInProcess = (path: string, args: string[], options: ForkOptions) =>
    options.env?.GRIEF === undefined ? new WorkerInProcess() : fork(path, args, options);
  beforeAll(() => replaceFork(forkInProcess));
  afterAll(() => replaceFork(fork));
}
