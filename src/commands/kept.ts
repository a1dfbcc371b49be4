import { basename, join } from 'node:path';
import { plural } from '../output/report.js';
import type { Shard } from '../shards/plan.js';
import { factsOf } from '../storage/array-file.js';
import type { Journal } from '../storage/journal.js';
import type {
  BeginEntry,
  DataEntry,
  Entry,
  FilesEntry,
  KeptStage,
  ListsEntry,
  SettledEntry,
} from '../storage/journal-entries.js';
import type { RunDirectory } from '../storage/run-directory.js';
import type { Settled } from './tuning.js';

/** What is kept of some rows: where their answer lies, or that they are lost and why. */
type Kept<E> = { from: number; to: number } & ({ entry: E } | { why: string });

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
    const stages = Object.entries(this.#stages).filter(([, kept]) => kept.size > 0);
    return [...settings, ...stages.map(([stage, { size }]) => `${plural(size, 'piece')} of ${stage}`)].join(', ');
  }

  /** The names of the files that are spoken of. */
  get names(): Set<string> {
    const { counting, learning } = this.#stages;
    const kept = [...counting.values(), ...learning.values()];
    return new Set(kept.flatMap((each) => ('entry' in each ? each.entry.files.map(({ name }) => name) : [])));
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

  /** Keeps the rows of a shard, which lie in such files of the run's directory. */
  keepFiles(stage: FilesEntry['stage'], { from, to }: Shard, paths: readonly string[]): void {
    const files = paths.map((path) => ({ name: basename(path), ...factsOf(path) }));
    this.#add({ kind: 'files', stage, from, to, files }, paths);
  }

  keepLists(entry: Omit<ListsEntry, 'kind'>, path: string): void {
    this.#add({ kind: 'lists', ...entry }, [path]);
  }

  keepLost(stage: KeptStage, { from }: Shard, why: string): void {
    this.#add({ kind: 'lost', stage, row: from, why });
  }

  /** What was kept of a stage is there no more, or from a row on. */
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
        this.#stages[entry.stage].set(entry.from, { from: entry.from, to: entry.to, entry });
        break;
      case 'lists':
        this.#stages.recommending.set(entry.from, { from: entry.from, to: entry.to, entry });
        break;
      case 'lost':
        this.#stages[entry.stage].set(entry.row, { from: entry.row, to: entry.row + 1, why: entry.why });
        break;
      case 'forget':
        for (const from of this.#stages[entry.stage].keys()) {
          if (from >= entry.from) this.#stages[entry.stage].delete(from);
        }
    }
  }
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
