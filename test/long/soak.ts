import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, renameSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BINARY } from '../cli/run.js';

/** A request, and the right response of each model. */
export interface Asked {
  path: string;
  /** The body of a POST; without it, the request is a GET. */
  body?: string;
  answers: readonly string[];
}

/** The outcomes of all requests, each counted once. */
export interface Outcomes {
  right: number;
  /** The response of neither model, or of a model that had already been replaced. */
  wrong: number;
  /** 503: the server asks to retry later. */
  busy: number;
  /** 504: no response in time, since children were stopped. */
  late: number;
  /** Sent while there was no server, or on a new connection while it stopped. */
  whileStopped: number;
  /** Failed in any other way. */
  lost: number;
  /** The first wrong or lost ones. */
  examples: string[];
}

/** The faults, with their probabilities in percent. */
const FAULTS = {
  'kill a child': 45,
  'kill all children': 10,
  'stop a child': 5,
  'new model': 30,
  'stop the server': 10,
};
export type Fault = keyof typeof FAULTS;

/** Number of simultaneous requests. */
const CLIENTS = 6;
/** Longest time in milliseconds between requests of a client, and between faults. */
const LONGEST_PAUSE = 12;
const LONGEST_TIME_BETWEEN_FAULTS = 2000;
const PAUSE_WHILE_STOPPED = 200;
const MAX_EXAMPLES = 5;

/** Sends random requests to a server while random faults happen to it. */
export class Soak {
  readonly outcomes: Outcomes = { right: 0, wrong: 0, busy: 0, late: 0, whileStopped: 0, lost: 0, examples: [] };
  readonly faults = new Map<Fault, number>();
  /** The server's stderr. */
  stderr = '';
  readonly #folder: string;
  readonly #models: readonly string[];
  readonly #next: () => Asked;
  readonly #below: (n: number) => number;
  #agent = new Agent({ keepAlive: true });
  #port = 0;
  #server: ChildProcess | undefined;
  #isUp = false;
  /** Counts how often the server began to stop or was started. */
  #generation = 0;
  #model = 0;
  /** The index of the only model that may answer; undefined while one replaces the other. */
  #only: number | undefined;
  #isOver = false;

  /** @param models files in the folder. @param next draws a request. @param below draws a number from 0 to n − 1. */
  constructor(folder: string, models: readonly string[], next: () => Asked, below: (n: number) => number) {
    this.#folder = folder;
    this.#models = models;
    this.#next = next;
    this.#below = below;
  }

  async run(milliseconds: number): Promise<void> {
    this.#port = await freePort();
    this.#place(0);
    await this.#start();
    const clients = Array.from({ length: CLIENTS }, () => this.#client());
    const until = performance.now() + milliseconds;
    while (performance.now() < until) {
      await sleep(this.#below(LONGEST_TIME_BETWEEN_FAULTS));
      const fault = this.#drawn();
      this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
      await this.#inflict(fault);
    }
    this.#isOver = true;
    await Promise.all(clients);
    await this.#stop();
    this.#agent.destroy();
  }

  async #client(): Promise<void> {
    while (!this.#isOver) {
      await this.#ask(this.#next());
      await sleep(this.#below(this.#isUp ? LONGEST_PAUSE : PAUSE_WHILE_STOPPED));
    }
  }

  async #ask({ path, body, answers }: Asked): Promise<void> {
    const [wasUp, generation, only] = [this.#isUp, this.#generation, this.#only];
    let isNew = false;
    try {
      const { status, text } = await this.#sent(path, body, () => {
        isNew = true;
      });
      if (status === 503) return void this.outcomes.busy++;
      if (status === 504) return void this.outcomes.late++;
      // Only if no replacement was going on or began during the request, the current model has to be the one that answered.
      const isSettled = only !== undefined && only === this.#only && generation === this.#generation;
      const isRight = status === 200 && (isSettled ? text === answers[only] : answers.includes(text));
      if (isRight) return void this.outcomes.right++;
      this.outcomes.wrong++;
      this.#note(`${path}: ${status} ${text.slice(0, 300)}`);
    } catch (error) {
      const isStopped = !wasUp || (isNew && generation !== this.#generation);
      if (isStopped) return void this.outcomes.whileStopped++;
      this.outcomes.lost++;
      this.#note(
        `${path}: ${error} (${isNew ? 'new' : 'kept'} connection, ${generation === this.#generation ? 'up' : 'stopped meanwhile'})`,
      );
    }
  }

  #note(example: string): void {
    if (this.outcomes.examples.length < MAX_EXAMPLES) this.outcomes.examples.push(example);
  }

  #sent(path: string, body: string | undefined, onNew: () => void): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST';
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const sending = request({ port: this.#port, host: '127.0.0.1', path, method, headers, agent: this.#agent });
      sending.once('error', reject);
      sending.once('socket', () => {
        if (!sending.reusedSocket) onNew();
      });
      sending.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.once('error', reject);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sending.end(body);
    });
  }

  #drawn(): Fault {
    let rest = this.#below(100);
    for (const [fault, share] of Object.entries(FAULTS)) {
      rest -= share;
      if (rest < 0) return fault as Fault;
    }
    throw new RangeError('the percentages of the faults do not add up to 100');
  }

  async #inflict(fault: Fault): Promise<void> {
    if (fault === 'new model') return this.#swap();
    if (fault === 'stop the server') {
      await this.#stop();
      await sleep(this.#below(300));
      return this.#start();
    }
    const children = this.#children();
    if (children.length === 0) return;
    const victims = fault === 'kill all children' ? children : [children[this.#below(children.length)] ?? 0];
    for (const pid of victims) kill(pid, fault === 'stop a child' ? 'SIGSTOP' : 'SIGKILL');
  }

  /** Replaces the model file by the other one and makes the server load it: by request, or by a signal, which has no response. */
  async #swap(): Promise<void> {
    this.#only = undefined;
    this.#place(1 - this.#model);
    if (this.#below(2) === 0) {
      this.#server?.kill('SIGHUP');
      return;
    }
    // A reload begun by an earlier signal may have read the old file, so it is requested twice.
    for (let k = 0; k < 2; k++) {
      const { status, text } = await this.#sent('/reload', '', () => {});
      if (status !== 200) this.#note(`reload: ${status} ${text}`);
    }
    this.#only = this.#model;
  }

  #place(model: number): void {
    const path = join(this.#folder, 'served.rec');
    copyFileSync(join(this.#folder, this.#models[model] ?? ''), `${path}.new`);
    renameSync(`${path}.new`, path);
    this.#model = model;
  }

  async #start(): Promise<void> {
    const args = [BINARY, 'serve', '--model', 'served.rec', '--port', String(this.#port), '-j', '2'];
    const server = spawn(process.execPath, args, { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] });
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.#server = server;
    const isReady = () =>
      this.#sent('/readyz', undefined, () => {}).then(
        ({ status }) => status === 200,
        () => false,
      );
    while (!(await isReady())) {
      if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}: ${this.stderr}`);
      await sleep(20);
    }
    this.#generation++;
    this.#only = this.#model;
    this.#isUp = true;
  }

  /** Stops the server, which has to answer the requests in progress and exit with 0. */
  async #stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#generation++;
    this.#isUp = false;
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    const [code, signal] = await ended;
    if (code !== 0) throw new Error(`the server ended with ${code ?? signal}: ${this.stderr}`);
  }

  #children(): number[] {
    const { pid } = this.#server ?? {};
    try {
      const lines = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).split('\n');
      return lines.map(Number).filter((each) => each > 0);
    } catch {
      // ps exits with 1 if there are none.
      return [];
    }
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process is gone already.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
