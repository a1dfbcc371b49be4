/** Puts what comes in any order back into order, and hands it on one after the other. */
export class Delivery<T> {
  /** Rejects with the first failure; never resolves. */
  readonly failure: Promise<never>;
  /** Ends everything with that error. */
  readonly fail: (error: unknown) => void;
  readonly #onNext: (value: T) => void | Promise<void>;
  readonly #waiting = new Map<number, T>();
  #delivered = 0;
  #delivering: Promise<void> = Promise.resolve();
  #failed: { error: unknown } | undefined;
  #wake: (() => void)[] = [];

  constructor(onNext: (value: T) => void | Promise<void>) {
    this.#onNext = onNext;
    let reject: (error: unknown) => void;
    this.failure = new Promise((_, refuse) => {
      reject = refuse;
    });
    // Whoever waits hears of it; that nobody may be waiting at the moment is no failure of its own.
    this.failure.catch(() => {});
    this.fail = (error) => {
      this.#failed ??= { error };
      reject(this.#failed.error);
      this.#wakeAll();
    };
  }

  /** Takes the value of that place, from 0, each once. */
  take(place: number, value: T): void {
    this.#waiting.set(place, value);
    this.#delivering = this.#delivering.then(() => this.#deliver()).catch(this.fail);
  }

  /** Waits until fewer than `ahead` places before that one are undelivered. @throws what failed. */
  async roomFor(place: number, ahead: number): Promise<void> {
    while (!this.#failed && place >= this.#delivered + ahead)
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    this.throwIfFailed();
  }

  throwIfFailed(): void {
    if (this.#failed) throw this.#failed.error;
  }

  /** Waits until all that was taken is delivered. @throws what failed. */
  async end(): Promise<void> {
    await this.#delivering;
    this.throwIfFailed();
  }

  async #deliver(): Promise<void> {
    while (!this.#failed && this.#waiting.has(this.#delivered)) {
      const value = this.#waiting.get(this.#delivered) as T;
      this.#waiting.delete(this.#delivered);
      await this.#onNext(value);
      this.#delivered++;
      this.#wakeAll();
    }
  }

  #wakeAll(): void {
    for (const resume of this.#wake.splice(0)) resume();
  }
}
