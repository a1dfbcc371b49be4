import { copyFileSync } from 'node:fs';
import { badData } from '../failure.js';
import { RunDirectory } from '../files/run-directory.js';
import type { ServeOptions } from '../pipeline/options.js';
import { readListRules } from '../pipeline/rules/plan.js';
import type { Log } from '../report/log.js';
import { filesOf, optionOf, RULES } from '../rules/rules.js';
import type { ModelFacts } from '../saved-model/facts.js';
import { SavedModel } from '../saved-model/saved-model.js';
import { ChildFailure } from '../workers/child.js';
import { Dispatcher } from '../workers/dispatcher.js';
import { Pool } from '../workers/pool.js';
import type { ServeJob } from '../workers/protocol.js';
import { TIMEOUTS } from '../workers/watch.js';
import type { ServedRules } from './answers.js';
import { costsLittle, type Question, type Reply } from './question.js';

/** Seconds that a child may stay stopped: less than a request may take. */
const STOPPED = 2;

/** One model and the children that answer for it. */
interface Generation {
  model: SavedModel;
  dispatcher: Dispatcher;
}

/** Answers questions about a model file, in children; another model takes its place while it does. */
export class Engine {
  readonly #options: ServeOptions;
  readonly #log: Log;
  readonly #directory = new RunDirectory();
  /** Generations that still answer what they were asked. */
  readonly #closing = new Set<Promise<void>>();
  #now: Generation | undefined;
  #reloading: Promise<ModelFacts> | undefined;
  #retriesBefore = 0;

  constructor(options: ServeOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  /** Of the model that answers now; undefined before there is one. */
  get facts(): ModelFacts | undefined {
    return this.#now?.model.facts;
  }

  get waiting(): number {
    return this.#now?.dispatcher.waiting ?? 0;
  }

  get children(): number {
    return this.#now?.dispatcher.children ?? 0;
  }

  get retries(): number {
    return this.#retriesBefore + (this.#now?.dispatcher.retries ?? 0);
  }

  /** @throws NoAnswer */
  async ask(question: Question): Promise<Reply> {
    if (!this.#now) throw new RangeError('no model was loaded');
    return (await this.#now.dispatcher.ask(question)) as Reply;
  }

  /**
   * Opens the model file, again if need be. What was asked before is answered by the model before; whoever asks from then on is answered
   * by the new one. @throws Failure where it cannot be read: then the model before stays.
   */
  load(): Promise<ModelFacts> {
    this.#reloading ??= this.#swap().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  async #swap(): Promise<ModelFacts> {
    const before = this.#now;
    this.#now = await this.#generation();
    if (before) {
      this.#retriesBefore += before.dispatcher.retries;
      const closing = closed(before).finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    }
    return this.#now.model.facts;
  }

  async #generation(): Promise<Generation> {
    const { workers, balance, deadline, queue } = this.#options;
    const model = new SavedModel(this.#options.model, () => this.#directory.file('model'));
    const [rows] = model.files.rows;
    const job: ServeJob = { kind: 'serve', model: rows?.path ?? '', rules: await this.#servedRules() };
    const warn = (message: string) => this.#log.warn(message);
    const pool = new Pool({
      size: workers,
      onRetry: warn,
      timeouts: { ...TIMEOUTS, stopped: STOPPED },
      // A log of objects has no room for the last words of a child that crashes.
      ...(this.#log.format === 'json' ? { onWords: (words: string) => warn(`a worker said: ${words}`) } : {}),
    });
    const first: Question = { ask: 'ready' };
    const isQuick = (question: unknown) => costsLittle(question as Question);
    const dispatcher = new Dispatcher(pool, job, { balance, most: queue, deadline, first, isQuick, onRetry: warn });
    try {
      await dispatcher.start();
    } catch (error) {
      await closed({ model, dispatcher });
      if (error instanceof ChildFailure && error.ending === 'threw') throw badData(error.message, { cause: error });
      throw error;
    }
    return { model, dispatcher };
  }

  /** Rules as children read them, from copies of their files: all children of a generation have the same. */
  async #servedRules(): Promise<ServedRules> {
    const { rules } = this.#options;
    await readListRules(rules, { encoding: undefined, named: {} });
    const files = filesOf(rules.lists);
    const copies = RULES.flatMap(([name, rule]) => {
      const path = name in rules.lists ? files[optionOf(rule)] : undefined;
      if (path === undefined) return [];
      const copy = this.#directory.file(name);
      copyFileSync(path, copy);
      return [[name, copy]];
    });
    const lists = { ...rules.lists, ...Object.fromEntries(copies) };
    return { ...rules, lists, where: rules.where.map(({ text }) => text) };
  }

  /** Answers what was asked, and leaves nothing behind. */
  async close(): Promise<void> {
    await this.#reloading?.catch(() => {});
    if (this.#now) await closed(this.#now);
    await Promise.all(this.#closing);
    this.#directory.remove();
  }
}

async function closed({ model, dispatcher }: Generation): Promise<void> {
  await dispatcher.close();
  model.close();
}
