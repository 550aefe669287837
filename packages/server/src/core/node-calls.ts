/**
 * Calls that every node answers: what one of them is asked, all of them do.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from './ports/clock.ts';
import type { NodeBus } from './ports/node-bus.ts';

export interface NodeCallsOptions {
  readonly bus: NodeBus;
  readonly clock: Clock;
  /** A node failed to answer, or could not be told. */
  readonly onError: (error: unknown) => void;
}

/** What came of a call. */
export interface NodeAnswers<Result> {
  /** This node's first. */
  readonly answers: readonly { readonly node: string; readonly result: Result }[];
  /** Whether all nodes have answered. */
  readonly complete: boolean;
}

/** Calls all nodes, this one first and at once. It rejects only when this node fails. */
export type NodeCall<Data, Result> = (data: Data) => Promise<NodeAnswers<Result>>;

/** How long other nodes may take to answer, milliseconds. */
const PATIENCE = 1000;

const CALL = 'call';
const ANSWER = 'answer';

interface Called {
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
}

interface Answered {
  readonly id: string;
  /** Who called. */
  readonly to: string;
  /** Absent when the node failed. */
  readonly result?: unknown;
}

/** What is waited for. */
interface Waiting {
  readonly answers: { node: string; result: unknown }[];
  /** Nodes that have answered or failed. */
  heard: number;
  /** How many there are; not known before all were told. */
  expected: number | undefined;
  readonly done: () => void;
}

export class NodeCalls {
  readonly #options: NodeCallsOptions;
  readonly #handlers = new Map<string, (data: unknown) => unknown>();
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: NodeCallsOptions) {
    this.#options = options;
    options.bus.hear(CALL, (data, from) => void this.#answer(data as Called, from));
    options.bus.hear(ANSWER, (data, from) => this.#take(data as Answered, from));
  }

  /** Names this node among all. */
  get node(): string {
    return this.#options.bus.node;
  }

  /**
   * Declares a call before the bus is started. Data and result travel as JSON.
   *
   * @param handler what a node does when it is called.
   */
  define<Data, Result>(
    name: string,
    handler: (data: Data) => Result | Promise<Result>,
  ): NodeCall<Data, Result> {
    this.#handlers.set(name, handler as (data: unknown) => unknown);
    return async (data) => {
      const own = handler(data);
      const [result, others] = await Promise.all([own, this.#callOthers(name, data)]);
      const answers = others.answers as NodeAnswers<Result>['answers'];
      return { answers: [{ node: this.node, result }, ...answers], complete: others.complete };
    };
  }

  async #callOthers(name: string, data: unknown): Promise<NodeAnswers<unknown>> {
    const { bus, clock, onError } = this.#options;
    const id = randomUUID();
    const { promise, resolve: done } = Promise.withResolvers<void>();
    const waiting: Waiting = { answers: [], heard: 0, expected: undefined, done };
    this.#waiting.set(id, waiting);
    const timer = clock.after(PATIENCE, done);
    bus.tell(CALL, { id, name, data } satisfies Called).then(
      (others) => {
        waiting.expected = others;
        if (waiting.heard === others) done();
      },
      (error) => {
        onError(error);
        done();
      },
    );
    await promise;
    timer.cancel();
    this.#waiting.delete(id);
    return { answers: waiting.answers, complete: waiting.answers.length === waiting.expected };
  }

  async #answer({ id, name, data }: Called, from: string): Promise<void> {
    const { bus, onError } = this.#options;
    let answered: Answered = { id, to: from };
    try {
      const handler = this.#handlers.get(name);
      if (!handler) throw new Error(`Node ${from} calls "${name}", which this node does not know.`);
      answered = { ...answered, result: (await handler(data)) ?? null };
    } catch (error) {
      onError(error);
    }
    await bus.tell(ANSWER, answered).catch(onError);
  }

  #take({ id, to, ...answer }: Answered, node: string): void {
    const waiting = to === this.node ? this.#waiting.get(id) : undefined;
    if (!waiting) return;
    if (Object.hasOwn(answer, 'result')) waiting.answers.push({ node, result: answer.result });
    waiting.heard += 1;
    if (waiting.heard === waiting.expected) waiting.done();
  }
}
