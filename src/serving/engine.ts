import { copyFileSync } from 'node:fs';
import { badData } from '../failure.js';
import { RunDirectory } from '../files/run-directory.js';
import type { ServeOptions } from '../pipeline/options.js';
import { readListRules } from '../pipeline/rules/plan.js';
import { readAllowedItems } from '../pipeline/rules/read.js';
import type { Log } from '../report/log.js';
import { filesOf, optionOf, RULES } from '../rules/rules.js';
import type { ModelFacts } from '../saved-model/facts.js';
import { SavedModel } from '../saved-model/saved-model.js';
import { ChildFailure } from '../workers/child.js';
import { type Dispatcher, dispatcherFor } from '../workers/dispatcher.js';
import { Pool } from '../workers/pool.js';
import type { ServeJob } from '../workers/protocol.js';
import { TIMEOUTS } from '../workers/watch.js';
import type { ServedRules } from './answers.js';
import { costsLittle, type Question, type Reply } from './question.js';

/** A child that is stopped for this many seconds is killed: fewer than a request may take. */
const STOPPED = 2;

/** One model and the children that answer questions about it. */
interface Generation {
  model: SavedModel;
  dispatcher: Dispatcher;
}

/** Answers questions about a model file, in children. A new model can replace it without interruption. */
export function engineFor(options: ServeOptions, log: Log) {
  const directory = new RunDirectory();
  // Old generations that still have questions to answer.
  const closing = new Set<Promise<void>>();
  let current: Generation | undefined;
  let reloading: Promise<ModelFacts> | undefined;
  let retriesBefore = 0;

  /** The rules for children, with copies of their files: so all children of a generation read the same. */
  const servedRules = async (names: SavedModel['names']): Promise<ServedRules> => {
    const { rules } = options;
    const allowed = await readAllowedItems(log, rules, names);
    await readListRules(rules, { encoding: undefined, named: {} });
    const files = filesOf(rules.lists);
    const copies = RULES.flatMap(([name, rule]) => {
      const path = name in rules.lists ? files[optionOf(rule)] : undefined;
      if (path === undefined) return [];
      const copy = directory.file(name);
      copyFileSync(path, copy);
      return [[name, copy]];
    });
    const lists = { ...rules.lists, ...Object.fromEntries(copies) };
    return { ...rules, lists, allowed, where: rules.where.map(({ text }) => text) };
  };

  const newGeneration = async (): Promise<Generation> => {
    const { workers, balance, deadline, queue } = options;
    const model = new SavedModel(options.model, () => directory.file('model'));
    const [rows] = model.files.rows;
    const job: ServeJob = { kind: 'serve', model: rows?.path ?? '', rules: await servedRules(model.names) };
    const { warn } = log;
    const pool = new Pool({
      size: workers,
      onRetry: warn,
      timeouts: { ...TIMEOUTS, stopped: STOPPED },
      // The stderr of a crashing child would break a log of JSON objects.
      ...(log.format === 'json' ? { onStderr: (words: string) => warn(`a worker said: ${words}`) } : {}),
    });
    const first: Question = { ask: 'ready' };
    const isQuick = (question: unknown) => costsLittle(question as Question);
    const dispatcher = dispatcherFor(pool, job, { balance, most: queue, deadline, first, isQuick, onRetry: warn });
    try {
      await dispatcher.start();
    } catch (error) {
      await closed({ model, dispatcher });
      if (error instanceof ChildFailure && error.ending === 'threw') throw badData(error.message, error);
      throw error;
    }
    return { model, dispatcher };
  };

  const swap = async (): Promise<ModelFacts> => {
    const before = current;
    current = await newGeneration();
    if (before) {
      retriesBefore += before.dispatcher.retries;
      const ended = closed(before).finally(() => closing.delete(ended));
      closing.add(ended);
    }
    return current.model.facts;
  };

  return {
    /** The facts of the current model; undefined before there is one. */
    get facts(): ModelFacts | undefined {
      return current?.model.facts;
    },
    get waiting(): number {
      return current?.dispatcher.waiting ?? 0;
    },
    get children(): number {
      return current?.dispatcher.children ?? 0;
    },
    get retries(): number {
      return retriesBefore + (current?.dispatcher.retries ?? 0);
    },

    /** @throws NoAnswer */
    async ask(question: Question): Promise<Reply> {
      if (!current) throw new RangeError('no model was loaded');
      return (await current.dispatcher.ask(question)) as Reply;
    },

    /**
     * Opens the model file, or opens it again. Earlier questions are answered by the old model, later ones by the new one.
     * @throws Failure where it cannot be read: then the old model stays in use.
     */
    load(): Promise<ModelFacts> {
      reloading ??= swap().finally(() => {
        reloading = undefined;
      });
      return reloading;
    },

    /** Answers pending questions, and removes all temporary files. */
    async close(): Promise<void> {
      await reloading?.catch(() => {});
      if (current) await closed(current);
      await Promise.all(closing);
      directory.remove();
    },
  };
}

export type Engine = ReturnType<typeof engineFor>;

async function closed({ model, dispatcher }: Generation): Promise<void> {
  await dispatcher.close();
  model.close();
}
