import type { Writable } from 'node:stream';
import type { SingleBar } from 'cli-progress';
import { loadPackage } from '../load-package.js';
import { atExit } from '../process/at-exit.js';
import { NOTHING_DONE, type RunProgress } from './progress.js';
import { duration, thousands } from './quantities.js';

const STEPS = 1000;

/** A progress bar over the whole run, on a terminal. */
export class Bar {
  readonly #bar: SingleBar;
  readonly #cancelAtExit: () => void;
  #recommendingSince = 0;
  #step = 0;
  #payload = { stage: NOTHING_DONE.stage.padEnd(12), rate: '' };
  #stopped = false;

  constructor(stream: Writable) {
    // Loaded only here, because few runs have a terminal.
    const { Presets, SingleBar }: typeof import('cli-progress') = loadPackage('cli-progress');
    this.#bar = new SingleBar(
      {
        stream,
        format: '{stage} {bar} {percentage}% | ETA {eta_formatted} {rate}',
        hideCursor: true,
        clearOnComplete: true,
        etaBuffer: 100,
        // No estimate until the pace is known.
        formatTime: (seconds: unknown) => (typeof seconds === 'number' ? duration(seconds) : '?'),
        // The program handles signals itself.
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
    this.#bar.start(STEPS, 0, this.#payload);
    // Whatever happens, the terminal gets its cursor back.
    this.#cancelAtExit = atExit(() => this.#bar.stop());
  }

  draw({ stage, ofStage, ofRun, users }: RunProgress): void {
    if (this.#stopped) return;
    this.#step = Math.floor(STEPS * ofRun);
    this.#payload = {
      stage: (stage === 'recommending' && ofStage === 1 ? 'writing' : stage).padEnd(12),
      rate: stage === 'recommending' ? this.#rate(users) : '',
    };
    this.#bar.update(this.#step, this.#payload);
  }

  /** Clears the bar while `write` writes lines of its own. */
  pause(write: () => void): void {
    if (!this.#stopped) this.#bar.stop();
    write();
    if (!this.#stopped) this.#bar.start(STEPS, this.#step, this.#payload);
  }

  stop(): void {
    this.#stopped = true;
    this.#bar.stop();
    this.#cancelAtExit();
  }

  #rate(users: number): string {
    const now = performance.now();
    if (this.#recommendingSince === 0) this.#recommendingSince = now;
    const seconds = (now - this.#recommendingSince) / 1000;
    return seconds > 0 && users > 0 ? `| ${thousands(Math.round(users / seconds))} users/s` : '';
  }
}
