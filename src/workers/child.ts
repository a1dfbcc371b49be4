import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atExit } from '../process/at-exit.js';
import type { Shard } from './plan.js';
import { asToParent, type Job, PROTOCOL, type ServeJob, type ToChild, type ToParent } from './protocol.js';

/** How a child ended, or what it did instead of answering. */
export type Ending = 'could not start' | 'exited early' | 'was killed' | 'broke the protocol' | 'was silent' | 'threw';

export class ChildFailure extends Error {
  readonly ending: Ending;
  /** The child's own stack, if it threw. */
  readonly childStack: string | undefined;
  /** The system's error code, if that is why it threw; else ''. */
  readonly code: string;

  constructor(ending: Ending, message: string, childStack?: string, code = '') {
    super(message);
    this.name = 'ChildFailure';
    this.ending = ending;
    this.childStack = childStack;
    this.code = code;
    // The child's stack shows the defect; ours only shows where we received it.
    if (childStack !== undefined) this.stack = `${message}\n${childStack}`;
  }
}

/** The program that children run. The path is the same from `src/workers/` and from `dist/program/`. */
export const WORKER = new URL('../../dist/program/shard-worker.js', import.meta.url);

export interface ChildOptions {
  /** Gets what the child writes to stderr; without it, the child shares the stderr of this process. */
  onStderr?: ((words: string) => void) | undefined;
  /** Limit of its JavaScript heap in megabytes; undefined: Node's default. */
  heap?: number | undefined;
}

/** Puts large arrays in large pages: on a virtual machine, children spent half of their time in page faults. Only glibc supports it. */
const LARGE_PAGES = 'glibc.malloc.hugetlb=1';

/** Milliseconds that an idle child may take to end before it is killed. */
const END_TIMEOUT = 2000;

type Answer<T extends ToParent['type']> = Extract<ToParent, { type: T }>;

/** One forked child: shards and questions in, answers out, one at a time. Each way it can end is a named error. */
export class Child {
  /** Resolves when the child is ready to work. */
  readonly started: Promise<void>;
  readonly #process: ChildProcess;
  readonly #gone: Promise<void>;
  #resolve: ((message: ToParent) => void) | undefined;
  #reject: ((failure: ChildFailure) => void) | undefined;
  #failure: ChildFailure | undefined;
  #ending = false;
  #isBusy = false;
  /** True once it has got the task of its questions. */
  #hasTask = false;

  constructor(worker: URL, { onStderr, heap }: ChildOptions = {}) {
    const tunables = [process.env.GLIBC_TUNABLES || [], LARGE_PAGES].flat().join(':');
    this.#process = fork(fileURLToPath(worker), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', onStderr ? 'pipe' : 'inherit', 'ipc'],
      // Node would read the certificates at its start, which takes almost as long as the rest of it, and children open no connection.
      env: { ...process.env, GLIBC_TUNABLES: tunables, NODE_EXTRA_CA_CERTS: undefined },
      // Only one process can use the debugger's port, so children run without it.
      execArgv: [
        ...process.execArgv.filter((argument) => !argument.startsWith('--inspect')),
        ...(heap === undefined ? [] : [`--max-old-space-size=${heap}`]),
      ],
    });
    this.#gone = new Promise((resolve) => {
      this.#process.once('error', (error) => {
        this.#fail('could not start', error.message);
        resolve();
      });
      // Not 'close': that also waits for the channel, and does not always come after we disconnect.
      this.#process.once('exit', (code, signal) => {
        resolve();
        if (this.#ending) return;
        if (signal) this.#fail('was killed', `was killed by ${signal}`);
        else this.#fail('exited early', `ended with exit code ${code} and no answer`);
      });
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (words: string) => onStderr?.(words.trim()));
    const cancelKill = atExit(() => this.#process.kill('SIGKILL'));
    this.#gone.then(cancelKill);
    this.#process.on('message', (message) => this.#receive(message));
    this.#process.once('disconnect', () => {
      // Without its channel, it might run on unnoticed.
      if (!this.#ending) this.#process.kill('SIGKILL');
    });
    this.started = this.#next().then((message) => {
      if (message.type === 'ready' && message.protocol === PROTOCOL) return;
      throw this.#protocolError('did not report that it is ready, or uses another version of the protocol');
    });
    this.started.catch(() => {});
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /**
   * Runs a shard of job number `job`. @returns the path of the shard's file.
   * @throws ChildFailure if the child does anything but answer. The child can be used again only if it merely threw.
   */
  async runShard(job: number, task: Job, shard: Shard): Promise<string> {
    const { index, from, to } = shard;
    return (await this.#exchange({ type: 'shard', job, task, index, from, to }, 'answer')).path;
  }

  /** Asks questions, numbered from `index`, always of the same task. @returns a reply to each, in order. @throws ChildFailure like `runShard`. */
  async ask(task: ServeJob, index: number, questions: unknown[]): Promise<unknown[]> {
    const newTask = this.#hasTask ? undefined : task;
    this.#hasTask = true;
    const { replies } = await this.#exchange({ type: 'questions', task: newTask, index, questions }, 'replies');
    if (replies.length === questions.length) return replies;
    throw this.#protocolError(`gave ${replies.length} replies to ${questions.length} questions`);
  }

  /** True once it cannot be used any more, even if nothing was waiting for it. */
  get isLost(): boolean {
    return this.#failure !== undefined;
  }

  /** Sends a message and waits for an answer of that type. */
  async #exchange<T extends 'answer' | 'replies'>(message: ToChild, type: T): Promise<Answer<T>> {
    await this.started;
    const next = this.#next();
    this.#isBusy = true;
    if (this.#process.connected) this.#process.send(message, () => {});
    const answer = await next;
    this.#isBusy = false;
    if (answer.type !== 'ready' && answer.index === message.index) {
      if (answer.type === type) return answer as Answer<T>;
      if (answer.type === 'failed') throw new ChildFailure('threw', answer.message, answer.stack, answer.code);
    }
    throw this.#protocolError(`answered ${answer.type} where ${message.type} ${message.index} was asked`);
  }

  /** Stops waiting for its answer. It cannot be used again. */
  giveUp(why: string): void {
    this.#fail('was silent', why);
  }

  /** Lets the child end and waits until it has. */
  async end(): Promise<void> {
    // On disconnect, Node drops the rest of a half-read message and then never closes the channel.
    if (this.#isBusy) return this.kill();
    this.#ending = true;
    if (this.#process.connected) this.#process.disconnect();
    // A stopped child (SIGSTOP) ends only when it is continued, which may never happen.
    const killTimer = setTimeout(() => this.#process.kill('SIGKILL'), END_TIMEOUT);
    await this.#gone;
    clearTimeout(killTimer);
  }

  /** Kills the child and waits until it is gone. */
  async kill(): Promise<void> {
    this.#ending = true;
    this.#process.kill('SIGKILL');
    await this.#gone;
  }

  #next(): Promise<ToParent> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  #receive(message: unknown): void {
    const answer = asToParent(message);
    if (answer) this.#resolve?.(answer);
    else this.#protocolError('sent a message that is not part of the protocol');
  }

  #protocolError(what: string): ChildFailure {
    return this.#fail('broke the protocol', what);
  }

  #fail(ending: Ending, what: string): ChildFailure {
    this.#failure ??= new ChildFailure(ending, `worker ${this.pid} ${what}`);
    this.#reject?.(this.#failure);
    return this.#failure;
  }
}
