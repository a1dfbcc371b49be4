import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ExitCode, Failure, messageOf } from '../failure.js';
import { atExit } from '../process/at-exit.js';
import { ownTag, removeLeftBehind } from './owner.js';

const PREFIX = 'recommend-';
/** The file in it that says what is finished. */
export const JOURNAL = 'journal';

/**
 * A private folder (mode 0700, unguessable name) for the files of one run: in the system's temporary folder (`TMPDIR`), or beside an
 * output file, where it outlasts a cut and whoever holds the output's lock finds it.
 */
export class RunDirectory {
  readonly path: string;
  readonly isBesideOutput: boolean;
  readonly #forget: () => void;
  #files = 0;
  #isKept = false;

  /** @param path of one that is there; else one is made in the temporary folder. */
  constructor(path?: string) {
    this.isBesideOutput = path !== undefined;
    this.path = path ?? madeInTemporaryFolder();
    // Names go on behind those of the files that are there.
    for (const name of readdirSync(this.path))
      this.#files = Math.max(this.#files, Number(/-(\d+)/.exec(name)?.[1] ?? -1) + 1);
    this.#forget = atExit(() => this.#clear());
  }

  /** One beside an output file. @throws what the system says where none can be made. */
  static beside(output: string): RunDirectory {
    const path = pathBeside(output);
    mkdirSync(path, { mode: 0o700 });
    return new RunDirectory(path);
  }

  /** Those that lie beside an output file, and that nobody but their owner, who we are, could have written to. */
  static leftBeside(output: string): string[] {
    const before = `.${basename(output)}.`;
    return readdirSync(dirname(output))
      .filter((name) => name.startsWith(before) && /^[0-9a-f]{16}\.run$/.test(name.slice(before.length)))
      .map((name) => join(dirname(output), name))
      .filter(isPrivate);
  }

  /**
   * Takes over one that was left. It gets another name: where children of the run that was cut are still at it, they find no place to
   * write to.
   */
  static takenOver(left: string, output: string): RunDirectory {
    const path = pathBeside(output);
    renameSync(left, path);
    return new RunDirectory(path);
  }

  /** The path of a file to be, whose name begins so and is no other's. */
  file(name: string): string {
    return join(this.path, `${name}-${this.#files++}`);
  }

  /** Removes files that nothing needs any more, so that a long run takes no more room than a short one. */
  discard(paths: readonly string[]): void {
    for (const path of paths) rmSync(path, { force: true });
  }

  /** Removes all files but those of these names. */
  discardAllBut(names: ReadonlySet<string>): void {
    this.discard(readdirSync(this.path).flatMap((name) => (names.has(name) ? [] : [join(this.path, name)])));
  }

  /** How many bytes lie in it. */
  get bytes(): number {
    const sizes = readdirSync(this.path).map(
      (name) => statSync(join(this.path, name), { throwIfNoEntry: false })?.size,
    );
    return sizes.reduce<number>((total, size) => total + (size ?? 0), 0);
  }

  /** Whether it is left for another run. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** Leaves it for another run, or not: `remove` leaves alone what is kept. */
  keep(isKept: boolean): void {
    this.#isKept = isKept;
  }

  remove(): void {
    this.#clear();
    this.#forget();
  }

  #clear(): void {
    if (!this.#isKept) removeRunDirectory(this.path);
  }
}

/** Removes a run's folder and all that is in it. */
export function removeRunDirectory(path: string): void {
  // First of all: without it there is nothing to go on with.
  rmSync(join(path, JOURNAL), { force: true });
  // A child that is being killed may still write: then it is tried again.
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
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
    throw new Failure(
      ExitCode.cannotCreate,
      `no temporary folder can be made: ${why}; set TMPDIR to a folder with room`,
      { cause },
    );
  }
}
