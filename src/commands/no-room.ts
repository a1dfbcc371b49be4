import { tmpdir } from 'node:os';
import { ExitCode, Failure, NO_ROOM, systemCode } from '../failure.js';
import { ChildFailure } from '../shards/child.js';

/** What was thrown; where the temporary folder has no room left for the files of the run, in this process or a child, a Failure 74 that says so. */
export function orNoRoom(thrown: unknown): unknown {
  const isFull = NO_ROOM.has(systemCode(thrown)) || (thrown instanceof ChildFailure && thrown.isWithoutRoom);
  if (thrown instanceof Failure || !isFull) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  const wayOut = 'make room there, or set TMPDIR to a folder with some, and run it again';
  return new Failure(ExitCode.io, `no room in the temporary folder ${tmpdir()}: ${why}\n  ${wayOut}`, {
    cause: thrown,
  });
}
