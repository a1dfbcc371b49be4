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
import { listed } from './heartbeat.js';
import { ownTag, removeLeftBehind } from './owner.js';
import { removeTree } from './remove-tree.js';

const PREFIX = 'recommend-';
/** The file that says what run a folder is of; without it nothing in there can be used again. */
export const MANIFEST = 'manifest';
/** Milliseconds of finished work that a power cut may cost. */
const BETWEEN_SYNCS = 10_000;

/**
 * A private folder (mode 0700, unguessable name) for the files of one run: in the system's temporary folder (`TMPDIR`), or beside an
 * output file, where an interrupted run leaves it and the next holder of the output's lock finds it.
 */
export class RunDirectory {
  readonly path: string;
  readonly isBesideOutput: boolean;
  readonly #forget: () => void;
  #files = 0;
  /** Whether it stays for another run: `remove` leaves alone what is kept. */
  isKept = false;
  /** Files that may not be safe on disk yet. */
  #unsynced: string[] = [];
  #syncedAt = performance.now();

  /** @param path of one that exists; otherwise one is made in the temporary folder. */
  constructor(path?: string) {
    this.isBesideOutput = path !== undefined;
    this.path = path ?? madeInTemporaryFolder();
    this.#forget = atExit(() => this.#clear());
  }

  /** One beside an output file. @throws what the system says where none can be made. */
  static beside(output: string): RunDirectory {
    const path = pathBeside(output);
    mkdirSync(path, { mode: 0o700 });
    return new RunDirectory(path);
  }

  /** Those that lie beside an output file, and that only their owner, who we are, could have written to. */
  static leftBeside(output: string): string[] {
    const before = `.${basename(output)}.`;
    return readdirSync(dirname(output))
      .filter((name) => name.startsWith(before) && /^[0-9a-f]{16}\.run$/.test(name.slice(before.length)))
      .map((name) => join(dirname(output), name))
      .filter(isPrivate);
  }

  /**
   * Takes over one that was left, under another name: the interrupted run, if it goes on after all, and its children then have nowhere to
   * write, and no output to put in place.
   * @param isFinished whether a file of that name is of use; all others are removed.
   */
  static takenOver(left: string, output: string, isFinished: (name: string) => boolean): RunDirectory {
    const path = pathBeside(output);
    renameSync(left, path);
    const directory = new RunDirectory(path);
    directory.discard(directory.files((name) => !isFinished(name)));
    return directory;
  }

  /** The path of a new file whose name begins like this. */
  file(name: string): string {
    return join(this.path, `${name}-${this.#files++}`);
  }

  /** The paths of the files with such names. */
  files(isWanted: (name: string) => boolean): string[] {
    return listed(this.path)
      .filter(isWanted)
      .map((name) => join(this.path, name));
  }

  /** Removes files that are no longer needed, so that a long run takes no more room than a short one. */
  discard(paths: readonly string[]): void {
    for (const path of paths) rmSync(path, { force: true });
  }

  /** Has a finished file written to disk within some seconds. Nobody waits for it: where it fails, the file's check sums will tell. */
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

  /** True where somebody removed it, or another run took it over. */
  get isGone(): boolean {
    return !existsSync(this.path);
  }

  remove(): void {
    this.#clear();
    this.#forget();
  }

  #clear(): void {
    if (!this.isKept) removeRunDirectory(this.path);
  }
}

function removeRunDirectory(path: string): void {
  // The manifest first: without it, what remains after a cut is not taken for finished work.
  rmSync(join(path, MANIFEST), { force: true });
  removeTree(path);
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
