/*
 * Clean-up for a process that ends at once (a second Ctrl-C, a defect), when no `finally` runs. Only synchronous work is possible.
 */

const acts = new Set<() => void>();

/** Calls `act` when the process ends. @returns a function that cancels this. */
export function atExit(act: () => void): () => void {
  // One listener for all: Node warns about many.
  if (acts.size === 0) process.on('exit', actAtExit);
  acts.add(act);
  return () => {
    acts.delete(act);
    if (acts.size === 0) process.off('exit', actAtExit);
  };
}

/** Runs all clean-up now, the latest first: children end before the folders that they write to are removed. */
export function actAtExit(): void {
  for (const act of [...acts].reverse()) {
    try {
      act();
    } catch {
      // The next run cleans up what is left here. Go on with the rest.
    }
  }
}
