import childProcess, { type ForkOptions } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll } from 'vitest';
import { shardWork } from '../../src/shard-work.js';
import { PROTOCOL, type ToChild } from '../../src/workers/protocol.js';

/** What a forked child looks like to its parent, in the process of the parent: nothing has to start, which takes a quarter of a second. */
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

/** Runs in this process start no processes for the tests of this file, unless something is to happen to these (`withFaults`). */
export function keepWorkersInProcess(): void {
  const { fork } = childProcess;
  const use = (other: unknown) => {
    Object.assign(childProcess, { fork: other });
    syncBuiltinESMExports();
  };
  const ours = (path: string, args: string[], options: ForkOptions) =>
    options.env?.GRIEF === undefined ? new WorkerInProcess() : fork(path, args, options);
  beforeAll(() => use(ours));
  afterAll(() => use(fork));
}
