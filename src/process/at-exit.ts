/*
 * Clean-up for a process that ends at once (a second Ctrl-C, a defect), so that no `finally` runs. Only synchronous work is possible.
 */

const cleanups = new Set<() => void>();

/** Calls `cleanup` when the process ends. @returns a function that cancels this. */
export function atExit(cleanup: () => void): () => void {
  // A single listener, because Node warns about many.
  if (cleanups.size === 0) process.on('exit', cleanUpAtExit);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) process.off('exit', cleanUpAtExit);
  };
}

/** Runs all clean-ups now, the latest first: children end before the folders that they write to are removed. */
export function cleanUpAtExit(): void {
  for (const cleanup of [...cleanups].reverse()) {
    try {
      cleanup();
    } catch {
      // Go on with the others; the next run cleans up what is left.
    }
  }
}
