/** How long a test waits for something before it says what came instead, milliseconds. */
const PATIENCE = 15_000;

interface Waiter<T> {
  readonly match: (item: T) => boolean;
  readonly resolve: (item: T) => void;
  readonly fail: (why: string) => void;
}

/** What came in, in order, and a way to wait for more of it. */
export class Inbox<T> {
  /** Everything that ever came. */
  readonly all: T[] = [];
  readonly #name: string;
  readonly #untaken: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();
  #ended: string | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  push(item: T): void {
    this.all.push(item);
    for (const waiter of this.#waiters) {
      if (!waiter.match(item)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(item);
      return;
    }
    this.#untaken.push(item);
  }

  /** Takes the first item that matches and was not taken yet, or waits for it. Rejects with what came instead. */
  take(match: (item: T) => boolean = () => true, patience = PATIENCE): Promise<T> {
    const index = this.#untaken.findIndex(match);
    if (index >= 0) return Promise.resolve(this.#untaken.splice(index, 1)[0] as T);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const error = new Error();
    const fail = (why: string) => {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
      const rest = this.#untaken.slice(-5).map((item) => JSON.stringify(item)?.slice(0, 200));
      error.message = `${this.#name}: what was waited for did not come ${why}. Not taken (the newest of ${this.#untaken.length}): ${rest.join(' ')}`;
      reject(error);
    };
    const timer = setTimeout(() => fail(`in ${patience} ms`), patience);
    const waiter: Waiter<T> = {
      match,
      fail,
      resolve: (item) => {
        clearTimeout(timer);
        resolve(item);
      },
    };
    if (this.#ended !== undefined) fail(this.#ended);
    else this.#waiters.add(waiter);
    return promise;
  }

  /** Nothing comes any more: whoever waits is told so at once. @param why for the message, such as "before the end". */
  end(why: string): void {
    this.#ended = why;
    for (const { fail } of [...this.#waiters]) fail(why);
  }

  /** What has come and was not taken. */
  get untaken(): readonly T[] {
    return this.#untaken;
  }
}
