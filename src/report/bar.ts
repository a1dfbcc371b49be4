import type { Writable } from 'node:stream';
import type { SingleBar } from 'cli-progress';
import { loadPackage } from '../load-package.js';
import { atExit } from '../process/at-exit.js';
import type { RunProgress } from './progress.js';
import { duration, thousands } from './quantities.js';
import { RemainingTime } from './remaining-time.js';

const STEPS = 1000;

/** A progress bar over the whole run, on a terminal. */
export class Bar {
  readonly #bar: SingleBar;
  readonly #cancelAtExit: () => void;
  readonly #startedAt = performance.now();
  readonly #remaining = new RemainingTime();
  #recommendingSince = 0;
  #ofRun = 0;
  #step = 0;
  #payload = { stage: 'reading'.padEnd(12), rate: '' };
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
        // The package would estimate from its last steps alone, which jumps.
        formatTime: () => this.#eta(),
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
    this.#ofRun = ofRun;
    this.#eta();
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

  #eta(): string {
    const seconds = this.#remaining.at((performance.now() - this.#startedAt) / 1000, this.#ofRun);
    return seconds === undefined ? '?' : duration(seconds);
  }

  #rate(users: number): string {
    const now = performance.now();
    if (this.#recommendingSince === 0) this.#recommendingSince = now;
    const seconds = (now - this.#recommendingSince) / 1000;
    return seconds > 0 && users > 0 ? `| ${thousands(Math.round(users / seconds))} users/s` : '';
  }
}
