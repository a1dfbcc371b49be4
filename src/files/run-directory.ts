import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  promises,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { messageOf, notCreated } from '../failure.js';
import { atExit } from '../process/at-exit.js';
import { namesIn } from './heartbeat.js';
import { ownTag, removeLeftBehind } from './owner.js';
import { removeTree } from './remove-tree.js';

const PREFIX = 'recommend-';
/** The file that says which run a folder belongs to; without it, no other run can use the folder. */
export const MANIFEST = 'manifest';
/** Milliseconds of finished work that a power cut may cost. */
const BETWEEN_SYNCS = 10_000;

/**
 * A private folder (mode 0700, unguessable name) for the files of one run: in the system's temporary folder (`TMPDIR`), or beside an
 * output file, where an interrupted run leaves it for the next holder of the output's lock.
 */
export class RunDirectory {
  readonly path: string;
  readonly isBesideOutput: boolean;
  readonly #cancelCleanup: () => void;
  #files = 0;
  /** True if it stays for another run: then `remove` does nothing to it. */
  isKept = false;
  /** Files that have not been synced to disk yet. */
  #unsynced: string[] = [];
  #syncedAt = performance.now();

  /** @param path of an existing folder; otherwise one is made in the temporary folder. */
  constructor(path?: string) {
    this.isBesideOutput = path !== undefined;
    this.path = path ?? madeInTemporaryFolder();
    this.#cancelCleanup = atExit(() => this.#clear());
  }

  /** Makes one beside an output file. @throws the system's error if that fails. */
  static beside(output: string): RunDirectory {
    const path = pathBeside(output);
    mkdirSync(path, { mode: 0o700 });
    return new RunDirectory(path);
  }

  /** The paths of those beside an output file that belong to us and are private. */
  static leftBeside(output: string): string[] {
    const prefix = `.${basename(output)}.`;
    return readdirSync(dirname(output))
      .filter((name) => name.startsWith(prefix) && /^[0-9a-f]{16}\.run$/.test(name.slice(prefix.length)))
      .map((name) => join(dirname(output), name))
      .filter(isPrivate);
  }

  /**
   * Takes over the folder of an interrupted run by renaming it. If that run is still alive after all, it and its children can no longer
   * write to the folder or put an output in place.
   * @param isFinished whether a file of that name can be used; all others are removed.
   */
  static takenOver(left: string, output: string, isFinished: (name: string) => boolean): RunDirectory {
    const path = pathBeside(output);
    renameSync(left, path);
    const directory = new RunDirectory(path);
    directory.discard(directory.files((name) => !isFinished(name)));
    return directory;
  }

  /** The path of a new file; its name begins with `name`. */
  file(name: string): string {
    return join(this.path, `${name}-${this.#files++}`);
  }

  /** The paths of the files with wanted names. */
  files(isWanted: (name: string) => boolean): string[] {
    return namesIn(this.path)
      .filter(isWanted)
      .map((name) => join(this.path, name));
  }

  /** Removes files that are no longer needed, so that a long run takes no more room than a short one. */
  discard(paths: readonly string[]): void {
    for (const path of paths) rmSync(path, { force: true });
  }

  /** Syncs a finished file to disk within some seconds, in the background. If that fails, the file's check sums will show it. */
  syncSoon(path: string): void {
    this.#unsynced.push(path);
    if (performance.now() - this.#syncedAt < BETWEEN_SYNCS) return;
    this.#syncedAt = performance.now();
    for (const each of [...this.#unsynced.splice(0), this.path]) sync(each).catch(() => {});
  }

  get bytes(): number {
    const sizes = this.files(() => true).map((path) => statSync(path, { throwIfNoEntry: false })?.size);
    return sizes.reduce<number>((total, size) => total + (size ?? 0), 0);
  }

  /** True if it was removed, or another run took it over. */
  get isGone(): boolean {
    return !existsSync(this.path);
  }

  remove(): void {
    this.#clear();
    this.#cancelCleanup();
  }

  #clear(): void {
    if (this.isKept) return;
    // The manifest first: if removal is interrupted, the remaining files must not count as finished work.
    rmSync(join(this.path, MANIFEST), { force: true });
    removeTree(this.path);
  }
}

function pathBeside(output: string): string {
  return join(dirname(output), `.${basename(output)}.${randomBytes(8).toString('hex')}.run`);
}

function isPrivate(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
}

function madeInTemporaryFolder(): string {
  try {
    removeLeftBehind(tmpdir(), PREFIX, '-\\w+');
    return mkdtempSync(join(tmpdir(), `${PREFIX}${ownTag()}-`));
  } catch (cause) {
    const why = messageOf(cause);
    throw notCreated(`no temporary folder can be made: ${why}; set TMPDIR to a folder with room`, cause);
  }
}

async function sync(path: string): Promise<void> {
  const file = await promises.open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
