/** Takes values in any order, and delivers them in order, one at a time. */
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
    // Without this, a failure while nobody is waiting would count as an unhandled rejection.
    this.failure.catch(() => {});
    this.fail = (error) => {
      this.#failed ??= { error };
      reject(this.#failed.error);
      this.#wakeAll();
    };
  }

  /** Takes the value of a place, counted from 0; each place once. */
  take(place: number, value: T): void {
    this.#waiting.set(place, value);
    this.#delivering = this.#delivering.then(() => this.#deliver()).catch(this.fail);
  }

  /** Waits until fewer than `ahead` earlier places are undelivered. @throws the first failure. */
  async roomFor(place: number, ahead: number): Promise<void> {
    while (!this.#failed && place >= this.#delivered + ahead)
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    this.throwIfFailed();
  }

  throwIfFailed(): void {
    if (this.#failed) throw this.#failed.error;
  }

  /** Waits until everything taken is delivered. @throws the first failure. */
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
