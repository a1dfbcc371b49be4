import { Presets, SingleBar } from 'cli-progress';

/** The stages of a run, and the share of its time that each is taken to need. */
const STAGES = { reading: 0.2, tuning: 0.35, counting: 0.1, learning: 0.15, recommending: 0.2 } as const;
export type Stage = keyof typeof STAGES;

/** Tells of the run's progress; it decides nothing. */
export interface Progress {
  /** @param done of `total`, in any unit. @param users served so far. */
  at(stage: Stage, done: number, total: number, users?: number): void;
  /** Clears the bar while `say` writes lines of its own. */
  pause(say: () => void): void;
  stop(): void;
}

const SILENT: Progress = { at: () => {}, pause: (say) => say(), stop: () => {} };

/** A bar over the whole run, on a stderr that is a terminal; silence elsewhere. */
export function progressOn(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  return quiet || !stream.isTTY ? SILENT : new Bar(stream);
}

const STEPS = 1000;

class Bar implements Progress {
  readonly #bar: SingleBar;
  #recommendingSince = 0;
  #step = 0;
  #payload = { stage: 'reading     ', rate: '' };
  #stopped = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#bar = new SingleBar(
      {
        stream,
        format: '{stage} {bar} {percentage}% | ETA {eta_formatted} {rate}',
        hideCursor: true,
        clearOnComplete: true,
        etaBuffer: 100,
      },
      Presets.shades_classic,
    );
    this.#bar.start(STEPS, 0, this.#payload);
  }

  at(stage: Stage, done: number, total: number, users = 0): void {
    let before = 0;
    for (const [name, share] of Object.entries(STAGES)) {
      if (name === stage) break;
      before += share;
    }
    const share = total > 0 ? Math.min(1, done / total) : 1;
    this.#step = Math.floor(STEPS * (before + share * STAGES[stage]));
    this.#payload = {
      stage: (stage === 'recommending' && share === 1 ? 'writing' : stage).padEnd(12),
      rate: stage === 'recommending' ? this.#rate(users) : '',
    };
    this.#bar.update(this.#step, this.#payload);
  }

  pause(say: () => void): void {
    if (!this.#stopped) this.#bar.stop();
    say();
    if (!this.#stopped) this.#bar.start(STEPS, this.#step, this.#payload);
  }

  stop(): void {
    this.#stopped = true;
    this.#bar.stop();
  }

  #rate(users: number): string {
    const now = performance.now();
    if (this.#recommendingSince === 0) this.#recommendingSince = now;
    const seconds = (now - this.#recommendingSince) / 1000;
    return seconds > 0 && users > 0 ? `| ${Math.round(users / seconds).toLocaleString('en')} users/s` : '';
  }
}
