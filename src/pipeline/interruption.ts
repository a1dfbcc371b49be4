/** The work, unless the signal fires first: then its reason, at once, whatever the work is waiting for. */
export async function orInterrupted(interrupted: AbortSignal, work: () => Promise<void>): Promise<void> {
  interrupted.throwIfAborted();
  const stopped = new Promise<never>((_, reject) => {
    interrupted.addEventListener('abort', () => reject(interrupted.reason), { once: true });
  });
  await Promise.race([work(), stopped]);
}
