/*
 * What has to be done should this process end at once (a second Ctrl-C, a defect), when there is no time for a `finally`:
 * only what takes no waiting.
 */

const acts = new Set<() => void>();

/** Has it done when the process ends, unless the function that comes back is called before. */
export function atExit(act: () => void): () => void {
  // One listener for all of them: Node warns of many.
  if (acts.size === 0) process.on('exit', actAtExit);
  acts.add(act);
  return () => {
    acts.delete(act);
    if (acts.size === 0) process.off('exit', actAtExit);
  };
}

/** Does it all, the latest first: children end before what they write to is removed. */
export function actAtExit(): void {
  for (const act of [...acts].reverse()) {
    try {
      act();
    } catch {
      // What cannot be cleaned up, the next run does; the rest is still to do.
    }
  }
}
