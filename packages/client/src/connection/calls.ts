import { ClientError, errorFrom } from '../client-error.ts';
import type { Clock, Timer } from '../clock.ts';
import type { ServerMessage } from '../wire.ts';

/** The answer to a message. */
export type Answer = Extract<ServerMessage, { type: 'reply' }>;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: ClientError) => void;
  readonly timer: Timer;
}

/** Messages that wait for their answer on the connection there is. */
export class Calls {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits for an answer.
   *
   * @throws ClientError what the server answered; `timeout`; what {@link failAll} was given.
   */
  wait(id: number, timeout: number): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const timer = this.#clock.after(timeout, () => {
      this.#waiting.delete(id);
      reject(new ClientError('timeout', `The server gave no answer in ${timeout} ms.`));
    });
    this.#waiting.set(id, { resolve, reject, timer });
    return promise;
  }

  /** Hands in an answer. @returns whether somebody waited for it. */
  settle(answer: Answer): boolean {
    const waiting = answer.id === undefined ? undefined : this.#waiting.get(answer.id);
    if (!waiting || answer.id === undefined) return false;
    this.#waiting.delete(answer.id);
    waiting.timer.cancel();
    if (answer.ok) waiting.resolve(answer);
    else waiting.reject(errorFrom(answer.error));
    return true;
  }

  /** No answer comes any more. */
  failAll(error: ClientError): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject, timer } of all) {
      timer.cancel();
      reject(error);
    }
  }
}
