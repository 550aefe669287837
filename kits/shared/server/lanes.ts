/**
 * Lanes: work under the same key is done in its order, and what waits meanwhile is done together.
 *
 * @module
 */

/** Does several things at once. @returns what became of each, in their order. @throws when nothing of it has happened */
export type Work<Item, Result> = (
  key: string,
  items: readonly Item[],
) => Promise<readonly PromiseSettledResult<Result>[]>;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** At most so many things are done together. */
const MAX_TOGETHER = 100;

export class Lanes<Item, Result> {
  readonly #work: Work<Item, Result>;
  readonly #waiting = new Map<string, Waiting<Item, Result>[]>();

  constructor(work: Work<Item, Result>) {
    this.#work = work;
  }

  /** Puts something in its lane in the moment of the call. @throws what `work` says of it */
  add(key: string, item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const waiting = { item, resolve, reject };
    const lane = this.#waiting.get(key);
    if (lane) lane.push(waiting);
    else {
      this.#waiting.set(key, [waiting]);
      void this.#run(key);
    }
    return promise;
  }

  async #run(key: string): Promise<void> {
    const lane = this.#waiting.get(key) ?? [];
    while (lane.length > 0) {
      // What comes in the same tick goes along.
      await Promise.resolve();
      const together = lane.splice(0, MAX_TOGETHER);
      try {
        const outcomes = await this.#work(
          key,
          together.map(({ item }) => item),
        );
        for (const [index, { resolve, reject }] of together.entries()) {
          const outcome = outcomes[index];
          if (outcome?.status === 'fulfilled') resolve(outcome.value);
          else reject(outcome?.reason ?? new Error('nothing became of it'));
        }
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
    }
    this.#waiting.delete(key);
  }
}
