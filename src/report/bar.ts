import type { Writable } from 'node:stream';
import { loadPackage } from '../load-package.js';
import { atExit } from '../process/at-exit.js';
import { duration, thousands } from '../quantities.js';
import type { RunProgress } from './progress.js';
import { remainingTime } from './remaining-time.js';

const STEPS = 1000;

/** A progress bar over the whole run, on a terminal. */
export function progressBar(stream: Writable) {
  // Loaded only here, because few runs have a terminal.
  const { Presets, SingleBar }: typeof import('cli-progress') = loadPackage('cli-progress');
  const startedAt = performance.now();
  const remaining = remainingTime();
  let recommendingSince = 0;
  let ofRun = 0;
  let step = 0;
  let payload = { stage: 'reading'.padEnd(12), rate: '' };
  let isStopped = false;

  const eta = (): string => {
    const seconds = remaining((performance.now() - startedAt) / 1000, ofRun);
    return seconds === undefined ? '?' : duration(seconds);
  };
  const rateOf = (users: number): string => {
    const now = performance.now();
    if (recommendingSince === 0) recommendingSince = now;
    const seconds = (now - recommendingSince) / 1000;
    return seconds > 0 && users > 0 ? `| ${thousands(Math.round(users / seconds))} users/s` : '';
  };

  const bar = new SingleBar(
    {
      stream,
      format: '{stage} {bar} {percentage}% | ETA {eta_formatted} {rate}',
      hideCursor: true,
      clearOnComplete: true,
      // The package would estimate from its last steps alone, which jumps.
      formatTime: eta,
      // The program handles signals itself.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  bar.start(STEPS, 0, payload);
  // Whatever happens, the terminal gets its cursor back.
  const cancelAtExit = atExit(() => bar.stop());
  return {
    draw(progress: RunProgress): void {
      if (isStopped) return;
      const { stage, ofStage, users } = progress;
      ofRun = progress.ofRun;
      eta();
      step = Math.floor(STEPS * ofRun);
      payload = {
        stage: (stage === 'recommending' && ofStage === 1 ? 'writing' : stage).padEnd(12),
        rate: stage === 'recommending' ? rateOf(users) : '',
      };
      bar.update(step, payload);
    },

    /** Clears the bar while `write` writes lines of its own. */
    pause(write: () => void): void {
      if (!isStopped) bar.stop();
      write();
      if (!isStopped) bar.start(STEPS, step, payload);
    },

    stop(): void {
      isStopped = true;
      bar.stop();
      cancelAtExit();
    },
  };
}
