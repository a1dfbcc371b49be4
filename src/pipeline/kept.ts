import { basename, join } from 'node:path';
import { factsOf } from '../files/array-file.js';
import type { Journal } from '../files/journal.js';
import {
  type BeginEntry,
  type DataEntry,
  type Entry,
  type FilesEntry,
  KEPT_STAGES,
  type KeptStage,
  type ListsEntry,
  type SettledEntry,
} from '../files/journal-entries.js';
import type { RunDirectory } from '../files/run-directory.js';
import { plural } from '../report/quantities.js';
import type { Shard } from '../workers/plan.js';
import type { Settled } from './tune.js';

/** What is kept of some rows: where their answer lies, or that they are lost. */
interface Kept<E> {
  from: number;
  to: number;
  entry: E | undefined;
}

/**
 * What a run keeps of its work, so that another can go on with it, and what one before it has kept. Its journal is the truth: what is
 * not in there is done again.
 */
export class KeptWork {
  readonly #directory: RunDirectory;
  readonly #journal: Journal;
  readonly #stages = {
    counting: new Map<number, Kept<FilesEntry>>(),
    learning: new Map<number, Kept<FilesEntry>>(),
    recommending: new Map<number, Kept<ListsEntry>>(),
  };
  readonly #warn: (message: string) => void;
  #data: DataEntry | undefined;
  #settled: SettledEntry | undefined;

  /** @param entries of the journal, from the run that was cut. @param warn is told of what is kept and cannot be used. */
  constructor(directory: RunDirectory, journal: Journal, entries: readonly Entry[], warn: (message: string) => void) {
    this.#directory = directory;
    this.#journal = journal;
    this.#warn = warn;
    for (const entry of entries) this.#take(entry);
  }

  get data(): DataEntry | undefined {
    return this.#data;
  }

  get settled(): Settled | undefined {
    return this.#settled;
  }

  /** What there is, in words; '' where there is nothing. */
  get told(): string {
    const settings = this.#settled?.auto ? ['the settings of auto'] : [];
    const stages = Object.entries(this.#stages).flatMap(([stage, kept]) => {
      const pieces = [...kept.values()].filter(({ entry }) => entry).length;
      return pieces > 0 ? [`${plural(pieces, 'piece')} of ${stage}`] : [];
    });
    return [...settings, ...stages].join(', ');
  }

  /** The names of the files that are spoken of. */
  get names(): Set<string> {
    const { counting, learning } = this.#stages;
    const kept = [...counting.values(), ...learning.values()];
    return new Set(kept.flatMap(({ entry }) => entry?.files.map(({ name }) => name) ?? []));
  }

  keepBegin(entry: BeginEntry): void {
    this.#add(entry);
  }

  keepData(entry: DataEntry): void {
    this.#add(entry);
  }

  keepSettled({ settings, auto }: Settled): void {
    this.#add({ kind: 'settled', settings, auto });
  }

  /** Keeps the rows of a shard, which lie in such files of the run's directory; what was made while one of them was lost is none. */
  keepFiles(stage: FilesEntry['stage'], { from, to }: Shard, paths: readonly string[]): void {
    const files = paths.map((path) => ({ name: basename(path), ...factsOf(path) }));
    const wasLost = this.lostOf(stage).some((row) => row >= from && row < to);
    this.#add({ kind: 'files', stage, from, to, files }, paths);
    if (!wasLost) return;
    for (const later of KEPT_STAGES.slice(KEPT_STAGES.indexOf(stage) + 1)) this.forget(later);
  }

  keepLists(entry: Omit<ListsEntry, 'kind'>, path: string): void {
    this.#add({ kind: 'lists', ...entry }, [path]);
  }

  keepLost(stage: KeptStage, { from }: Shard, why: string): void {
    this.#add({ kind: 'lost', stage, row: from, why });
  }

  /** The rows of a stage that no worker could work. */
  lostOf(stage: KeptStage): number[] {
    return [...this.#stages[stage].values()].filter(({ entry }) => !entry).map(({ from }) => from);
  }

  /** What was kept of a stage is there no more, or from a row on; what was lost stays known. */
  forget(stage: KeptStage, from = 0): void {
    this.#add({ kind: 'forget', stage, from });
  }

  /** What is kept of the files of some rows, in their order, where it covers them all. */
  filesOf(stage: FilesEntry['stage'], from: number, to: number): Kept<FilesEntry>[] | undefined {
    return covering(this.#stages[stage], from, to);
  }

  listsOf(from: number, to: number): Kept<ListsEntry>[] | undefined {
    return covering(this.#stages.recommending, from, to);
  }

  /**
   * The paths of kept files, where they are the ones that were written.
   * @throws RangeError where one is another; what the system says where one is gone.
   */
  pathsOf({ files }: FilesEntry): string[] {
    return files.map(({ name, bytes, sum }) => {
      const path = join(this.#directory.path, name);
      const facts = factsOf(path);
      if (facts.bytes !== bytes || facts.sum !== sum) throw new RangeError(`${path} is not the file that was kept`);
      return path;
    });
  }

  /** Does without a piece that was kept and cannot be used, and tells of it. */
  drop(stage: KeptStage, { from, to }: { from: number; to: number }, why: string): void {
    this.#stages[stage].delete(from);
    this.#warn(`${stage} of rows ${from} to ${to - 1} was kept, and is done again: ${why}`);
  }

  /** Nothing more is kept. */
  close(): void {
    this.#journal.close();
  }

  #add(entry: Entry, files?: readonly string[]): void {
    this.#journal.add(entry, files);
    this.#take(entry);
  }

  #take(entry: Entry): void {
    switch (entry.kind) {
      case 'begin':
        break;
      case 'data':
        this.#data = entry;
        break;
      case 'settled':
        this.#settled = entry;
        break;
      case 'files':
        set(this.#stages[entry.stage], entry.from, entry.to, entry);
        break;
      case 'lists':
        set(this.#stages.recommending, entry.from, entry.to, entry);
        break;
      case 'lost':
        this.#stages[entry.stage].set(entry.row, { from: entry.row, to: entry.row + 1, entry: undefined });
        break;
      case 'forget':
        for (const { from, entry: kept } of this.#stages[entry.stage].values()) {
          if (kept && from >= entry.from) this.#stages[entry.stage].delete(from);
        }
    }
  }
}

/** Keeps an entry of some rows, of which none is lost any more. */
function set<E>(stage: Map<number, Kept<E>>, from: number, to: number, entry: E): void {
  for (const { from: row, entry: other } of stage.values()) if (!other && row >= from && row < to) stage.delete(row);
  stage.set(from, { from, to, entry });
}

/** What covers the rows without a gap; what was kept later of a row stands for what was kept before. */
function covering<E>(kept: ReadonlyMap<number, Kept<E>>, from: number, to: number): Kept<E>[] | undefined {
  const parts: Kept<E>[] = [];
  for (let at = from; at < to; ) {
    const part = kept.get(at);
    if (!part || part.to > to) return undefined;
    parts.push(part);
    at = part.to;
  }
  return parts;
}
