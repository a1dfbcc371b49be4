import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode, Failure } from '../failure.js';
import { atExit } from './at-exit.js';
import { ownTag, removeLeftBehind } from './owner.js';

const PREFIX = 'recommend-';

/** A private folder (mode 0700, unguessable name) for the files of one run, in the system's temporary folder (`TMPDIR`). */
export class RunDirectory {
  readonly path: string;
  readonly #forget: () => void;
  #files = 0;

  constructor() {
    try {
      removeLeftBehind(tmpdir(), PREFIX, '-\\w+');
      this.path = mkdtempSync(join(tmpdir(), `${PREFIX}${ownTag()}-`));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Failure(
        ExitCode.cannotCreate,
        `no temporary folder can be made: ${why}; set TMPDIR to a folder with room`,
        { cause },
      );
    }
    this.#forget = atExit(() => this.#clear());
  }

  /** The path of a file to be, whose name begins so and is no other's. */
  file(name: string): string {
    return join(this.path, `${name}-${this.#files++}`);
  }

  /** Removes files that nothing needs any more, so that a long run takes no more room than a short one. */
  discard(paths: readonly string[]): void {
    for (const path of paths) rmSync(path, { force: true });
  }

  remove(): void {
    this.#clear();
    this.#forget();
  }

  #clear(): void {
    // A child that is being killed may still write: then it is tried again.
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}
