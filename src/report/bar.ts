import type { Writable } from 'node:stream';
import type { SingleBar } from 'cli-progress';
import { loadPackage } from '../load-package.js';
import { atExit } from '../process/at-exit.js';
import { duration } from './heartbeat.js';
import { BEGINNING, type Place } from './progress.js';
import { thousands } from './thousands.js';

const STEPS = 1000;

/** A bar over the whole run, on a terminal. */
export class Bar {
  readonly #bar: SingleBar;
  readonly #forget: () => void;
  #recommendingSince = 0;
  #step = 0;
  #payload = { stage: BEGINNING.stage.padEnd(12), rate: '' };
  #stopped = false;

  constructor(stream: Writable) {
    // Loaded here: few runs have a terminal.
    const { Presets, SingleBar }: typeof import('cli-progress') = loadPackage('cli-progress');
    this.#bar = new SingleBar(
      {
        stream,
        format: '{stage} {bar} {percentage}% | ETA {eta_formatted} {rate}',
        hideCursor: true,
        clearOnComplete: true,
        etaBuffer: 100,
        // No number until there is a pace to go by.
        formatTime: (seconds: unknown) => (typeof seconds === 'number' ? duration(seconds) : '?'),
        // The program has its own way with signals.
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
    this.#bar.start(STEPS, 0, this.#payload);
    // A terminal is not left without its cursor.
    this.#forget = atExit(() => this.#bar.stop());
  }

  draw({ stage, ofStage, ofRun, users }: Place): void {
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
    this.#forget();
  }

  #rate(users: number): string {
    const now = performance.now();
    if (this.#recommendingSince === 0) this.#recommendingSince = now;
    const seconds = (now - this.#recommendingSince) / 1000;
    return seconds > 0 && users > 0 ? `| ${thousands(Math.round(users / seconds))} users/s` : '';
  }
}
