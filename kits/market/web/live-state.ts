/**
 * What answers and events make up together. An answer that is on its way may have been read before what is heard
 * meanwhile: that is done to it too, so that a late answer undoes nothing.
 *
 * @module
 */
import { createStore, type Store } from '@tidings/client';

/** What an event changes; done twice, or to what has it already, it is the same. */
export type Change<State> = (state: State) => State;

/** Holds a state until it is closed. */
export class LiveState<State> {
  readonly store: Store<State>;
  readonly #set: (state: State) => void;
  /** By kind, the newest question that is on its way, and what was changed since. */
  readonly #reading = new Map<string, Change<State>[]>();

  constructor(empty: State) {
    const store = createStore(empty, (error) => {
      throw error;
    });
    this.store = store;
    this.#set = store.set;
  }

  get now(): State {
    return this.store.getSnapshot();
  }

  /** Changes the state, and every answer that is still to come. */
  change(change: Change<State>): void {
    for (const meanwhile of this.#reading.values()) meanwhile.push(change);
    this.#set(change(this.now));
  }

  /**
   * Reads something. Only the answer to the newest question of a kind counts, and whether that fails.
   *
   * @param take puts the answer into the state
   * @throws what `ask` throws
   */
  async read<Answer>(
    kind: string,
    ask: () => Promise<Answer>,
    take: (state: State, answer: Answer) => State,
  ): Promise<void> {
    const meanwhile: Change<State>[] = [];
    this.#reading.set(kind, meanwhile);
    const newest = () => this.#reading.get(kind) === meanwhile;
    try {
      const answer = await ask();
      if (!newest()) return;
      this.#set(meanwhile.reduce((state, change) => change(state), take(this.now, answer)));
    } catch (error) {
      if (newest()) throw error;
    } finally {
      if (newest()) this.#reading.delete(kind);
    }
  }

  /** No answer that is on its way counts any more. @param kind of which alone */
  forget(kind?: string): void {
    if (kind === undefined) this.#reading.clear();
    else this.#reading.delete(kind);
  }
}
