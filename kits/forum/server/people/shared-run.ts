/**
 * Does something once for all who ask while it is being done the time before: each is given what was begun after they asked.
 */
export class SharedRun<T> {
  readonly #work: () => Promise<T>;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  /** @throws whatever the work throws. */
  run(): Promise<T> {
    this.#next ??= this.#running.then(() => {
      const result = this.#work();
      this.#next = undefined;
      this.#running = result.catch(() => {});
      return result;
    });
    return this.#next;
  }
}
