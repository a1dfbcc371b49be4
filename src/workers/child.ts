import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atExit } from '../process/at-exit.js';
import type { Shard } from './plan.js';
import { asToParent, type Job, PROTOCOL, type ServeJob, type ToChild, type ToParent } from './protocol.js';

/** How a child ended, or what it did instead of answering. */
export type Ending = 'could not start' | 'exited early' | 'was killed' | 'said nonsense' | 'was silent' | 'threw';

export class ChildFailure extends Error {
  readonly ending: Ending;
  /** The child's own stack, where it threw. */
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

/** The program that children run: next to `dist`, from `src/workers/` and from `dist/workers/` alike. */
export const WORKER = new URL('../../dist/shard-worker.js', import.meta.url);

export interface ChildOptions {
  /** Gets what the child writes to stderr; without it, the child shares the stderr of this process. */
  onWords?: ((words: string) => void) | undefined;
  /** Limit of its JavaScript heap in megabytes; undefined: Node's default. */
  heap?: number | undefined;
}

/** Large arrays in large pages: on a virtual machine half of the time of a child was spent in page faults. Only glibc knows it. */
const LARGE_PAGES = 'glibc.malloc.hugetlb=1';

/** Milliseconds in which a child that has nothing to do ends. */
const LONGEST_END = 2000;

/** One forked child: shards and questions in, answers out, one at a time. Each way it can end is an error with a name. */
export class Child {
  /** Resolves when the child is ready to work. */
  readonly started: Promise<void>;
  readonly #process: ChildProcess;
  readonly #gone: Promise<void>;
  #take: ((message: ToParent) => void) | undefined;
  #refuse: ((failure: ChildFailure) => void) | undefined;
  #failure: ChildFailure | undefined;
  #ending = false;
  #isAtWork = false;
  /** The job of its questions so far. */
  #jobAsked: number | undefined;

  constructor(worker: URL, { onWords, heap }: ChildOptions = {}) {
    const tunables = [process.env.GLIBC_TUNABLES || [], LARGE_PAGES].flat().join(':');
    this.#process = fork(fileURLToPath(worker), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', onWords ? 'pipe' : 'inherit', 'ipc'],
      env: { ...process.env, GLIBC_TUNABLES: tunables },
      // Only one process can have a debugger's port: children do without.
      execArgv: [
        ...process.execArgv.filter((argument) => !argument.startsWith('--inspect')),
        ...(heap === undefined ? [] : [`--max-old-space-size=${heap}`]),
      ],
    });
    this.#gone = new Promise((resolve) => {
      // Not 'close': that waits for the channel as well, and does not always come after a disconnect of ours.
      this.#process.once('exit', () => resolve());
      this.#process.once('error', () => resolve());
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (words: string) => onWords?.(words.trim()));
    const forget = atExit(() => this.#process.kill('SIGKILL'));
    this.#gone.then(forget);
    this.#process.on('message', (message) => this.#hear(message));
    this.#process.once('error', (error) => this.#fail('could not start', error.message));
    this.#process.once('disconnect', () => {
      // It might live on without its channel, and never be heard of again.
      if (!this.#ending) this.#process.kill('SIGKILL');
    });
    this.#process.once('exit', (code, signal) => {
      if (this.#ending) return;
      if (signal) this.#fail('was killed', `was killed by ${signal}`);
      else this.#fail('exited early', `ended with exit code ${code} and no answer`);
    });
    this.started = this.#next().then((message) => {
      if (message.type === 'ready' && message.protocol === PROTOCOL) return;
      throw this.#nonsense('did not say that it is ready, or speaks another version of the protocol');
    });
    this.started.catch(() => {});
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /**
   * Works a shard of job number `job`. @returns the path of its file.
   * @throws ChildFailure when the child does anything but answer; unless it merely threw, it cannot be used again.
   */
  async work(job: number, task: Job, shard: Shard): Promise<string> {
    const { index, from, to } = shard;
    const heard = await this.#exchange({ type: 'shard', protocol: PROTOCOL, job, task, index, from, to });
    if (heard.type === 'answer') return heard.path;
    throw this.#nonsense(`answered ${heard.type} where shard ${index} was asked`);
  }

  /** Asks questions of job number `job`; the first has number `index`. @returns a reply to each, in order. @throws ChildFailure as `work` does. */
  async ask(job: number, task: ServeJob, index: number, questions: unknown[]): Promise<unknown[]> {
    const unknownTask = this.#jobAsked === job ? undefined : task;
    this.#jobAsked = job;
    const message = { type: 'questions', protocol: PROTOCOL, job, task: unknownTask, index, questions } as const;
    const heard = await this.#exchange(message);
    if (heard.type === 'replies' && heard.replies.length === questions.length) return heard.replies;
    throw this.#nonsense(`answered ${heard.type} to questions from ${index} on`);
  }

  /** True once it cannot be used any more, whether or not anybody waited for it. */
  get isLost(): boolean {
    return this.#failure !== undefined;
  }

  /** Sends a message, and waits for what answers it. */
  async #exchange(message: ToChild): Promise<ToParent> {
    await this.started;
    const next = this.#next();
    this.#isAtWork = true;
    if (this.#process.connected) this.#process.send(message, () => {});
    const heard = await next;
    this.#isAtWork = false;
    const { index } = message;
    if (heard.type === 'ready' || heard.index !== index) {
      throw this.#nonsense(`answered ${heard.type} where ${message.type} ${index} was asked`);
    }
    if (heard.type === 'failed') throw new ChildFailure('threw', heard.message, heard.stack, heard.code);
    return heard;
  }

  /** Stops waiting for its answer; it cannot be used again. */
  giveUp(why: string): void {
    this.#fail('was silent', why);
  }

  /** Lets the child end, and waits until it has. */
  async end(): Promise<void> {
    // Node drops what is left of a message half read when it disconnects, and never gets to close the channel.
    if (this.#isAtWork) return this.kill();
    this.#ending = true;
    if (this.#process.connected) this.#process.disconnect();
    // One that is stopped (SIGSTOP) would end when it goes on, which may be never.
    const tooLong = setTimeout(() => this.#process.kill('SIGKILL'), LONGEST_END);
    await this.#gone;
    clearTimeout(tooLong);
  }

  /** Kills the child, and waits until it is gone. */
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
      this.#take = resolve;
      this.#refuse = reject;
    });
  }

  #hear(message: unknown): void {
    const heard = asToParent(message);
    if (heard) this.#take?.(heard);
    else this.#nonsense('sent a message that is none of the protocol');
  }

  #nonsense(what: string): ChildFailure {
    return this.#fail('said nonsense', what);
  }

  #fail(ending: Ending, what: string): ChildFailure {
    this.#failure ??= new ChildFailure(ending, `worker ${this.pid} ${what}`);
    this.#refuse?.(this.#failure);
    return this.#failure;
  }
}
