import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  createWriteStream,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { isatty } from 'node:tty';
import { createGzip } from 'node:zlib';
import { Failure, notCreated, systemCode } from '../failure.js';
import type { Streams } from '../io.js';
import { atExit } from '../process/at-exit.js';
import { namedPipe } from './named-pipe.js';
import { ownTag, removeLeftBehind } from './owner.js';
import { isNamedPipe } from './stats.js';
import { cannotCreate, cannotWrite, type Destination, drained, type OnWait } from './writing.js';

/**
 * Opens a file for writing, or `stdout` for `-`.
 * @param onWait is called when a pipe has no reader for a while. @throws Failure 73 if it cannot be created.
 */
export function openDestination(
  path: string,
  { stdout = process.stdout, onWait }: { stdout?: Streams['stdout']; onWait?: OnWait | undefined } = {},
): Destination {
  const target = targetFile(path);
  if (target) return atomicFile(target);
  const isShown = isTerminal(path, stdout);
  if (path === '-') return openStream(stdout, 'standard output', 'stays open', isShown);
  return openStream(isNamedPipe(path) ? namedPipe(path, onWait) : createWriteStream(path), path, 'ends', isShown);
}

/** True if output to that path, or to standard output for `-`, is shown on a terminal. */
export function isTerminal(path: string, stdout: Streams['stdout']): boolean {
  if (path === '-') return stdout.isTTY === true;
  if (!statOf(path)?.isCharacterDevice()) return false;
  try {
    const device = openSync(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    const isShown = isatty(device);
    closeSync(device);
    return isShown;
  } catch {
    // Writing there will fail too, with a message.
    return false;
  }
}

/** Writes a whole destination in one go. @throws Failure 74 if it cannot be written. */
export async function writeWhole(file: Destination, text: string): Promise<void> {
  try {
    await file.write(text);
    await file.commit();
  } finally {
    file.abandon();
  }
}

/** A file to create or replace. */
export interface TargetFile {
  path: string;
  /** Its permissions; undefined if it does not exist yet. */
  mode: number | undefined;
}

/**
 * The file to create or replace at a path; undefined for standard output, a pipe or a device.
 * @throws Failure 73 if there cannot be a file.
 */
export function targetFile(path: string): TargetFile | undefined {
  if (path === '-') return undefined;
  if (path.endsWith('/')) throw notCreated(`${path} is a folder; name a file in it`);
  const present = statOf(path);
  if (present?.isDirectory()) throw notCreated(`${path} is a folder; name a file in it`);
  requireOwnLink(path);
  // A pipe or a device must stay in place: nothing may be renamed over /dev/null.
  if (present && !present.isFile()) return undefined;
  return present ? { path: realpathSync(path), mode: present.mode & 0o777 } : { path, mode: undefined };
}

/**
 * Writes to standard output, a pipe or a device directly. A reader that closes it early has seen enough.
 * @param atCommit whether the stream ends then; standard output belongs to the process and stays open.
 */
function openStream(stream: Writable, name: string, atCommit: 'ends' | 'stays open', isTerminal: boolean): Destination {
  let isClosed = false;
  let failed: Error | undefined;
  const fail = (error: Error) => {
    isClosed = true;
    if (systemCode(error) !== 'EPIPE') failed ??= error;
  };
  stream.on('error', fail);
  return {
    isTerminal,

    async write(bytes) {
      if (!isClosed && !stream.write(bytes)) await drained(stream);
      if (failed) throw cannotWrite(name, failed);
      return !isClosed;
    },

    async commit() {
      // Wait for pending writes, or their failures would be lost.
      const done = new Promise<void>((resolve) => {
        stream.once('error', () => resolve());
        // The callback gets an error before the listeners do.
        const settle = (error?: Error | null) => {
          if (error) fail(error);
          resolve();
        };
        if (atCommit === 'ends') stream.end(settle);
        else stream.write('', settle);
      });
      if (!isClosed) await done;
      if (failed) throw cannotWrite(name, failed);
    },

    abandon() {
      if (atCommit === 'ends') stream.destroy();
    },
  };
}

/**
 * A file that appears completely or not at all: written under a temporary name on the same disk, synced, then renamed. `.gz` is compressed.
 *
 * @param temporary the path to write to before the rename; default: a new name beside the file. @param beforeRename may throw to leave the
 *   old file in place.
 */
export function atomicFile({ path, mode }: TargetFile, temporary?: string, beforeRename = () => {}): Destination {
  const name = `.${basename(path)}.`;
  const written = temporary ?? join(dirname(path), `${name}${ownTag()}.${randomBytes(6).toString('hex')}.tmp`);
  let descriptor: number;
  try {
    removeLeftBehind(dirname(path), name, '\\.[0-9a-f]{12}\\.tmp');
    descriptor = openSync(written, 'wx', mode ?? 0o666);
    if (mode !== undefined) fchmodSync(descriptor, mode);
  } catch (error) {
    throw cannotCreate(path, error);
  }
  const remove = () => rmSync(written, { force: true });
  const cancelCleanup = atExit(remove);
  const file = createWriteStream(written, { fd: descriptor, autoClose: false });
  let failed: Error | undefined;
  const fail = (error: Error) => {
    failed ??= error;
  };
  file.on('error', fail);
  const head = /\.gz$/i.test(path) ? createGzip().on('error', fail) : file;
  if (head !== file) head.pipe(file);
  let isClosed = false;
  let isDone = false;
  return {
    async write(bytes) {
      if (!failed && !head.write(bytes)) await drained(head, file);
      if (failed) throw cannotWrite(path, failed);
      return true;
    },

    async commit() {
      try {
        head.end();
        await finished(file, { readable: false });
        fsyncSync(descriptor);
        closeSync(descriptor);
        isClosed = true;
        beforeRename();
        renameSync(written, path);
        isDone = true;
        cancelCleanup();
      } catch (error) {
        throw error instanceof Failure ? error : cannotWrite(path, error);
      }
    },

    abandon() {
      if (isDone) return;
      // Destroying the stream would close the descriptor again, which may belong to another file by now.
      if (!isClosed) for (const stream of [head, file]) stream.destroy();
      remove();
      cancelCleanup();
    },
  };
}

/**
 * Refuses a link that another user put into a folder where others may write (/tmp): it could make us overwrite a file of their choice.
 * Linux does the same (`fs.protected_symlinks`), but this also covers folders without the sticky bit and other systems.
 *
 * @throws Failure 73
 */
function requireOwnLink(path: string): void {
  const link = statOf(path, lstatSync);
  if (!link?.isSymbolicLink()) return;
  const folder = statSync(dirname(path));
  if ((folder.mode & 0o022) === 0 || link.uid === process.getuid?.() || link.uid === folder.uid) return;
  throw notCreated(
    `${path} is a link that another user made in a folder where others may write; it is not followed: remove it, or name the file itself`,
  );
}

function statOf(path: string, stat: typeof statSync | typeof lstatSync = statSync): Stats | undefined {
  try {
    return stat(path, { throwIfNoEntry: false });
  } catch (error) {
    // Part of the path is a file instead of a folder.
    throw cannotCreate(path, error);
  }
}
