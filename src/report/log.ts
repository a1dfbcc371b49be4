import type { Streams } from '../io.js';
import { Bar } from './bar.js';
import { type LogFormat, written } from './log-lines.js';
import type { Place } from './progress.js';

export interface VoiceOptions {
  /** Nothing but what is wrong. */
  quiet: boolean;
  verbose: boolean;
  /** Undefined: as text, to a terminal alone. */
  logFormat: LogFormat | undefined;
}

/**
 * What a run says on stderr. Who watches a terminal, or asked for a log, hears of everything; a cron job only of what is wrong, so
 * that it mails only then.
 */
export class Log {
  readonly format: LogFormat;
  readonly #stream: Streams['stderr'];
  readonly #isHeard: boolean;
  readonly #isVerbose: boolean;
  readonly #bar: Bar | undefined;

  constructor(stream: Streams['stderr'], { quiet, verbose, logFormat }: VoiceOptions) {
    this.format = logFormat ?? 'text';
    this.#stream = stream;
    this.#isHeard = !quiet && (stream.isTTY === true || verbose || logFormat !== undefined);
    this.#isVerbose = this.#isHeard && verbose;
    this.#bar = !quiet && stream.isTTY && this.format === 'text' ? new Bar(stream) : undefined;
  }

  /** What was understood, decided and done. */
  info(message: string): void {
    if (this.#isHeard) this.#write('status', message);
  }

  /** The same in more detail, with `--verbose` alone. */
  debug(message: string): void {
    if (this.#isVerbose) this.#write('status', message);
  }

  /** Something is wrong, and the run goes on: what, with what, and the way out. Always heard. */
  warn(message: string): void {
    this.#write('warning', message);
  }

  /** Where the run stands, for who asked: always heard. */
  status(message: string, facts: object): void {
    this.#write('status', message, facts);
  }

  /** How the run ended: the last it says. @param message '' where an error will say it. */
  summary(message: string, facts: object): void {
    this.stop();
    if (this.#isHeard) this.#write('summary', message, facts);
  }

  /** Moves the bar, where there is one. */
  draw(place: Place): void {
    this.#bar?.draw(place);
  }

  stop(): void {
    this.#bar?.stop();
  }

  #write(type: 'status' | 'warning' | 'summary', message: string, facts: object = {}): void {
    const text = written({ type, message, facts }, this.format, new Date());
    const write = () => void this.#stream.write(text);
    if (this.#bar) this.#bar.pause(write);
    else write();
  }
}
