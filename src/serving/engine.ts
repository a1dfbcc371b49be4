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
export function engineFor(options: ServeOptions, log: Log) {
  const directory = new RunDirectory();
  // Generations that still answer what they were asked.
  const closing = new Set<Promise<void>>();
  let now: Generation | undefined;
  let reloading: Promise<ModelFacts> | undefined;
  let retriesBefore = 0;

  /** Rules as children read them, from copies of their files: all children of a generation have the same. */
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

  const generation = async (): Promise<Generation> => {
    const { workers, balance, deadline, queue } = options;
    const model = new SavedModel(options.model, () => directory.file('model'));
    const [rows] = model.files.rows;
    const job: ServeJob = { kind: 'serve', model: rows?.path ?? '', rules: await servedRules(model.names) };
    const { warn } = log;
    const pool = new Pool({
      size: workers,
      onRetry: warn,
      timeouts: { ...TIMEOUTS, stopped: STOPPED },
      // A log of objects has no room for the last words of a child that crashes.
      ...(log.format === 'json' ? { onWords: (words: string) => warn(`a worker said: ${words}`) } : {}),
    });
    const first: Question = { ask: 'ready' };
    const isQuick = (question: unknown) => costsLittle(question as Question);
    const dispatcher = new Dispatcher(pool, job, { balance, most: queue, deadline, first, isQuick, onRetry: warn });
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
    const before = now;
    const after = await generation();
    now = after;
    if (before) {
      retriesBefore += before.dispatcher.retries;
      const ended = closed(before).finally(() => closing.delete(ended));
      closing.add(ended);
    }
    return after.model.facts;
  };

  return {
    /** Of the model that answers now; undefined before there is one. */
    get facts(): ModelFacts | undefined {
      return now?.model.facts;
    },
    get waiting(): number {
      return now?.dispatcher.waiting ?? 0;
    },
    get children(): number {
      return now?.dispatcher.children ?? 0;
    },
    get retries(): number {
      return retriesBefore + (now?.dispatcher.retries ?? 0);
    },

    /** @throws NoAnswer */
    async ask(question: Question): Promise<Reply> {
      if (!now) throw new RangeError('no model was loaded');
      return (await now.dispatcher.ask(question)) as Reply;
    },

    /**
     * Opens the model file, again if need be. What was asked before is answered by the model before; whoever asks from then on is answered
     * by the new one. @throws Failure where it cannot be read: then the model before stays.
     */
    load(): Promise<ModelFacts> {
      reloading ??= swap().finally(() => {
        reloading = undefined;
      });
      return reloading;
    },

    /** Answers what was asked, and leaves nothing behind. */
    async close(): Promise<void> {
      await reloading?.catch(() => {});
      if (now) await closed(now);
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
